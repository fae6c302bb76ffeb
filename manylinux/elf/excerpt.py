"""The few tables of a library that its loader reads first, as an ELF file of their own.

lief holds a whole file in memory, and more; of one with 178 MB, these tables are 1 MB. What it is given is
this, whatever the size of the file:

    header │ program headers │ dynamic table, without what is not asked for │ the tables it names

Each table keeps its address, so that the dynamic table stays true.
"""

from collections.abc import Iterable, Sequence

from manylinux.elf import dynamic as tags
from manylinux.elf.dynamic import Dynamic, Range
from manylinux.elf.header import PT_DYNAMIC, PT_LOAD, Header, write_header, write_program_header
from manylinux.elf.source import MalformedError, Source

TABLES_LIMIT = 64 * 1024 * 1024
"""Bytes of all tables together; libarrow has 1.2 MB of them in a file of 49 MB."""

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
_TABLES = (tags.SYMTAB, tags.HASH, tags.GNU_HASH, tags.VERDEF, tags.VERNEED)
_COUNTS = frozenset((tags.VERDEFNUM, tags.VERNEEDNUM))
_COUNT_LIMIT = 8192
"""Records of a version table: a count of billions would keep a reader going round in a loop of records."""


def excerpt(source: Source, header: Header, dynamic: Dynamic) -> bytes:
    """The excerpt of `source`; raises MalformedError where a table is not in the file, or is too large."""
    tables = (dynamic.table(tag, TABLES_LIMIT) for tag in _TABLES)
    ranges = _merged(each for each in (_strings(source, dynamic), *tables) if each)
    if sum(each.size for each in ranges) > TABLES_LIMIT:
        raise MalformedError(f"its dynamic tables have more than {TABLES_LIMIT // 1024 // 1024} MB")
    return _written(header, _entries(header, dynamic), ranges, source)


def _strings(source: Source, dynamic: Dynamic) -> Range | None:
    """The string table, which unlike the others must be there whole."""
    table = dynamic.table(tags.STRTAB, TABLES_LIMIT + 1)
    size = dynamic.value(tags.STRSZ) or 0
    if table is None:
        return None
    whole = tags.locate(dynamic.loads, table.address)
    if whole is None or size > whole.size:
        raise MalformedError(f"corrupt: its string table of {size} bytes is not loaded from the file")
    source.check(table.offset, size, "the string table")
    return Range(offset=table.offset, address=table.address, size=size)


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


def _entries(header: Header, dynamic: Dynamic) -> bytes:
    form = header.encoding.dynamic
    kept = [
        (tag, min(value, _COUNT_LIMIT) if tag in _COUNTS else value)
        for tag, value in dynamic.entries
        if tag in _KEPT
    ]
    return b"".join(form.pack(tag, value) for tag, value in [*kept, (0, 0)])


def _written(header: Header, entries: bytes, ranges: Sequence[Range], source: Source) -> bytes:
    encoding = header.encoding
    count = len(ranges) + 2
    start = len(write_header(header, count)) + count * encoding.program_header.size
    # The dynamic table needs an address of its own that no table has.
    free = max((each.address + each.size for each in ranges), default=0)
    place = {"offset": start, "address": free, "size": len(entries)}
    headers = [write_program_header(encoding, type=kind, **place) for kind in (PT_DYNAMIC, PT_LOAD)]
    bodies = [entries]
    offset = start + len(entries)
    for each in ranges:
        headers.append(
            write_program_header(encoding, type=PT_LOAD, offset=offset, address=each.address, size=each.size)
        )
        bodies.append(source.read(each.offset, each.size, "a dynamic table"))
        offset += each.size
    return b"".join((write_header(header, count), *headers, *bodies))
