"""The content of members: each inflated once to its end, in bounded memory (rule Z5).

A header's size bounds what a member may inflate to, and is never used to allocate. Input goes in by
64 KiB slices: handing back a long unconsumed tail again and again would cost quadratic time. zlib-ng is
zlib made faster: of what a stream may be it says the same, and where it ends.
"""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from zlib_ng import zlib_ng

from prebuilt_index.wheel_archive.rules import refusal
from prebuilt_index.wheel_archive.walker import Entry, ReadAt

_IN: Final = 1 << 16
"""Bytes of compressed data read at once."""
_OUT: Final = 1 << 18
"""Bytes inflated at once."""


class Content(NamedTuple):
    """What was found in a member."""

    sha256: str
    digest: str
    """Hex digest by the algorithm that was asked for."""


def digest(
    read_at: ReadAt, entry: Entry, algorithm: str = "sha256", pulse: Callable[[], None] = lambda: None
) -> Content:
    """The digests of a member's content; `pulse` is called for each piece of it.

    Raises BadArchiveError when it is not what the headers say.
    """
    sha256 = hashlib.sha256(usedforsecurity=False)
    other = sha256 if algorithm == "sha256" else hashlib.new(algorithm)
    crc = size = 0
    for piece in pieces(read_at, entry):
        pulse()
        size += len(piece)
        crc = zlib_ng.crc32(piece, crc)
        sha256.update(piece)
        if other is not sha256:
            other.update(piece)
    if size != entry.size:
        raise refusal("Z5", f"{size} bytes inflate from a member of {entry.size}", entry.name)
    if crc != entry.crc:
        raise refusal("Z5", f"The checksum is {crc:08x}, not {entry.crc:08x}", entry.name)
    return Content(sha256.hexdigest(), other.hexdigest())


def content(read_at: ReadAt, entry: Entry, limit: int) -> bytes:
    """A small member's bytes, whose checksum is not looked at. Raises BadArchiveError above `limit` bytes."""
    if entry.size > limit:
        raise refusal("Z28", f"A member has {entry.size} bytes, more than {limit}", entry.name)
    return b"".join(pieces(read_at, entry))


def pieces(read_at: ReadAt, entry: Entry) -> Iterator[bytes]:
    """A member's content in pieces of at most 256 KiB, at most one byte more than the headers say."""
    return _inflated(read_at, entry) if entry.deflated else _stored(read_at, entry)


def _stored(read_at: ReadAt, entry: Entry) -> Iterator[bytes]:
    for start in range(0, entry.compressed_size, _OUT):
        yield _read(read_at, entry, start, _OUT)


def _inflated(read_at: ReadAt, entry: Entry) -> Iterator[bytes]:
    engine = zlib_ng.decompressobj(-zlib_ng.MAX_WBITS)
    left = entry.size
    for start in range(0, entry.compressed_size, _IN):
        data = _read(read_at, entry, start, _IN)
        while True:
            room = min(_OUT, left + 1)
            piece = _step(engine, data, room, entry)
            left -= len(piece)
            if left < 0:
                raise refusal("Z5", f"More than {entry.size} bytes inflate from a member", entry.name)
            if piece:
                yield piece
            data = engine.unconsumed_tail
            # With all input taken there may still be output that had no room.
            if engine.eof or (not data and len(piece) < room):
                break
        if engine.eof and (engine.unused_data or start + _IN < entry.compressed_size):
            raise refusal("Z5", "Data follows the end of the compressed data", entry.name)
    if not engine.eof:
        raise refusal("Z5", "The compressed data has no end", entry.name)


def _step(engine: "zlib_ng._Decompress", data: bytes, room: int, entry: Entry) -> bytes:
    try:
        return engine.decompress(data, room)
    except zlib_ng.error as error:  # type: ignore[misc]  # its stub takes it for an instance
        raise refusal("Z5", f"The compressed data is damaged: {error}", entry.name) from error


def _read(read_at: ReadAt, entry: Entry, start: int, size: int) -> bytes:
    size = min(size, entry.compressed_size - start)
    data = read_at(entry.offset + start, size)
    if len(data) != size:
        raise refusal("Z5", "The file ends inside a member", entry.name)
    return data
