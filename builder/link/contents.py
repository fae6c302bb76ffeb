"""Content behind a plan: members inflated and checked, source files read."""

import zlib
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from itertools import chain
from pathlib import Path

import deflate

from builder.errors import SourceFileError
from builder.link.stream import WheelReader
from prebuilt_index.errors import HashMismatchError
from prebuilt_index.wheel_archive import Member

WHOLE = 24 * 1024 * 1024
"""Bytes, inflated. Up to here a member is inflated at once, by the faster engine; above, in pieces."""
PIECE = 1024 * 1024


def read_content(location: Path, member: Member | None) -> bytes:
    """The file at `location`, or the inflated `member` of the wheel there: `plan_bundle`'s `Read`."""
    if member is None:
        return read_source_file(location)
    with closing(WheelReader(location)) as wheel:
        return whole(wheel, member)


def read_source_file(location: Path) -> bytes:
    """Raises SourceFileError when the file cannot be read."""
    try:
        return location.read_bytes()
    except OSError as error:
        raise unreadable(location, error) from error


def source_pieces(location: Path) -> Iterator[bytes]:
    """A source file in pieces, for files too large to hold. Raises SourceFileError when it cannot be read."""
    try:
        with open(location, "rb", buffering=0) as file:
            while piece := file.read(PIECE):
                yield piece
    except OSError as error:
        raise unreadable(location, error) from error


def unreadable(location: Path, error: OSError) -> SourceFileError:
    return SourceFileError(
        f"`{location}` cannot be read",
        evidence=[error.strerror or str(error)],
        hint="Make it readable, or name it in `.lbuildignore`",
    )


def inflated(wheel: WheelReader, member: Member) -> Iterator[bytes | bytearray]:
    """The member's content in order, in pieces.

    Raises HashMismatchError at the end when its size or CRC is not the one that was verified.
    """
    size = crc = 0
    for piece in _pieces(wheel, member):
        size += len(piece)
        crc = zlib.crc32(piece, crc)
        yield piece
    if (size, crc) != (member.size, member.crc):
        raise _changed(member)


def whole(wheel: WheelReader, member: Member) -> bytes:
    """The member's content. Raises as `inflated`."""
    content = _gathered(wheel, member)
    return content if isinstance(content, bytes) else bytes(content)


def held(wheel: WheelReader, member: Member) -> memoryview:
    """The member's content, of which no second copy is made. Raises as `inflated`."""
    return memoryview(_gathered(wheel, member))


def _gathered(wheel: WheelReader, member: Member) -> bytes | bytearray:
    pieces = inflated(wheel, member)
    first = next(pieces, b"")
    second = next(pieces, None)
    if second is None:
        return first
    content = BytesIO()
    for piece in chain((first, second), pieces):
        content.write(piece)
    return content.getvalue()


def _pieces(wheel: WheelReader, member: Member) -> Iterator[bytes | bytearray]:
    if member.deflated and member.size <= WHOLE:
        try:
            yield deflate.deflate_decompress(
                next(_raw(wheel, member, member.compressed_size), b""), member.size
            )
        except deflate.DeflateError as error:
            raise _changed(member) from error
    elif member.deflated:
        yield from _inflated_slowly(wheel, member)
    else:
        yield from _raw(wheel, member, PIECE)


def _inflated_slowly(wheel: WheelReader, member: Member) -> Iterator[bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for raw in _raw(wheel, member, PIECE // 4):
        rest: bytes | bytearray = raw
        full = True
        while rest or full:  # all may be taken in and not yet given out
            try:
                piece = engine.decompress(rest, PIECE)
            except zlib.error as error:
                raise _changed(member) from error
            rest, full = engine.unconsumed_tail, len(piece) == PIECE
            yield piece


def _raw(wheel: WheelReader, member: Member, most: int) -> Iterator[bytearray]:
    """The member's bytes as they lie in the wheel, at most `most` at a time."""
    offset, end = member.offset, member.offset + member.compressed_size
    while offset < end:
        piece = bytearray(min(most, end - offset))
        wheel.read_into(memoryview(piece), offset)
        offset += len(piece)
        yield piece


def _changed(member: Member) -> HashMismatchError:
    return HashMismatchError(
        f"`{member.path}` is not what it was when its wheel was verified",
        evidence=[f"verified: {member.size:,} bytes, CRC {member.crc:08x}"],
        hint="Run `lbuild cache verify`, then build again",
    )
