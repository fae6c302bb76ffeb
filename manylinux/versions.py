"""Versions as PEP 440 has them, in texts that anybody may have written."""

from packaging.version import Version


def parsed_version(text: str) -> Version | None:
    """None where it is none, or has a number of thousands of digits, which Python does not read."""
    try:
        return Version(text)
    except ValueError:  # InvalidVersion is one
        return None
