"""The version that a file's name tells."""

from packaging.utils import (
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version


def version_of(filename: str) -> Version | None:
    """The version in a wheel's or sdist's name; None where there is none."""
    try:
        if filename.endswith(".whl"):
            return parse_wheel_filename(filename)[1]
        return parse_sdist_filename(filename)[1]
    except ValueError:
        return None
