"""An index in a folder is published to a place: what is missing is sent, then the pages are made to fit.

Order: every refusal; then of each wheel the wheel, its metadata, its entry; then pages. Whoever is
interrupted has published whole wheels or nothing of them, and may begin again.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from manylinux.errors import LbuildError, SeveralErrors
from prebuilt_index.errors import DamagedIndexError, DuplicateFileError
from prebuilt_index.index.reading import reading
from prebuilt_index.publish.pages import fit_pages
from prebuilt_index.publish.rounds import rounds
from prebuilt_index.publish.shelf import remote_entries
from prebuilt_index.tree.admission import likeness
from prebuilt_index.tree.entry_form import entry_as_json, entry_from_json
from prebuilt_index.tree.layout import entry_path, metadata_path, wheel_path
from prebuilt_index.tree.reading import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from prebuilt_index.publish.place import Place
    from prebuilt_index.tree.entry import Entry

WORKERS: Final = 8
"""Objects on their way at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing did."""

    sent: tuple[Entry, ...]
    """Wheels that were not there."""
    present: tuple[Entry, ...]
    """Wheels that were."""
    changed: tuple[Entry, ...]
    """Of those, the ones that are yanked now, or not any more."""
    kept_yanked: tuple[Entry, ...]
    """Of those, the ones that stay yanked there, though they are not in the folder."""
    pages: int
    """Pages that were written."""
    total: int
    """Wheels that the place offers now."""


def publish(
    root: Path,
    place: Place,
    *,
    unyank: bool = False,
    sent: Callable[[int], None] = lambda size: None,
) -> Published:
    """`place` offers what the index at `root` does, beside what it offered before.

    A wheel that is yanked there and not in the folder stays yanked, unless `unyank`. `sent` hears the bytes
    of each wheel that was sent. Raises DuplicateFileError, before anything is written, for wheels that are
    there with other bytes; DamagedIndexError, DamagedEntryError, PublishError and what the place raises.
    """
    local = {entry.filename: entry for entry in entries(root)}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="publish") as pool:
        remote = remote_entries(place, local, pool)
        missing = [entry for name, entry in local.items() if name not in remote]
        SeveralErrors.raise_any([*_refusals(local.values(), remote), *_damaged(root, missing)])
        list(pool.map(lambda entry: _send(root, place, entry, sent), missing))
        present = [entry for name, entry in local.items() if name in remote]
        differing = [entry for entry in present if entry.yanked != remote[entry.filename].yanked]
        kept = () if unyank else tuple(entry for entry in differing if entry.yanked is None)
        changed = tuple(entry for entry in differing if entry not in kept)
        list(pool.map(lambda entry: _set_yanked(place, entry), changed))
        number, total = fit_pages(place, local, pool)
    return Published(
        sent=tuple(missing),
        present=tuple(present),
        changed=changed,
        kept_yanked=kept,
        pages=number,
        total=total,
    )


# -- refusals ------------------------------------------------------------------------------------------------


def _refusals(local: Iterable[Entry], remote: Mapping[str, Entry]) -> Iterator[LbuildError]:
    by_likeness = {likeness(name): entry for name, entry in remote.items()}
    for entry in local:
        there = by_likeness.get(likeness(entry.filename))
        if there is None:
            continue
        if there.filename != entry.filename:
            yield _duplicate(entry.filename, there.sha256, entry.sha256, f"is there as `{there.filename}`")
        elif there.sha256 != entry.sha256:
            yield _duplicate(
                entry.filename, there.sha256, entry.sha256, "is published already, with other bytes"
            )


def _duplicate(filename: str, there: str, here: str, what: str) -> DuplicateFileError:
    return DuplicateFileError(
        f"`{filename}` {what}",
        evidence=[f"there: sha256:{there}", f"here: sha256:{here}"],
        hint="A published file never changes: give the new one a build tag, a local version or a new version",
    )


def _damaged(root: Path, missing: Iterable[Entry]) -> Iterator[LbuildError]:
    """Files that are to be sent, and are not what their entries say."""
    for entry in missing:
        promised = {wheel_path: entry.sha256, metadata_path: entry.metadata_sha256}
        for where, sha256 in promised.items():
            path = root / where(entry.filename)
            with reading(path), path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() == sha256:
                    continue
            yield DamagedIndexError(
                f"`{path}` is not what its entry says",
                hint=f"`lbuild index verify --index {root}` tells all that is damaged",
            )


# -- wheels --------------------------------------------------------------------------------------------------


def _send(root: Path, place: Place, entry: Entry, sent: Callable[[int], None]) -> None:
    """Wheel, metadata and entry are there; each only ever with these bytes."""
    parts = {wheel_path(entry.filename): entry.sha256, metadata_path(entry.filename): entry.metadata_sha256}
    for key, sha256 in parts.items():
        for _ in rounds(place):
            if place.send(key, root / key, sha256):
                break
            there = place.sha256(key)  # of an interrupted run, or of somebody who publishes the same just now
            if there == sha256:
                break
            if there is not None:
                raise _unlisted(place, key, there, sha256)
    for _ in rounds(place):
        if place.write(entry_path(entry.filename), entry_as_json(entry), None):
            break
        if place.read(entry_path(entry.filename)) is not None:
            break  # of the same wheel: its bytes were there before it
    sent(entry.size)


def _unlisted(place: Place, key: str, there: str, here: str) -> DuplicateFileError:
    return DuplicateFileError(
        f"`{key}` is there already with other bytes, though no page names it",
        evidence=[f"in {place.url}", f"there: sha256:{there}", f"here: sha256:{here}"],
        hint="Another publisher is sending it now, or was interrupted: publish its file, or delete it there",
    )


def _set_yanked(place: Place, entry: Entry) -> None:
    """The entry there is yanked as this one is; all else it says stays."""
    key = entry_path(entry.filename)
    for _ in rounds(place):
        found = place.read(key)
        if found is None:
            return  # somebody took it away
        content, tag = found
        there = entry_from_json(content, filename=entry.filename)
        if there.yanked == entry.yanked:
            return
        if place.write(key, entry_as_json(replace(there, yanked=entry.yanked)), tag):
            return
