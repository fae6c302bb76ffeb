"""What is made of a wheel's compiled files: the same without what no loader reads, compressed once.

An overlay is one file in the store: the deflated members one after the other, in the wheel's order. A member
that would hardly be smaller is left as it is, so that its bytes are copied as they lie in the wheel.
"""

from __future__ import annotations

import hashlib
import mmap
import tempfile
import threading
import zlib
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING

from manylinux.archive.pack import pack
from manylinux.strip.strip import Stripped, strip_elf
from prebuilt_index.store.durable import told
from prebuilt_index.wheel_archive import Member

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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

    def take(self, member: Member, location: Path) -> None:
        """`location` holds the content of `member`, and may be overwritten afterwards."""
        if _folder(member.path) in self._sealed:
            return
        if member.size < _LARGE:
            self._take(member, location)
            return
        with _one_at_a_time:
            self._take(member, location)

    def _take(self, member: Member, location: Path) -> None:
        with stripped(location) as content:
            if content is not None:
                self._add(member, content)

    def _add(self, member: Member, content: bytes | mmap.mmap) -> None:
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


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


@contextmanager
def stripped(location: Path) -> Iterator[bytes | mmap.mmap | None]:
    """The file at `location` without what no loader reads; None where it stays as it is.

    A large one is written beside it and mapped, so that never both are in memory. Raises StoreError when
    there is no room for that.
    """
    with open(location, "rb") as file, closing(_mapped(file)) as whole:
        found = strip_elf(whole)
        if not isinstance(found, Stripped) or found.removed < LEAST:
            content, smaller = None, None
        elif found.size < _LARGE:
            content, smaller = b"".join(found.written(whole)), None
        else:
            content, smaller = None, _written(found, whole, location)
    if smaller is None:
        yield content
        return
    with smaller, closing(_mapped(smaller)) as mapped:
        yield mapped


def _written(found: Stripped, whole: mmap.mmap, location: Path) -> IO[bytes]:
    """A file without a name that holds what was `found`."""
    with told(location.parent, "write"):
        file = tempfile.TemporaryFile(dir=location.parent)  # noqa: SIM115  # the caller closes it
        for piece in found.written(whole):
            file.write(piece)
        file.flush()
    return file


def _mapped(file: IO[bytes]) -> mmap.mmap:
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
