"""What is made of a wheel's compiled files: the same without what no loader reads, compressed once.

An overlay is one file in the store: the deflated members one after the other, in the wheel's order. A member
that would hardly be smaller is left as it is, so that its bytes are copied as they lie in the wheel.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from functools import partial
from typing import IO, TYPE_CHECKING

from builder.fragments.scratch import mapping, scratch_file
from manylinux.archive.pack import pack
from manylinux.strip.strip import Stripped, strip_elf
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from collections.abc import Callable

    from prebuilt_index.store import Incoming
    from prebuilt_index.wheel_archive import VerifiedWheel

LEAST = 4096
"""Bytes that must go: a page less is not worth compressing the rest anew."""
_LARGE = 16 * 1024 * 1024
"""Bytes. Larger files are taken one at a time, whatever the number of threads, to bound memory."""
_SEALS = (".hmac", ".chk")
_one_at_a_time = threading.Lock()


class OverlayMaker:
    """Takes the compiled files of one wheel, and writes what is made of them to `incoming`."""

    def __init__(self, incoming: Incoming, wheel: VerifiedWheel) -> None:
        self._incoming = incoming
        self._sealed = {_folder(member.path) for member in wheel.members if member.path.endswith(_SEALS)}
        """Folders with checksums of libraries in files of their own, which the libraries compare (FIPS)."""
        self.members: dict[str, Member] = {}
        """Path in the wheel to the smaller member, its offset that in the overlay."""

    def take(self, member: Member, content: memoryview) -> Callable[[], None]:
        """`content` is that of `member`; what is given compresses what is left of it, and adds that.

        It is to be called when `content` is gone, so that never both are in memory. Raises StoreError when
        there is no room for a large one.
        """
        if _folder(member.path) in self._sealed:
            return _nothing
        if member.size < _LARGE:
            smaller = stripped(content)
        else:
            with _one_at_a_time:
                smaller = stripped(content)
        if smaller is None:
            return _nothing
        return partial(self._add, member, smaller)

    def _add(self, member: Member, smaller: bytes | IO[bytes]) -> None:
        if isinstance(smaller, bytes):
            self._pack(member, smaller)
            return
        with _one_at_a_time, smaller, mapping(smaller) as content:
            self._pack(member, content)

    def _pack(self, member: Member, content: bytes | memoryview) -> None:
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


def _nothing() -> None:
    """There is nothing to add."""


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def stripped(content: memoryview) -> bytes | IO[bytes] | None:
    """A compiled file without what no loader reads; None where it stays as it is.

    A large one is in a file, which the caller closes. Raises StoreError when there is no room for that.
    """
    found = strip_elf(content)
    if not isinstance(found, Stripped) or found.removed < LEAST:
        return None
    if found.size < _LARGE:
        return b"".join(found.written(content))
    return scratch_file(found.written(content))
