"""A first configuration, inferred from what a folder holds: what was seen is said with it."""
