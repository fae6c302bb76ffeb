"""The entries of an index in a folder, as they are now."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from manylinux.errors import UsageError
from prebuilt_index.errors import DamagedEntryError, NotAPrebuiltIndexError
from prebuilt_index.index.reading import reading
from prebuilt_index.tree.entry_form import entry_from_json
from prebuilt_index.tree.layout import ENTRY, FILES, entry_path, project_of
from prebuilt_index.tree.writing import WORK, told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from manylinux.errors import LbuildError
    from prebuilt_index.tree.entry import Entry


def entries(root: Path) -> tuple[Entry, ...]:
    """Every entry of the index at `root`, by project and file name.

    Raises NotAPrebuiltIndexError, DamagedEntryError.
    """
    demand_index(root)
    return tuple(read_entry(root, filename) for filename in entry_names(root))


def survey(root: Path) -> tuple[tuple[Entry, ...], Mapping[str, LbuildError]]:
    """Every entry that can be read, and by the wheel's file name why one cannot.

    Raises NotAPrebuiltIndexError, and UsageError where a folder cannot be read.
    """
    demand_index(root)
    found: list[Entry] = []
    lost: dict[str, LbuildError] = {}
    for filename in entry_names(root):
        try:
            found.append(read_entry(root, filename))
        except (DamagedEntryError, UsageError) as error:
            lost[filename] = error
    return tuple(found), lost


def entries_but(root: Path, filenames: Collection[str]) -> tuple[Entry, ...]:
    """Every entry but those of these wheels. Raises DamagedEntryError."""
    return tuple(read_entry(root, name) for name in entry_names(root) if name not in filenames)


def begin(root: Path) -> tuple[Path, ...]:
    """There is an index at `root`, perhaps an empty one; the folders that were made for it, outer ones first.

    Raises NotAPrebuiltIndexError, IndexFolderError.
    """
    demand_room(root)
    with told(root, "make an index in"):
        files = root / FILES
        missing = [each for each in (files, *files.parents) if not each.exists()]
        files.mkdir(parents=True, exist_ok=True)
        return tuple(reversed(missing))


def demand_room(root: Path) -> None:
    """Raise NotAPrebuiltIndexError unless there is an index at `root`, or one can be begun there."""
    with told(root, "make an index in"):
        if os.path.isdir(root) and not os.path.isdir(root / FILES) and set(os.listdir(root)) - {WORK}:
            raise NotAPrebuiltIndexError(
                f"`{root}` is not a prebuilt index, and not empty",
                evidence=["it has no folder `files`"],
                hint="Name an index, or a folder that does not exist yet",
            )


def demand_index(root: Path) -> None:
    """Raise NotAPrebuiltIndexError unless there is an index at `root`."""
    if not os.path.isdir(root / FILES):
        if os.path.isdir(root):
            there = "it has no folder `files`"
        else:
            there = "it is no folder" if os.path.lexists(root) else "it does not exist"
        raise NotAPrebuiltIndexError(
            f"`{root}` is not a prebuilt index",
            evidence=[there],
            hint="`lbuild index add FILE --index DIR` begins one",
        )


def entry_names(root: Path) -> Iterator[str]:
    """The file names of wheels that have an entry, by project and name."""
    for folder in project_folders(root):
        yield from entry_names_of(folder)


def entry_names_of(folder: Path) -> Iterator[str]:
    """Those of the project whose folder it is."""
    with reading(folder):
        names = sorted(each.name for each in os.scandir(folder) if each.name.endswith(ENTRY))
    for name in (each.removesuffix(ENTRY) for each in names):
        if project_of(name) == folder.name:  # `lbuild index verify` tells of what lies in a wrong place
            yield name


def read_entry(root: Path, filename: str) -> Entry:
    """The entry of a wheel. Raises DamagedEntryError, UsageError."""
    path = root / entry_path(filename)
    with reading(path):
        return entry_from_json(path.read_bytes(), filename=filename)


def project_folders(root: Path) -> list[Path]:
    """The folders of projects, by name."""
    path = root / FILES
    with reading(path):
        return sorted(path / each.name for each in os.scandir(path) if each.is_dir(follow_symlinks=False))
