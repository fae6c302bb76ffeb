"""The few tables of a library that its loader reads first, as an ELF file of their own.

lief holds a whole file in memory, and more; of one with 178 MB, these tables are 1 MB. What it is given is
this, whatever the size of the file:

    header │ program headers │ dynamic table, without what is not asked for │ the tables it names

Each table keeps its address, so that the dynamic table stays true.
"""

from collections.abc import Iterable, Sequence, Set

from manylinux.elf import dynamic as tags
from manylinux.elf.dynamic import Dynamic, Range
from manylinux.elf.header import PT_DYNAMIC, PT_LOAD, Header, write_header, write_program_header
from manylinux.elf.source import MalformedError, Source

_STRINGS_LIMIT = 128 * 1024 * 1024
"""Bytes of the names; all tables of libarrow, a file of 49 MB, have 1.2 MB."""

_SYMBOLS_UNTIL = 48 * 1024 * 1024
"""Bytes of names above which symbols are left out: libtensorflow_cc has 82 MB of them, and no module's."""

_KEPT = frozenset(
    (
        tags.NEEDED,
        tags.SONAME,
        tags.RPATH,
        tags.RUNPATH,
        tags.STRTAB,
        tags.STRSZ,
        tags.SYMTAB,
        tags.SYMENT,
        tags.HASH,
        tags.GNU_HASH,
        tags.VERDEF,
        tags.VERDEFNUM,
        tags.VERNEED,
        tags.VERNEEDNUM,
    )
)
_LIMITS = {
    tags.SYMTAB: 24 * 1024 * 1024,
    tags.HASH: 8 * 1024 * 1024,
    tags.GNU_HASH: 16 * 1024 * 1024,
    tags.VERDEF: 1024 * 1024,
    tags.VERNEED: 1024 * 1024,
}
"""Tables that do not say their size, and bytes of each: a million symbols.

One that no other table follows reaches to the end of its segment, which may be that of all code.
"""
_SYMBOLS = frozenset((tags.SYMTAB, tags.SYMENT, tags.HASH, tags.GNU_HASH))
_COUNTS = frozenset((tags.VERDEFNUM, tags.VERNEEDNUM))
_COUNT_LIMIT = 8192
"""Records of a version table: a count of billions would keep a reader going round in a loop of records."""


def excerpt(source: Source, header: Header, dynamic: Dynamic) -> bytes:
    """The excerpt of `source`; raises MalformedError where a table is not in the file."""
    strings = _strings(dynamic)
    kept = _KEPT - _SYMBOLS if strings and strings.size > _SYMBOLS_UNTIL else _KEPT
    tables = (dynamic.table(tag, limit) for tag, limit in _LIMITS.items() if tag in kept)
    ranges = _merged(each for each in (strings, *tables) if each)
    return _written(header, _entries(header, dynamic, kept), ranges, source)


def _strings(dynamic: Dynamic) -> Range | None:
    """The string table, which says its size and must be there whole."""
    address = dynamic.value(tags.STRTAB)
    size = dynamic.value(tags.STRSZ) or 0
    if address is None:
        return None
    place = tags.locate(dynamic.loads, address)
    if place is None or size > place.size:
        raise MalformedError(f"corrupt: its string table of {size} bytes is not loaded from the file")
    if size > _STRINGS_LIMIT:
        raise MalformedError(f"its names have {size} bytes, more than {_STRINGS_LIMIT}")
    return Range(offset=place.offset, address=address, size=size)


def _merged(ranges: Iterable[Range]) -> list[Range]:
    """The same bytes in ranges that neither touch nor overlap, by address."""
    merged: list[Range] = []
    for each in sorted(ranges, key=lambda each: each.address):
        last = merged[-1] if merged else None
        if last and each.address <= last.address + last.size and _same_mapping(last, each):
            size = max(last.size, each.address + each.size - last.address)
            merged[-1] = Range(offset=last.offset, address=last.address, size=size)
        else:
            merged.append(each)
    return merged


def _same_mapping(first: Range, second: Range) -> bool:
    return second.offset - first.offset == second.address - first.address


def _entries(header: Header, dynamic: Dynamic, wanted: Set[int]) -> bytes:
    form = header.encoding.dynamic
    kept = [
        (tag, min(value, _COUNT_LIMIT) if tag in _COUNTS else value)
        for tag, value in dynamic.entries
        if tag in wanted
    ]
    return b"".join(form.pack(tag, value) for tag, value in [*kept, (0, 0)])


def _written(header: Header, entries: bytes, ranges: Sequence[Range], source: Source) -> bytes:
    encoding = header.encoding
    count = len(ranges) + 1
    offset = len(write_header(header, count)) + count * encoding.program_header.size
    # lief finds it by its offset, so that it needs no address.
    headers = [write_program_header(encoding, type=PT_DYNAMIC, offset=offset, address=0, size=len(entries))]
    bodies = [entries]
    offset += len(entries)
    for each in ranges:
        headers.append(
            write_program_header(encoding, type=PT_LOAD, offset=offset, address=each.address, size=each.size)
        )
        bodies.append(source.read(each.offset, each.size, "a dynamic table"))
        offset += each.size
    return b"".join((write_header(header, count), *headers, *bodies))
