"""What a plan's bytes depend on, as one digest: equal digests give equal zips, without making one."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from builder.link.contents import source_pieces
from builder.model import FromBytes, FromSource, FromWheel, Optimize

if TYPE_CHECKING:
    from builder.model import BundlePlan, PlannedFile

VERSION = 1
"""Raised when equal plans give other zips."""


def digest_of(plan: BundlePlan, optimize: Optimize) -> str:
    """Paths, modes and contents of all files, and the engine that compresses. Raises SourceFileError.

    `plan` is as it is before it is pressed.
    """
    digest = hashlib.sha256(f"{VERSION}\n{_engine(plan, optimize)}\n".encode())
    for file in plan.files:
        content = _content(plan, file)
        digest.update(f"{file.path}\0{int(file.executable)}\0{content}\n".encode())
    return digest.hexdigest()


def _engine(plan: BundlePlan, optimize: Optimize) -> str:
    from manylinux.archive.pack import LEVEL, SMALLEST, engine

    if optimize is Optimize.SIZE:
        return engine(SMALLEST)
    copied = all(isinstance(file.content, FromWheel) for file in plan.files)
    return "" if copied else engine(LEVEL)


def _content(plan: BundlePlan, file: PlannedFile) -> str:
    match file.content:
        case FromWheel(wheel=number, member=member, overlay=overlay):
            # The same content may be compressed otherwise in another file.
            where = (
                plan.wheels[number].sha256
                if overlay is None
                else f"overlay {overlay.parent.name}{overlay.name}"
            )
            return f"{where} {member.offset} {member.compressed_size} {member.crc} {member.size}"
        case FromBytes(content=content):
            return hashlib.sha256(content).hexdigest()
        case FromSource(location=location):
            digest = hashlib.sha256()
            for piece in source_pieces(location):
                digest.update(piece)
            return digest.hexdigest()
