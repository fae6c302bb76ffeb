"""The entries of an index in a folder, as they are now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prebuilt_index.errors import NotAPrebuiltIndexError
from prebuilt_index.index.reading import reading
from prebuilt_index.tree.entry_form import entry_from_json
from prebuilt_index.tree.layout import ENTRY, FILES, entry_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prebuilt_index.tree.entry import Entry


def entries(root: Path) -> tuple[Entry, ...]:
    """Every entry of the index at `root`, by project and file name.

    Raises NotAPrebuiltIndexError, DamagedEntryError.
    """
    demand_index(root)
    return tuple(read_entry(root, filename) for filename in entry_names(root))


def demand_index(root: Path) -> None:
    """Raise NotAPrebuiltIndexError unless there is an index at `root`."""
    if not (root / FILES).is_dir():
        there = "it has no folder `files`" if root.is_dir() else "it does not exist"
        raise NotAPrebuiltIndexError(
            f"`{root}` is not a prebuilt index",
            evidence=[there],
            hint="`lbuild index add FILE --index DIR` begins one",
        )


def entry_names(root: Path) -> Iterator[str]:
    """The file names of wheels that have an entry, by project and name."""
    for project in _folders(root / FILES):
        with reading(project):
            names = sorted(each.name for each in os.scandir(project) if each.name.endswith(ENTRY))
        yield from (name.removesuffix(ENTRY) for name in names)


def read_entry(root: Path, filename: str) -> Entry:
    """The entry of a wheel. Raises DamagedEntryError, UsageError."""
    path = root / entry_path(filename)
    with reading(path):
        return entry_from_json(path.read_bytes(), filename=filename)


def _folders(path: Path) -> list[Path]:
    with reading(path):
        return sorted(each for each in path.iterdir() if each.is_dir())
