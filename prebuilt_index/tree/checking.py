"""Is all of an index what it says? Every file is hashed, every wheel verified, every page compared."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manylinux.errors import IntegrityError, UsageError
from prebuilt_index.errors import DamagedEntryError
from prebuilt_index.index.reading import reading
from prebuilt_index.tree.admission import Candidate, admitted
from prebuilt_index.tree.layout import (
    ENTRY,
    FILES,
    METADATA,
    entry_path,
    metadata_path,
    project_of,
    wheel_path,
)
from prebuilt_index.tree.pages import pages
from prebuilt_index.tree.reading import demand_index, project_folders, survey
from prebuilt_index.tree.upkeep import content_of, stale_pages
from prebuilt_index.tree.writing import locked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName

    from manylinux.errors import LbuildError
    from prebuilt_index.tree.entry import Entry

_MEND = "add the wheel again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something of an index that is not as it should be."""

    path: str
    """Below the index's root, with `/`."""
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found of an index."""

    entries: tuple[Entry, ...]
    """Those that can be read."""
    faults: tuple[Fault, ...]


def verify(root: Path, *, verified: Callable[[], None] = lambda: None) -> Verdict:
    """Everything that is damaged, foreign or missing in the index at `root`; nobody changes it meanwhile.

    `verified` is called after each wheel.

    Raises NotAPrebuiltIndexError, and IndexFolderError or StoreError where it cannot be locked.
    """
    demand_index(root)
    with locked(root):
        return _verdict(root, verified)


def _verdict(root: Path, verified: Callable[[], None]) -> Verdict:
    found, lost = survey(root)
    faults = [Fault(path=entry_path(name), problem=_unread(error)) for name, error in lost.items()]
    for entry in found:
        try:
            faults += _wheel_faults(root, entry)
        except UsageError as error:
            faults.append(Fault(path=wheel_path(entry.filename), problem=_unread(error)))
        verified()
    faults += _foreign(root)
    # With an entry lost nobody knows what its project's pages should say.
    faults += _page_faults(root, found, frozenset(map(project_of, lost)))
    return Verdict(entries=found, faults=tuple(faults))


def _unread(error: LbuildError) -> str:
    mend = _MEND if isinstance(error, DamagedEntryError) else "see to it and its permissions"
    return f"{'; '.join(error.evidence)}; {mend}"


def _wheel_faults(root: Path, entry: Entry) -> Iterator[Fault]:
    wheel, metadata = wheel_path(entry.filename), metadata_path(entry.filename)
    sha256 = _digest(root / wheel)
    if sha256 != entry.sha256:
        yield Fault(path=wheel, problem=f"{_difference(sha256)}; {_MEND}")
    else:
        yield from _content_faults(root, entry)
    sha256 = _digest(root / metadata)
    if sha256 != entry.metadata_sha256:
        yield Fault(path=metadata, problem=f"{_difference(sha256)}; {_MEND}")


def _difference(sha256: str | None) -> str:
    return "is missing" if sha256 is None else f"its content is not what its entry says (sha256:{sha256})"


def _content_faults(root: Path, entry: Entry) -> Iterator[Fault]:
    """What is wrong with a wheel that has the right bytes: whoever wrote the entry did not look."""
    path = root / wheel_path(entry.filename)
    try:
        seen = admitted(path, Candidate(path=path, filename=entry.filename), entry.sha256).entry
    except IntegrityError as error:
        yield Fault(path=wheel_path(entry.filename), problem=error.summary)
        return
    for name in ("size", "metadata_sha256", "requires_python"):
        if getattr(seen, name) != getattr(entry, name):
            problem = f"its `{name}` is {getattr(entry, name)!r}, the wheel's {getattr(seen, name)!r}"
            yield Fault(path=entry_path(entry.filename), problem=problem)


def _foreign(root: Path) -> Iterator[Fault]:
    """What lies in `files/` and is no part of any entry."""
    with reading(root / FILES):
        folders = {path.name for path in project_folders(root)}
        yield from (
            Fault(path=f"{FILES}/{each.name}", problem="is no folder of a project")
            for each in sorted(os.scandir(root / FILES), key=lambda each: each.name)
            if each.name not in folders
        )
        for folder in project_folders(root):
            names = {each.name for each in os.scandir(folder)}
            known = {name + end for name in _stems(names, folder.name) for end in ("", METADATA, ENTRY)}
            for name in sorted(names - known):
                yield Fault(path=f"{FILES}/{folder.name}/{name}", problem="belongs to no entry")


def _stems(names: set[str], project: str) -> Iterator[str]:
    """The wheels that have an entry in the folder that is theirs."""
    stems = (name.removesuffix(ENTRY) for name in names if name.endswith(ENTRY))
    return (stem for stem in stems if project_of(stem) == project)


def _page_faults(root: Path, found: Sequence[Entry], beside: Collection[NormalizedName]) -> Iterator[Fault]:
    mend = "`lbuild index verify --repair` writes it anew"
    wanted = pages(found, beside)
    for path, content in wanted.items():
        there = content_of(root / path)
        if there != content:
            what = "is missing" if there is None else "does not say what the entries say"
            yield Fault(path=path, problem=f"{what}; {mend}")
    for stale in stale_pages(root, wanted, beside):
        yield Fault(
            path=stale.relative_to(root).as_posix(),
            problem="is of a project without files; --repair removes it",
        )


def _digest(path: Path) -> str | None:
    """The sha256 of a file; None when there is none. A link is none: it may lead anywhere."""
    if path.is_symlink() or not path.is_file():
        return None
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
