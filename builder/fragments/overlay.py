"""What is made of a wheel's compiled files: the same without what no loader reads, compressed once.

An overlay is one file in the store: the deflated members one after the other, in the wheel's order. A member
that would hardly be smaller is left as it is, so that its bytes are copied as they lie in the wheel.
"""

from __future__ import annotations

import hashlib
import mmap
import threading
import zlib
from contextlib import closing
from typing import TYPE_CHECKING

from builder.link.pack import pack
from manylinux.strip.strip import Stripped, strip_elf
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from pathlib import Path

    from prebuilt_index.store import Incoming

LEAST = 4096
"""Bytes that must go: a page less is not worth compressing the rest anew."""
_LARGE = 16 * 1024 * 1024
"""Bytes. Larger files are taken one at a time, whatever the number of threads, to bound memory."""
_one_at_a_time = threading.Lock()


class OverlayMaker:
    """Takes the compiled files of one wheel, and writes what is made of them to `incoming`."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self.members: dict[str, Member] = {}
        """Path in the wheel to the smaller member, its offset that in the overlay."""

    def take(self, member: Member, location: Path) -> None:
        """`location` holds the content of `member`, and may be overwritten afterwards."""
        if member.size < _LARGE:
            self._take(member, location)
            return
        with _one_at_a_time:
            self._take(member, location)

    def _take(self, member: Member, location: Path) -> None:
        content = stripped(location)
        if content is None:
            return
        packed = pack(content)
        self.members[member.path] = Member(
            path=member.path,
            offset=self._incoming.size,
            compressed_size=len(packed.data),
            size=len(content),
            crc=zlib.crc32(content),
            deflated=packed.deflated,
            executable=member.executable,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        self._incoming.write(packed.data)


def stripped(location: Path) -> bytes | None:
    """The file at `location` without what no loader reads; None where it stays as it is."""
    with open(location, "rb") as file, closing(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) as whole:
        found = strip_elf(whole)
        if not isinstance(found, Stripped) or found.removed < LEAST:
            return None
        return b"".join(found.written(whole))
