"""The `lbuild` command: parse, call, render."""
