"""What the user asked for: requirements files, pyproject, lock files and the command line, read as pip reads them."""
