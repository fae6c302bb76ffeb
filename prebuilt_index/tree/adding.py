"""Wheels come into an index in a folder: all of what is given, or nothing.

Order of writing: wheel, metadata, entry, pages. The entry is what makes a wheel part of the index, so whoever
is killed leaves an index that is whole; the next one to change it writes the pages anew.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manylinux.errors import IntegrityError, LbuildError, SeveralErrors, UsageError
from prebuilt_index.errors import DamagedEntryError, DuplicateFileError
from prebuilt_index.index.reading import reading
from prebuilt_index.simple.json_page import page_from_json
from prebuilt_index.tree.admission import Admitted, admitted, demand_name, likeness
from prebuilt_index.tree.entry_form import entry_as_json
from prebuilt_index.tree.layout import (
    JSON,
    entry_path,
    metadata_path,
    page_path,
    project_of,
    wheel_path,
)
from prebuilt_index.tree.reading import begin, entries_but, read_entry
from prebuilt_index.tree.upkeep import write_pages
from prebuilt_index.tree.writing import (
    WORK,
    Unfinished,
    desk,
    forsake,
    locked,
    sync_folders_of,
    unfinished,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from prebuilt_index.tree.admission import Candidate
    from prebuilt_index.tree.entry import Entry

_CHUNK = 1 << 20
"""Bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one wheel that was given."""

    entry: Entry
    """As the index has it."""
    new: bool
    """False: the index had the same bytes already."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    file: Unfinished
    admitted: Admitted


def add(
    root: Path,
    candidates: Sequence[Candidate],
    *,
    pulse: Callable[[], None] = lambda: None,
    verified: Callable[[], None] = lambda: None,
) -> tuple[Added, ...]:
    """The index at `root`, begun if need be, offers these wheels; what became of each, in order.

    `pulse` is called often while wheels are verified, `verified` after each; what they raise ends the work.
    Raises BadArchiveError, MetadataMismatchError and DuplicateFileError for what is refused, several at once
    if need be; then nothing is added. Also NotAPrebuiltIndexError, DamagedEntryError, IndexFolderError and
    StoreError.
    """
    made = begin(root)
    try:
        return _added(root, candidates, pulse, verified)
    except BaseException:
        if made:
            forsake(root, made)  # what was refused begins nothing
        raise


def _added(
    root: Path, candidates: Sequence[Candidate], pulse: Callable[[], None], verified: Callable[[], None]
) -> tuple[Added, ...]:
    with ExitStack() as stack:
        folder = stack.enter_context(desk(root))
        arrivals, errors = [], list[LbuildError]()
        for candidate in candidates:
            file = stack.enter_context(unfinished(folder))
            try:
                arrivals.append(_Arrival(file, _received(file, candidate, pulse)))
                verified()
            except (IntegrityError, UsageError) as error:
                errors.append(error)
        SeveralErrors.raise_any(errors)
        with locked(root):
            begin(root)  # who began it may have forsaken it meanwhile
            return _placed(root, arrivals)


def _received(file: Unfinished, candidate: Candidate, pulse: Callable[[], None]) -> Admitted:
    """The candidate's bytes are in `file`, and are a wheel: what is verified is what will be placed."""
    demand_name(candidate.filename)
    digest = hashlib.sha256()
    with reading(candidate.path), candidate.path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
            pulse()
    file.seal()
    return admitted(file.path, candidate, digest.hexdigest(), pulse=pulse)


def _placed(root: Path, arrivals: Sequence[_Arrival]) -> tuple[Added, ...]:
    names = {arrival.admitted.entry.filename for arrival in arrivals}
    others = entries_but(root, names)  # an index that cannot be read is not written to either
    present = {name: _present(root, name) for name in names}
    errors = [error for arrival in arrivals if (error := _refusal(root, arrival, arrivals, present, others))]
    SeveralErrors.raise_any(errors)
    added: dict[str, Added] = {}
    wanting = []
    for arrival in arrivals:
        wanted = arrival.admitted.entry
        if wanted.filename in added:
            continue  # the same bytes, given twice
        there = present[wanted.filename]
        if there is None or not _is_whole(root, there):
            wanting.append((arrival, there or wanted))
        added[wanted.filename] = Added(entry=there or wanted, new=there is None)
    _write(root, wanting)
    write_pages(root, [*others, *(each.entry for each in added.values())])
    return tuple(added[arrival.admitted.entry.filename] for arrival in arrivals)


def _present(root: Path, filename: str) -> Entry | None:
    """The index's entry of a wheel; None when there is none that can be read."""
    if not (root / entry_path(filename)).is_file():
        return None
    try:
        return read_entry(root, filename)
    except DamagedEntryError:
        return None


def _is_whole(root: Path, entry: Entry) -> bool:
    return _digest(root / wheel_path(entry.filename)) == entry.sha256 and (
        _digest(root / metadata_path(entry.filename)) == entry.metadata_sha256
    )


def _write(root: Path, wanting: Sequence[tuple[_Arrival, Entry]]) -> None:
    """Wheels and metadata have their places, then entries. All is on the disk before any of it is moved."""
    with ExitStack() as stack:

        def sealed(content: bytes) -> Unfinished:
            file = stack.enter_context(unfinished(root / WORK, content))
            file.seal()
            return file

        parts: list[tuple[Unfinished, Path]] = []
        forms: list[tuple[Unfinished, Path]] = []
        for arrival, entry in wanting:
            parts.append((arrival.file, root / wheel_path(entry.filename)))
            parts.append((sealed(arrival.admitted.metadata), root / metadata_path(entry.filename)))
            forms.append((sealed(entry_as_json(entry)), root / entry_path(entry.filename)))
        for group in (parts, forms):
            for file, path in group:
                file.place(path, synced=False)
            sync_folders_of(path for _, path in group)


# -- refusals ------------------------------------------------------------------------------------------------


def _refusal(
    root: Path,
    arrival: _Arrival,
    arrivals: Sequence[_Arrival],
    present: dict[str, Entry | None],
    others: Sequence[Entry],
) -> DuplicateFileError | None:
    """Why a wheel cannot be added beside what is there, and beside what else is given."""
    entry = arrival.admitted.entry
    beside = [each.admitted.entry for each in arrivals if each is not arrival]
    for other in (*others, *beside):
        if other.project != entry.project:
            continue
        if other.filename == entry.filename and other.sha256 != entry.sha256:
            return _duplicate(entry, other.sha256, "is given twice, with different bytes")
        if other.filename != entry.filename and likeness(other.filename) == likeness(entry.filename):
            return _duplicate(
                entry, other.sha256, f"is another spelling of `{other.filename}`, which is there"
            )
    there = present[entry.filename]
    if there is not None and there.sha256 != entry.sha256:
        return _duplicate(entry, there.sha256, "is in the index already, with other bytes")
    if there is None and _is_listed(root, entry.filename):
        found = _digest(root / wheel_path(entry.filename))
        if found is not None and found != entry.sha256:
            return _duplicate(entry, found, "is in the index already, with other bytes and a lost entry")
    return None


def _duplicate(entry: Entry, sha256: str, what: str) -> DuplicateFileError:
    return DuplicateFileError(
        f"`{entry.filename}` {what}",
        evidence=[f"there: sha256:{sha256}", f"given: sha256:{entry.sha256}"],
        hint="A published file never changes: give the new one a build tag, a local version or a new version",
    )


def _is_listed(root: Path, filename: str) -> bool:
    """Whether the project's page names the file, so that somebody may have taken it."""
    project = project_of(filename)
    path = root / page_path(project, JSON)
    if not path.is_file():
        return False
    with reading(path):
        content = path.read_bytes()
    return filename in page_from_json(content, project=project, page_url=path.absolute().as_uri()).filenames


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with reading(path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
