"""The gzip files of wheels made smaller, where nothing in their wheel can tell the difference.

What unzips them gets the same bytes. One whose digest stands anywhere in its wheel (but in RECORD, which is
written anew) stays, as does one with a file beside it that is named after it: an index, a signature.
"""

from __future__ import annotations

import hashlib
import zlib
from collections import Counter
from typing import TYPE_CHECKING

from builder.fragments.remade import Job, Shelf
from builder.model import Rewritten
from builder.slim.profile import REGZIP
from manylinux.archive.pack import SMALLEST, engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.ports import Progress
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

TASK = "regzip"
"""What this work is called to a Progress; its unit is bytes of gzip files."""
_SUFFIX = ".gz"
_VERSION = 1
"""Raised when other files are rewritten, or otherwise."""
_LARGEST = 64 * 1024 * 1024
"""Bytes. A wheel with a larger file is not searched for digests, and so keeps its gzip files."""


def regzip_wheels(
    wheels: Sequence[VerifiedWheel], drops: Sequence[Mapping[str, str]], store: Store, progress: Progress
) -> list[dict[str, Rewritten]]:
    """For each wheel, path of a member to the smaller one; those that `drops` names are not looked at.

    Raises StoreError, and HashMismatchError when a wheel has changed.
    """
    shelf = Shelf(store, f"regzipped {_VERSION} {engine(SMALLEST)}")
    found = [list(_candidates(wheel, dropped)) for wheel, dropped in zip(wheels, drops, strict=True)]
    # Where two wheels fill a path alike, both must go on doing so.
    shared = Counter(member.path for members in found for member in members)
    chosen = [[member for member in members if shared[member.path] == 1] for members in found]
    todo = {
        wheel: new
        for wheel, members in zip(wheels, chosen, strict=True)
        if (new := [member for member in members if member.sha256 not in shelf.rows(wheel.sha256)])
    }
    if todo:
        _make(todo, shelf, progress)
    return [dict(_rewritten(wheel, members, shelf)) for wheel, members in zip(wheels, chosen, strict=True)]


def _candidates(wheel: VerifiedWheel, dropped: Mapping[str, str]) -> Iterator[Member]:
    if not any(member.path.endswith(_SUFFIX) for member in wheel.members):
        return
    ordered = sorted(wheel.members)
    for member, after in zip(ordered, [*ordered[1:], None], strict=True):
        if (
            member.path.endswith(_SUFFIX)
            and member.path not in dropped
            and member.size <= _LARGEST
            and not member.path.startswith(f"{wheel.dist_info}/")
            and (after is None or not after.path.startswith(member.path))
        ):
            yield member


def _make(todo: Mapping[VerifiedWheel, Sequence[Member]], shelf: Shelf, progress: Progress) -> None:
    from builder.fragments.regzip import digests, regzipped
    from builder.link.contents import read_content
    from manylinux.archive.pack import pack

    known = {wheel.sha256: _known_digests(wheel) for wheel in todo}

    def make(job: Job) -> tuple[Member, bytes | memoryview]:
        content = read_content(job.location, job.member)
        words = known[job.wheel]
        smaller = None if words is None or not words.isdisjoint(digests(content)) else regzipped(content)
        if smaller is None:
            return job.member, b""
        packed = pack(smaller, SMALLEST)
        if len(packed.data) >= job.member.compressed_size:
            return job.member, b""
        member = job.member._replace(
            compressed_size=len(packed.data),
            size=len(smaller),
            crc=zlib.crc32(smaller),
            deflated=packed.deflated,
            sha256=hashlib.sha256(smaller).hexdigest(),
        )
        return member, packed.data

    jobs = {
        (wheel.sha256, member.sha256): Job(wheel.sha256, member, wheel.path)
        for wheel, members in todo.items()
        for member in members
    }
    shelf.make(list(jobs.values()), make, progress, TASK)


def _known_digests(wheel: VerifiedWheel) -> frozenset[bytes] | None:
    """What in `wheel` may be a digest of one of its files; None when it was not searched to the end."""
    from builder.fragments.regzip import possible_digests
    from builder.link.contents import read_content

    record = f"{wheel.dist_info}/RECORD"
    found: set[bytes] = set()
    for member in wheel.members:
        if member.size > _LARGEST:
            return None
        if member.path != record and not member.path.endswith(_SUFFIX):
            found.update(possible_digests(read_content(wheel.path, member)))
    return frozenset(found)


def _rewritten(
    wheel: VerifiedWheel, members: Sequence[Member], shelf: Shelf
) -> Iterator[tuple[str, Rewritten]]:
    rows = shelf.rows(wheel.sha256)
    for member in members:
        made = rows[member.sha256]
        if made.blob:
            yield (
                member.path,
                Rewritten(
                    made.member._replace(path=member.path, executable=member.executable),
                    shelf.path(made.blob),
                    REGZIP,
                ),
            )
