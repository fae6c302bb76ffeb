"""The records of a zip file as bytes say them (APPNOTE 6.3.10, sections 4.3 and 4.5), each checked by itself.

Sizes are only numbers here: nothing is allocated by them.
"""

import struct
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from prebuilt_index.wheel_archive.rules import refusal

LOCAL: Final = b"PK\x03\x04"
DIRECTORY: Final = b"PK\x01\x02"
DESCRIPTOR: Final = b"PK\x07\x08"
END: Final = b"PK\x05\x06"
END64: Final = b"PK\x06\x06"
LOCATOR64: Final = b"PK\x06\x07"
_RECORDS = (LOCAL, DIRECTORY, END, END64, LOCATOR64)

LOCAL_SIZE: Final = 30
DIRECTORY_SIZE: Final = 46
END_SIZE: Final = 22
END64_SIZE: Final = 56
LOCATOR64_SIZE: Final = 20

STORED: Final = 0
DEFLATED: Final = 8
FLAG_DESCRIPTOR: Final = 1 << 3
FLAG_UTF8: Final = 1 << 11
_FLAGS_KNOWN: Final = 0b110 | FLAG_DESCRIPTOR | FLAG_UTF8
"""Bits 1 and 2 are the compressor's level: a hint without meaning."""
_VERSION_KNOWN: Final = 63
"""Of the format, times ten: the newest in APPNOTE. What none knows, some readers refuse."""
FLAGS_COMPARED: Final = 0xFFFF & ~0b110

EXTRA_ZIP64: Final = 0x0001
EXTRA_UNICODE_PATH: Final = 0x7075
_FULL16: Final = 0xFFFF
_FULL32: Final = 0xFFFFFFFF

_LOCAL = struct.Struct("<4s5H3L2H")
_DIRECTORY = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")


class LocalHeader(NamedTuple):
    """The header in front of a member's data."""

    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    name_length: int
    extra_length: int


class DirectoryEntry(NamedTuple):
    """A member as the central directory lists it, ZIP64 values put in."""

    name: bytes
    system: int
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    attributes: int
    offset: int
    """Of the local header, bytes."""
    end: int
    """Where the next entry begins in the directory."""


class EndRecord(NamedTuple):
    """Where the central directory is."""

    entries: int
    size: int
    offset: int


def local_header(data: bytes) -> LocalHeader:
    """The 30 fixed bytes of a local header; `data` begins with its signature."""
    _, _, flags, method, _, _, crc, compressed, size, name, extra = _LOCAL.unpack(data)
    return LocalHeader(flags, method, crc, compressed, size, name, extra)


def directory_entry(directory: bytes, start: int) -> DirectoryEntry:
    """The entry that begins at `start` of the central directory."""
    if start + DIRECTORY_SIZE > len(directory) or not directory.startswith(DIRECTORY, start):
        raise refusal("Z10", f"The directory holds something else than an entry at its byte {start}")
    # fmt: off
    (_, made_by, needed, flags, method, _, _, crc, compressed, size, name_length, extra_length,
     comment_length, disk, _, attributes, offset) = _DIRECTORY.unpack_from(directory, start)
    # fmt: on
    name_end = start + DIRECTORY_SIZE + name_length
    end = name_end + extra_length + comment_length
    if end > len(directory):
        raise refusal("Z10", f"An entry runs over the end of the directory at its byte {start}")
    name = directory[start + DIRECTORY_SIZE : name_end]
    if comment_length:
        raise refusal("Z12", "A member has a comment", label(name))
    _check_method(needed, flags, method, name)
    if disk:
        raise refusal("Z10", "A member is on another disk", label(name))
    extra = extra_fields(directory[name_end : name_end + extra_length], name)
    check_unicode_path(extra, name)
    size, compressed, offset = _widened(extra, (size, compressed, offset), name)
    return DirectoryEntry(name, made_by >> 8, flags, method, crc, compressed, size, attributes, offset, end)


def _check_method(needed: int, flags: int, method: int, name: bytes) -> None:
    if needed > _VERSION_KNOWN:
        raise refusal("Z26", f"A member needs a reader of version {needed}", label(name))
    if flags & ~_FLAGS_KNOWN:
        raise refusal("Z26", f"A member has the flags 0x{flags:04x}", label(name))
    if method not in (STORED, DEFLATED):
        raise refusal("Z25", f"A member is compressed by method {method}", label(name))


def extra_fields(data: bytes, name: bytes) -> Mapping[int, bytes]:
    """Id to content of the extra fields of one header."""
    fields: dict[int, bytes] = {}
    position = 0
    while position < len(data):
        if position + 4 > len(data):
            raise refusal(
                "Z16", f"{len(data) - position} bytes are left over behind extra fields", label(name)
            )
        kind, length = struct.unpack_from("<HH", data, position)
        position += 4 + length
        if position > len(data):
            raise refusal("Z16", f"Extra field 0x{kind:04x} is longer than the space for it", label(name))
        if kind in fields:
            raise refusal("Z17", f"Extra field 0x{kind:04x} is there twice", label(name))
        fields[kind] = data[position - length : position]
    if any(signature in data for signature in _RECORDS):
        raise refusal("Z8", "An extra field hides a record of the archive", label(name))
    return fields


def check_unicode_path(extra: Mapping[int, bytes], name: bytes) -> None:
    """A Unicode Path field (Info-ZIP) may only repeat the name."""
    field = extra.get(EXTRA_UNICODE_PATH)
    if field is not None and field[5:] != name:
        raise refusal("Z3", f"The Unicode Path field names it `{label(field[5:])}`", label(name))


def _widened(extra: Mapping[int, bytes], values: Sequence[int], name: bytes) -> Sequence[int]:
    """`values` (size, compressed size, offset) with those that do not fit their 32 bits taken from ZIP64.

    The field holds what does not fit, in this order. Some writers add it where everything fits: then it has
    to repeat the values, so that it does not matter whether a reader looks.
    """
    field = extra.get(EXTRA_ZIP64)
    missing = [index for index, value in enumerate(values) if value == _FULL32]
    if field is None:
        if missing:
            raise refusal("Z15", "A 64-bit size or offset is announced and missing", label(name))
        return values
    if not missing:
        # A disk number, 0 by then, may stand behind the rest.
        known = struct.pack(f"<{len(values)}QL", *values, 0)
        if len(field) not in (0, 8, 16, 24, 28) or not known.startswith(field):
            raise refusal("Z15", "A ZIP64 extra field does not repeat the header's values", label(name))
        return values
    if len(field) != 8 * len(missing):
        what = f"A ZIP64 extra field has {len(field)} bytes, not {8 * len(missing)}"
        raise refusal("Z15", what, label(name))
    found = list(values)
    for index, value in zip(missing, struct.unpack(f"<{len(missing)}Q", field), strict=True):
        found[index] = value
    return found


def end_record(data: bytes) -> EndRecord:
    """The 22 bytes of the end record."""
    _, disk, directory_disk, here, entries, size, offset, _ = _END.unpack(data)
    if disk or directory_disk or here != entries:
        raise refusal("Z10", "The archive has several disks, or two counts of its entries")
    return EndRecord(entries, size, offset)


def end64_offset(data: bytes) -> int:
    """Where the ZIP64 locator says its end record is."""
    _, disk, offset, disks = _LOCATOR64.unpack(data)
    if disk or disks != 1:
        raise refusal("Z10", "The ZIP64 locator speaks of several disks")
    return int(offset)


def end64_record(data: bytes, narrow: EndRecord) -> EndRecord:
    """The 56 bytes of the ZIP64 end record; what fits the `narrow` one is the same there."""
    signature, length, _, _, disk, directory_disk, here, entries, size, offset = _END64.unpack(data)
    if signature != END64:
        raise refusal("Z14", "There is a ZIP64 locator and no end record in front of it")
    if length != END64_SIZE - 12:
        raise refusal("Z13", f"The ZIP64 end record says it has {length} bytes, not {END64_SIZE - 12}")
    if disk or directory_disk or here != entries:
        raise refusal("Z10", "The archive has several disks, or two counts of its entries")
    wide = EndRecord(entries, size, offset)
    for value, known, full in zip(wide, narrow, (_FULL16, _FULL32, _FULL32), strict=True):
        if known not in (value, full):
            raise refusal("Z14", f"The two end records disagree: {known} and {value}")
    return wide


def is_full(record: EndRecord) -> bool:
    """Whether the end record leaves a value to a ZIP64 one."""
    return record.entries == _FULL16 or _FULL32 in (record.size, record.offset)


def check_local_sizes(header: LocalHeader, extra: Mapping[int, bytes], entry: DirectoryEntry) -> None:
    """The local header says the directory's sizes; one with a data descriptor may say 0 instead."""
    stated = tuple(_widened(extra, (header.size, header.compressed_size), entry.name))
    told = (entry.size, entry.compressed_size)
    if stated != told and not (header.flags & FLAG_DESCRIPTOR and stated == (0, 0)):
        what = f"Sizes differ: {stated} in its header, {told} in the directory"
        raise refusal("Z4", what, label(entry.name))


def label(raw: bytes) -> str:
    """`raw` as people can read it, decoded or escaped."""
    return raw.decode("utf-8", "backslashreplace")
