"""The archive as a whole: its records tile the file, and say each thing once or twice alike (rules Z1 to
Z28).

Readers of zip files start at either end and trust either header; a file they could understand differently is
refused. Pure: all it knows of the file is a function that reads at a position.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from prebuilt_index.wheel_archive import headers, names
from prebuilt_index.wheel_archive.headers import DirectoryEntry, EndRecord, LocalHeader, label
from prebuilt_index.wheel_archive.rules import refusal

ReadAt = Callable[[int, int], bytes]
"""(offset, size) to bytes; fewer only where the file ends."""

MAX_ENTRIES: Final = 50_000
MAX_DIRECTORY: Final = 64 << 20
"""Bytes."""
MAX_TOTAL: Final = 2 << 30
"""Bytes, inflated."""
_SMALL_TOTAL: Final = 64 << 20
_MAX_RATIO: Final = 50
"""Of inflated to archive size, once the total is above 64 MiB. Single members reach 1015:1 in real wheels."""
_TAIL: Final = 1 << 16
"""Bytes in which an end record with a comment or a padded one may begin."""

_UNIX_SYSTEMS: Final = frozenset({3, 19})
_FOLDER_ATTRIBUTE: Final = 0x10
_TYPE_FILE, _TYPE_FOLDER = 0o10, 0o04


class Entry(NamedTuple):
    """One member as the headers describe it; nothing of its content is known yet."""

    name: str
    offset: int
    """Of the first byte of data, from the start of the archive."""
    compressed_size: int
    size: int
    crc: int
    deflated: bool
    executable: bool

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


def walk(read_at: ReadAt, size: int) -> tuple[Entry, ...]:
    """Every member, in archive order. Raises BadArchiveError with the rule the archive breaks."""
    end = _find_end(read_at, size)
    listed = _directory(read_at, end)
    _check_budget(listed, size)
    position = 0
    entries = []
    for entry in sorted(listed, key=lambda entry: entry.offset):
        checked, position = _member(read_at, entry, position, end.offset)
        entries.append(checked)
    if position != end.offset:
        _refuse_gap(read_at, position, end.offset, "the directory")
    names.check_together(entry.name for entry in entries)
    _refuse_tar(read_at)
    return tuple(entries)


# -- the end -------------------------------------------------------------------------------------------------


def _find_end(read_at: ReadAt, size: int) -> EndRecord:
    """The end record; the directory it speaks of ends where it begins."""
    offset = _end_offset(read_at, size)
    end = headers.end_record(read_at(offset, headers.END_SIZE))
    directory_end = offset
    locator_offset = offset - headers.LOCATOR64_SIZE
    locator = read_at(locator_offset, headers.LOCATOR64_SIZE) if locator_offset >= 0 else b""
    if locator.startswith(headers.LOCATOR64):
        end, directory_end = _find_end64(read_at, end, locator, locator_offset)
    elif headers.is_full(end):
        raise refusal("Z14", "The end record leaves its values to a ZIP64 one, and there is none")
    if end.offset + end.size != directory_end:
        raise _misplaced(read_at, end, directory_end)
    if end.entries > MAX_ENTRIES or end.size > MAX_DIRECTORY:
        raise refusal("Z28", f"The directory has {end.entries} entries and {end.size} bytes")
    return end


def _end_offset(read_at: ReadAt, size: int) -> int:
    start = max(0, size - headers.END_SIZE - _TAIL)
    tail = read_at(start, size - start)
    if len(tail) != size - start:
        raise refusal("Z10", "The file ends before its end")
    at = tail.rfind(headers.END)
    if at < 0 or at + headers.END_SIZE > len(tail):
        raise refusal("Z10", "There is no end record: this is not a zip file, or it was cut")
    comment = int.from_bytes(tail[at + 20 : at + 22], "little")
    behind = tail[at + headers.END_SIZE :]
    if comment:
        raise refusal("Z11", f"The archive has a comment of {comment} bytes")
    # An index service is known to pad what it serves with NULs.
    if behind.strip(b"\0"):
        raise refusal("Z9", f"{len(behind)} bytes follow the end record")
    return start + at


def _find_end64(
    read_at: ReadAt, narrow: EndRecord, locator: bytes, locator_offset: int
) -> tuple[EndRecord, int]:
    offset = headers.end64_offset(locator)
    expected = locator_offset - headers.END64_SIZE
    if offset != expected:
        there = read_at(offset, 12) if 0 <= offset < locator_offset else b""
        if there.startswith(headers.END64) and offset < expected:
            raise refusal("Z13", f"{expected - offset} bytes are added to the ZIP64 end record")
        raise refusal("Z14", f"The ZIP64 locator points to {offset}, the end record would be at {expected}")
    return headers.end64_record(read_at(offset, headers.END64_SIZE), narrow), offset


def _misplaced(read_at: ReadAt, end: EndRecord, directory_end: int) -> Exception:
    shift = directory_end - end.offset - end.size
    seen = f"The directory would end at {end.offset + end.size}, the end record begins at {directory_end}"
    if shift > 0 and read_at(end.offset + end.size, 4) == headers.END64:
        return refusal("Z14", "There is a ZIP64 end record without a locator")
    if shift > 0 and read_at(end.offset + shift, 4) in (headers.DIRECTORY, headers.END):
        return refusal("Z7", f"{shift} bytes stand before the archive")
    return refusal("Z10", seen)


# -- the directory -------------------------------------------------------------------------------------------


def _directory(read_at: ReadAt, end: EndRecord) -> Sequence[DirectoryEntry]:
    data = read_at(end.offset, end.size)
    entries = []
    position = 0
    for _ in range(end.entries):
        entry = headers.directory_entry(data, position)
        position = entry.end
        entries.append(entry)
    if position != len(data):
        raise refusal(
            "Z10", f"The directory has {len(data) - position} bytes behind its {end.entries} entries"
        )
    return entries


def _check_budget(entries: Iterable[DirectoryEntry], archive_size: int) -> None:
    """No member may inflate beyond what its header says, so the headers' sum bounds what will be inflated."""
    total = sum(entry.size for entry in entries)
    if total > MAX_TOTAL or total > max(_SMALL_TOTAL, _MAX_RATIO * archive_size):
        raise refusal("Z28", f"{archive_size} bytes would inflate to {total}")


# -- members -------------------------------------------------------------------------------------------------


def _member(read_at: ReadAt, entry: DirectoryEntry, position: int, limit: int) -> tuple[Entry, int]:
    """The checked member whose local header begins at `position`, and where the next one has to begin."""
    if entry.offset != position:
        if entry.offset < position:
            raise refusal("Z8", "Two members overlap", label(entry.name))
        _refuse_gap(read_at, position, entry.offset, f"`{label(entry.name)}`")
    name = names.decode(entry.name, bool(entry.flags & headers.FLAG_UTF8))
    # One read for the header, its name and most extra fields.
    head = read_at(position, headers.LOCAL_SIZE + len(entry.name) + 64)
    if not head.startswith(headers.LOCAL) or len(head) < headers.LOCAL_SIZE:
        raise refusal("Z2", "The directory lists a member that is not there", name)
    header = headers.local_header(head[: headers.LOCAL_SIZE])
    data = position + headers.LOCAL_SIZE + header.name_length + header.extra_length
    if data > position + len(head):
        head = read_at(position, data - position)
    zip64 = _check_local(head, header, entry)
    after = data + entry.compressed_size
    if header.flags & headers.FLAG_DESCRIPTOR and after <= limit:
        after += _check_descriptor(read_at(after, 24), entry, zip64)
    if after > limit:
        raise refusal("Z8", "A member runs over the end of the members", name)
    if entry.method == headers.STORED and entry.size != entry.compressed_size:
        raise refusal("Z5", f"A stored member has the sizes {entry.compressed_size} and {entry.size}", name)
    _check_kind(entry, name)
    checked = Entry(
        name,
        data,
        entry.compressed_size,
        entry.size,
        entry.crc,
        entry.method == headers.DEFLATED,
        entry.system in _UNIX_SYSTEMS and bool(entry.attributes >> 16 & 0o111),
    )
    return checked, after


def _check_local(head: bytes, header: LocalHeader, entry: DirectoryEntry) -> bool:
    """Whether the local header, found to agree with the directory, has a ZIP64 field."""
    name_end = headers.LOCAL_SIZE + header.name_length
    name = label(entry.name)
    if head[headers.LOCAL_SIZE : name_end] != entry.name:
        raise refusal("Z3", f"Its own header names it `{label(head[headers.LOCAL_SIZE : name_end])}`", name)
    if header.method != entry.method:
        raise refusal("Z4", f"Methods differ: {header.method} and {entry.method}", name)
    if (header.flags ^ entry.flags) & headers.FLAGS_COMPARED:
        raise refusal("Z4", f"Flags differ: 0x{header.flags:04x} and 0x{entry.flags:04x}", name)
    extra = headers.extra_fields(head[name_end : name_end + header.extra_length], entry.name)
    headers.check_unicode_path(extra, entry.name)
    headers.check_local_sizes(header, extra, entry)
    if header.crc != entry.crc and not (header.flags & headers.FLAG_DESCRIPTOR and header.crc == 0):
        raise refusal("Z4", f"Checksums differ: {header.crc:08x} and {entry.crc:08x}", name)
    return headers.EXTRA_ZIP64 in extra


def _check_descriptor(data: bytes, entry: DirectoryEntry, zip64: bool) -> int:
    """Size of the data descriptor that `data` begins with, in bytes."""
    layout = "<4sLQQ" if zip64 else "<4sLLL"
    expected = (headers.DESCRIPTOR, entry.crc, entry.compressed_size, entry.size)
    if len(data) < struct.calcsize(layout) or struct.unpack_from(layout, data) != expected:
        raise refusal(
            "Z6", "A data descriptor is missing or does not repeat the directory", label(entry.name)
        )
    return struct.calcsize(layout)


def _check_kind(entry: DirectoryEntry, name: str) -> None:
    """A name with a slash at its end is an empty folder, any other is a file, whatever system wrote it."""
    mode = entry.attributes >> 16
    kind = mode >> 12
    is_folder = name.endswith("/")
    # Deflating nothing gives two bytes; some writers do that to folders.
    content = entry.size or entry.crc or (entry.compressed_size and entry.method == headers.STORED)
    if is_folder and (content or kind == _TYPE_FILE):
        raise refusal("Z23", "A folder entry has content, or says it is a file", name)
    if not is_folder and (kind == _TYPE_FOLDER or entry.attributes & _FOLDER_ATTRIBUTE):
        raise refusal("Z23", "A file entry says it is a folder", name)
    if kind not in (0, _TYPE_FOLDER if is_folder else _TYPE_FILE) or mode & 0o7000:
        raise refusal("Z24", f"A member has the mode {mode:o}", name)


def _refuse_gap(read_at: ReadAt, start: int, stop: int, what: str) -> None:
    seen = read_at(start, 4)
    if seen == headers.LOCAL:
        raise refusal("Z2", f"A member at {start} is not in the directory")
    if start == 0:
        raise refusal("Z7", f"{stop} bytes stand before the first member")
    raise refusal("Z8", f"{stop - start} bytes at {start}, before {what}, belong to nothing")


def _refuse_tar(read_at: ReadAt) -> None:
    """No tar reader takes the file: its first block is not a tar header (checksum in bytes 148 to 155)."""
    block = read_at(0, 512)
    field = block[148:156].strip(b"\0 ")
    if len(block) < 512 or not field or field.strip(b"01234567"):
        return
    if int(field, 8) == sum(block) - sum(block[148:156]) + 8 * 0x20:
        raise refusal("Z27", "The archive is a tar file as well")
