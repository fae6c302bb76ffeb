"""What does a compiled file say of itself? Read from its bytes, whoever made them and however damaged."""
