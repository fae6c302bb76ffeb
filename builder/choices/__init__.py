"""What was asked for? Options, and what `[tool.lbuild]` says, checked and in the words of the stages."""
