"""METADATA found from the end of a wheel, so that the rest need not be fetched. Pure.

This is a first look, not a verdict: what it does not understand at once (ZIP64, comments, odd entries) it
leaves to the whole wheel, and the wheel is verified before anything is made of it.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct

_END = Struct("<4s4H2IH")
_ENTRY = Struct("<4s6H3I5H2I")
_LOCAL = Struct("<4s5H3I2H")
METADATA_LIMIT = 8 * 1024 * 1024
"""Bytes, inflated. The largest METADATA known has 1 MB."""
_DIRECTORY_LIMIT = 16 * 1024 * 1024
_SLACK = 512
"""Bytes: local headers may have longer extra fields than their entries."""
_SENTINELS = (0xFFFF, 0xFFFFFFFF)
_STORED, _DEFLATED = 0, 8


class NotUnderstoodError(Exception):
    """The archive has a form that only the whole wheel can settle."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the wheel, in bytes from its start."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where METADATA is."""

    header: int
    """Offset of the local header, bytes."""
    name: bytes
    method: int
    compressed_size: int
    size: int
    crc: int

    @property
    def span(self) -> Span:
        """A stretch that holds header and data."""
        length = _LOCAL.size + len(self.name) + _SLACK + self.compressed_size
        return Span(self.header, self.header + length)


def directory_span(tail: bytes, size: int) -> Span:
    """Where the central directory of a wheel of `size` bytes is, going by its last bytes."""
    if len(tail) < _END.size:
        raise NotUnderstoodError("shorter than an end record")
    signature, disks, count, total, length, offset, comment = _unpack_end(tail[-_END.size :])
    if signature != b"PK\5\6" or comment or any(disks) or count != total:
        raise NotUnderstoodError("the end record is not where it should be")
    if count in _SENTINELS or length in _SENTINELS or offset in _SENTINELS:
        raise NotUnderstoodError("ZIP64")
    if length > _DIRECTORY_LIMIT or offset + length != size - _END.size:
        raise NotUnderstoodError("the central directory does not end at the end record")
    return Span(offset, offset + length)


def _unpack_end(record: bytes) -> tuple[bytes, tuple[int, int], int, int, int, int, int]:
    signature, disk, first_disk, count, total, length, offset, comment = _END.unpack(record)
    return signature, (disk, first_disk), count, total, length, offset, comment


def find_metadata(directory: bytes) -> Place:
    """The one `*.dist-info/METADATA` at the top of the archive."""
    places = list(_metadata_entries(directory))
    if len(places) != 1:
        raise NotUnderstoodError(f"{len(places)} files named METADATA")
    (place,) = places
    if place.method not in (_STORED, _DEFLATED) or max(place.size, place.compressed_size) > METADATA_LIMIT:
        raise NotUnderstoodError("METADATA is too large, or compressed in an unknown way")
    return place


def _is_metadata(name: bytes) -> bool:
    return name.endswith(b".dist-info/METADATA") and name.count(b"/") == 1


def _metadata_entries(directory: bytes) -> Iterator[Place]:
    position, end = 0, len(directory)
    while position < end:
        if position + _ENTRY.size > end:
            raise NotUnderstoodError("an entry is cut off")
        fields = _ENTRY.unpack_from(directory, position)
        if fields[0] != b"PK\1\2":
            raise NotUnderstoodError("an entry is not where it should be")
        begin = position + _ENTRY.size
        name = directory[begin : begin + fields[10]]
        position = begin + fields[10] + fields[11] + fields[12]
        if _is_metadata(name):
            flags, method, crc, compressed_size, size, header = (*fields[3:5], *fields[7:10], fields[16])
            if flags & 1 or _SENTINELS[1] in (header, size, compressed_size):
                raise NotUnderstoodError("METADATA is encrypted or ZIP64")
            yield Place(header, name, method, compressed_size, size, crc)


def read_metadata(place: Place, stretch: bytes) -> bytes:
    """The content at `place`, whose local header `stretch` begins with; its size and CRC are right."""
    if len(stretch) < _LOCAL.size:
        raise NotUnderstoodError("the local header is cut off")
    fields = _LOCAL.unpack_from(stretch)
    signature, name_length, extra_length = fields[0], fields[9], fields[10]
    begin = _LOCAL.size + name_length + extra_length
    if signature != b"PK\3\4" or stretch[_LOCAL.size : _LOCAL.size + name_length] != place.name:
        raise NotUnderstoodError("the local header is of another file")
    data = stretch[begin : begin + place.compressed_size]
    if len(data) != place.compressed_size:
        raise NotUnderstoodError("the data is cut off")
    content = data if place.method == _STORED else _inflated(data, place.size)
    if len(content) != place.size or zlib.crc32(content) != place.crc:
        raise NotUnderstoodError("size or CRC is wrong")
    return content


def _inflated(data: bytes, size: int) -> bytes:
    engine = zlib.decompressobj(-15)
    try:
        content = engine.decompress(data, size + 1)
    except zlib.error as error:
        raise NotUnderstoodError("deflate data is damaged") from error
    if not engine.eof or engine.unused_data:
        raise NotUnderstoodError("deflate data does not end where it should")
    return content
