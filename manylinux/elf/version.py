"""Version of what is read of compiled files: part of cache keys, and all that a warm build asks of it."""

FACTS_VERSION = 2
"""Raised when the form of the facts, or what is read into a field, changes."""
