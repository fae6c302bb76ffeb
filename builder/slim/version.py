"""Versions of what slimming finds and decides: parts of cache keys, and all a warm build asks for."""

SCAN_VERSION = 1
"""Raised when the form of a scan, or what it finds, changes."""
DECISIONS_VERSION = (SCAN_VERSION, 2)
"""The second is raised when other files go for the same scans, or the record of that has another form."""
