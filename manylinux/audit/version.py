"""Version of what an audit finds: part of cache keys, and all that a warm build asks of it."""

AUDIT_VERSION = 1
"""Raised when an audit finds other things in the same files: by its rules, or by the tables in `policy`."""
