"""How does a compiled file get smaller without changing what is loaded? Planned, then verified."""

STRIP_VERSION = 1
"""Part of cache keys: raised when the same file would be stripped otherwise."""
