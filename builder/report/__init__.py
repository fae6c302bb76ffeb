"""What was built, told to a person or a program."""
