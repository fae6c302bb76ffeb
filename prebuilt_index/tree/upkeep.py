"""What keeps an index in a folder right: pages that follow from its entries, and files that are yanked."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from prebuilt_index.index.reading import reading
from prebuilt_index.tree.entry_form import entry_as_json
from prebuilt_index.tree.layout import HTML, JSON, SIMPLE, entry_path, project_of
from prebuilt_index.tree.pages import pages
from prebuilt_index.tree.reading import demand_index, entries, survey
from prebuilt_index.tree.writing import locked, put, told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from pathlib import Path

    from packaging.utils import NormalizedName

    from prebuilt_index.tree.entry import Entry


def refresh(root: Path) -> tuple[Entry, ...]:
    """The pages of the index follow from its entries, which are returned. Raises what `entries` does."""
    demand_index(root)
    with locked(root):
        found = entries(root)
        write_pages(root, found)
        return found


def repair(root: Path) -> None:
    """The pages of the index follow from its entries, as far as those can be read.

    Pages of a project with an entry that cannot stay as they are. Raises NotAPrebuiltIndexError, and
    IndexFolderError or StoreError.
    """
    demand_index(root)
    with locked(root):
        found, lost = survey(root)
        write_pages(root, found, frozenset(map(project_of, lost)))


def write_pages(root: Path, found: Iterable[Entry], beside: Collection[NormalizedName] = ()) -> None:
    """The pages are those of these entries; only what differs is written. The index is locked meanwhile.

    `beside`: projects whose own pages stay.
    """
    wanted = pages(found, beside)
    for path, content in wanted.items():
        if content_of(root / path) != content:
            put(root, root / path, content)
    for stale in stale_pages(root, wanted, beside):
        with told(stale, "remove"):
            stale.unlink(missing_ok=True)
            if not any(stale.parent.iterdir()):
                stale.parent.rmdir()


def stale_pages(root: Path, wanted: Iterable[str], beside: Collection[str] = ()) -> Iterator[Path]:
    """Pages of projects that have no files any more. What else lies there is left alone."""
    simple = root / SIMPLE
    if not os.path.isdir(simple):
        return
    keep = frozenset(wanted)
    with reading(simple):
        folders = sorted(entry.name for entry in os.scandir(simple) if entry.is_dir(follow_symlinks=False))
    for folder in folders:
        for name in (JSON, HTML):
            path = simple / folder / name
            if folder not in beside and f"{SIMPLE}/{folder}/{name}" not in keep and path.is_file():
                yield path


def content_of(path: Path) -> bytes | None:
    """What is in the file; None when it is not there."""
    with reading(path), suppress(FileNotFoundError):
        return path.read_bytes() if path.is_file() else None
    return None


def set_yanked(root: Path, chosen: Callable[[Entry], bool], reason: str | None) -> tuple[Entry, ...]:
    """The chosen wheels are yanked for a reason, which may be empty, or with None offered again.

    Returns those that were changed. Raises what `entries` does, and IndexFolderError.
    """
    demand_index(root)
    with locked(root):
        found = entries(root)
        changed = {
            entry.filename: replace(entry, yanked=reason)
            for entry in found
            if chosen(entry) and entry.yanked != reason
        }
        for entry in changed.values():
            put(root, root / entry_path(entry.filename), entry_as_json(entry))
        write_pages(root, [changed.get(entry.filename, entry) for entry in found])
        return tuple(changed.values())
