"""Where everything of a prebuilt index is. Pure.

Paths are relative to its root and have `/` on every system: in a bucket they are keys.
"""

from typing import Final

from packaging.utils import NormalizedName, canonicalize_name

FILES: Final = "files"
SIMPLE: Final = "simple"
METADATA: Final = ".metadata"
"""What PEP 658 appends to a wheel's name."""
ENTRY: Final = ".entry.json"
HTML: Final = "index.html"
JSON: Final = "index.json"


def project_of(filename: str) -> NormalizedName:
    """The project that a wheel is of, by its file name."""
    return canonicalize_name(filename.partition("-")[0])


def wheel_path(filename: str) -> str:
    """Where the wheel is."""
    return f"{FILES}/{project_of(filename)}/{filename}"


def metadata_path(filename: str) -> str:
    """Where the wheel's core metadata is."""
    return wheel_path(filename) + METADATA


def entry_path(filename: str) -> str:
    """Where the wheel's entry is."""
    return wheel_path(filename) + ENTRY


def page_path(project: NormalizedName | None, name: str) -> str:
    """Where a page of this name, `HTML` or `JSON`, is: a project's, or without one the list of projects."""
    return f"{SIMPLE}/{name}" if project is None else f"{SIMPLE}/{project}/{name}"


def url_from_page(filename: str) -> str:
    """The wheel's URL as its project's page writes it, relative.

    A wheel's name needs no escapes but for the `+` of a local version, which object stores read as a space.
    """
    return f"../../{wheel_path(filename)}".replace("+", "%2B")
