"""A bundle made as small as deflate gets: every member compressed anew, at the engine's highest level.

What came of a content is kept, so this is done once, and a warm build copies. Where the bytes that are there
already are no larger they stay. The same plan gives the same bytes, whatever was made before.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from builder.fragments.remade import Job, Shelf
from builder.model import FromWheel
from manylinux.archive.pack import SMALLEST, Packed, engine, pack
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from builder.model import BundlePlan, PlannedFile
    from builder.ports import Progress
    from manylinux.archive.pack import Pack
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member

TASK = "press"
"""What this work is called to a Progress; its unit is bytes, inflated."""
ENGINE = engine(SMALLEST)
_WORTH_KEEPING = 1024
"""Bytes. Anything smaller is compressed about as fast as a record of it is read."""


def pressed(plan: BundlePlan, store: Store, progress: Progress) -> BundlePlan:
    """The same plan with smaller members wherever there are any.

    Raises StoreError, and HashMismatchError when a wheel has changed.
    """
    shelf = Shelf(store, f"pressed {ENGINE}")
    wanted: dict[tuple[str, str], Job] = {}
    for file in plan.files:
        if isinstance(content := file.content, FromWheel):
            wheel, member = plan.wheels[content.wheel].sha256, content.member
            if member.size and not _is_known(member, shelf, wheel):
                # Of equal contents the one whose bytes are the most decides whether new ones are kept.
                known = wanted.get((wheel, member.sha256))
                if known is None or known.member.compressed_size < member.compressed_size:
                    wanted[wheel, member.sha256] = Job(wheel, member, plan.location(content))
    if wanted:
        shelf.make(list(wanted.values()), _press, progress, TASK)
    return replace(plan, files=tuple(_smaller(file, plan, shelf) for file in plan.files))


def packer(store: Store) -> Pack:
    """Compresses as `pressed` does what no wheel brought: the app's files, what the plan made itself."""

    def compress(content: bytes) -> Packed:
        if len(content) < _WORTH_KEEPING:
            return pack(content, SMALLEST)
        key = f"{sha256(content).hexdigest()} packed {ENGINE}"
        record = store.get(Bucket.REMADE, key)
        if record is not None:
            return Packed(data=record or content, deflated=bool(record))
        packed = pack(content, SMALLEST)
        store.put(Bucket.REMADE, key, bytes(packed.data) if packed.deflated else b"")
        return packed

    return compress


def _is_known(member: Member, shelf: Shelf, wheel: str) -> bool:
    made = shelf.rows(wheel).get(member.sha256)
    return made is not None and (bool(made.blob) or made.member.compressed_size >= member.compressed_size)


def _press(job: Job) -> tuple[Member, bytes | memoryview]:
    from builder.link.contents import read_content

    packed = pack(read_content(job.location, job.member), SMALLEST)
    size = len(packed.data)
    member = job.member._replace(compressed_size=size, deflated=packed.deflated)
    return member, packed.data if size < job.member.compressed_size else b""


def _smaller(file: PlannedFile, plan: BundlePlan, shelf: Shelf) -> PlannedFile:
    content = file.content
    if not isinstance(content, FromWheel):
        return file
    if not content.member.size:
        return replace(
            file, content=replace(content, member=content.member._replace(compressed_size=0, deflated=False))
        )
    made = shelf.rows(plan.wheels[content.wheel].sha256)[content.member.sha256]
    if made.member.compressed_size >= content.member.compressed_size:
        return file
    member = content.member._replace(
        offset=made.member.offset,
        compressed_size=made.member.compressed_size,
        deflated=made.member.deflated,
    )
    return replace(file, content=FromWheel(wheel=content.wheel, member=member, overlay=shelf.path(made.blob)))
