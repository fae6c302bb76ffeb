"""The new file, from headers alone: what stays, where it goes and what is written anew.

    ELF header, program headers and segments, closed up │ kept sections │ section headers

Only offsets change in the headers. A dropped section leaves an empty header in its place, so that every other
keeps its index and symbols stay right; those at the end are cut.
"""

import struct
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from manylinux.elf.header import Encoding, Header, ProgramHeader
from manylinux.elf.sections import SHT_NULL, Section
from manylinux.elf.source import Source
from manylinux.strip.layout import Block, Moved, holder, lay_out, place_of
from manylinux.strip.pieces import Piece, Range, joined
from manylinux.strip.removable import references

_IDENT = 16
_EMPTY = Section(*(0,) * 10)
_WORD = 8
"""What tables of headers are aligned to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """Everything the headers of a file say."""

    header: Header
    segments: Sequence[ProgramHeader]
    sections: Sequence[Section]

    @property
    def table_size(self) -> int:
        """Bytes of all program headers."""
        return self.header.count * self.header.encoding.program_header.size


def plan(source: Source, contents: Contents, gone: Set[int]) -> tuple[Piece, ...] | None:
    """The pieces of the file without the sections `gone`, None where they would not be fewer bytes.

    Reads nothing but the headers.
    """
    moved = lay_out(_blocks(contents))
    tail = _tail(contents, moved, gone)
    names = _index_of_names(contents, gone)
    rows = _rows(contents, moved, tail, gone, names)
    end = tail[-1].new_end if tail else moved[-1].new_end
    sections_at = end + -end % _WORD
    # Nothing is made yet: a damaged header can ask for gaps of any size.
    if sections_at + len(rows) * contents.header.encoding.section.size >= source.size:
        return None
    header = _header(source, contents, moved, sections_at, len(rows), names)
    table = _program_headers(source, contents, moved)
    patches = [(0, header), (contents.header.program_headers, table)]
    pieces = [*_moved_pieces(moved, patches), *_tail_pieces(moved[-1].new_end, tail)]
    form = contents.header.encoding.section
    return joined([*pieces, bytes(sections_at - end), *(form.pack(*row) for row in rows)])


def _blocks(contents: Contents) -> Iterator[Block]:
    header = contents.header
    start = header.program_headers
    yield Block(start=0, end=header.size)
    yield Block(start=start, end=start + contents.table_size, alignment=_WORD)
    for each in contents.segments:
        # One without bytes in the file still has its place there, which must fit its address.
        if each.file_size or each.memory_size:
            end = each.offset + each.file_size
            yield Block(start=each.offset, end=end, alignment=max(1, each.alignment))
    for section in contents.sections:
        if section.loaded and section.file_size:
            end = section.offset + section.size
            yield Block(start=section.offset, end=end, alignment=max(1, section.alignment))


def _tail(contents: Contents, moved: Sequence[Moved], gone: Set[int]) -> list[Moved]:
    """The kept sections that are in no block, in the order they had."""
    kept = (each for index, each in enumerate(contents.sections) if index not in gone)
    loose = {
        (each.offset, each.size, max(1, each.alignment))
        for each in kept
        if each.file_size and holder(moved, each.offset, each.size) is None
    }
    found: list[Moved] = []
    end = moved[-1].new_end
    for offset, size, alignment in sorted(loose):
        new = end + -end % alignment
        found.append(Moved(start=offset, end=offset + size, new=new))
        end = new + size
    return found


def _index_of_names(contents: Contents, gone: Set[int]) -> int:
    """Where the header of the table of names goes: nearer to the others, if nothing refers to it."""
    sections, names = contents.sections, contents.header.names
    others = [
        index
        for index, each in enumerate(sections)
        if index not in gone and index != names and each.type != SHT_NULL
    ]
    if any(names in references(sections[index]) for index in others):
        return names
    return min(names, max(others, default=0) + 1)


def _rows(
    contents: Contents, moved: Sequence[Moved], tail: Sequence[Moved], gone: Set[int], names: int
) -> list[Section]:
    appended = {(each.start, each.end): each.new for each in tail}
    old_names = contents.header.names

    def row(index: int) -> Section:
        section = contents.sections[index]
        if index in gone or section.type == SHT_NULL:
            return _EMPTY if index else section
        new = appended.get((section.offset, section.offset + section.file_size))
        return section._replace(offset=place_of(moved, section.offset) if new is None else new)

    rows = [row(index) if index != old_names else _EMPTY for index in range(len(contents.sections))]
    rows[names] = row(old_names)
    while rows[-1].type == SHT_NULL:
        rows.pop()
    return rows


def _header(
    source: Source, contents: Contents, moved: Sequence[Moved], sections_at: int, count: int, names: int
) -> bytes:
    form = contents.header.encoding.header
    content = source.read(0, contents.header.size, "the ELF header")
    fields = list(form.unpack(content[_IDENT:]))
    fields[4] = place_of(moved, contents.header.program_headers)
    fields[5] = sections_at
    fields[11] = count
    fields[12] = names
    return content[:_IDENT] + form.pack(*fields)


def _program_headers(source: Source, contents: Contents, moved: Sequence[Moved]) -> bytes:
    header = contents.header
    table = bytearray(source.read(header.program_headers, contents.table_size, "the program headers"))
    for index, each in enumerate(contents.segments):
        _write_offset(header.encoding, table, index, place_of(moved, each.offset))
    return bytes(table)


def _write_offset(encoding: Encoding, table: bytearray, index: int, offset: int) -> None:
    """The program header `index` in `table` has that p_offset, and nothing else has changed."""
    start = index * encoding.program_header.size
    if encoding.wide:
        struct.pack_into(encoding.order + "Q", table, start + 8, offset)
    else:
        struct.pack_into(encoding.order + "I", table, start + 4, offset)


def _moved_pieces(moved: Sequence[Moved], patches: Sequence[tuple[int, bytes]]) -> Iterator[Piece]:
    end = 0
    for block in moved:
        yield bytes(block.new - end)
        start = block.start
        for offset, content in patches:
            if block.start <= offset < block.end:
                yield Range(offset=start, size=offset - start)
                yield content
                start = offset + len(content)
        yield Range(offset=start, size=block.end - start)
        end = block.new_end


def _tail_pieces(end: int, tail: Sequence[Moved]) -> Iterator[Piece]:
    for each in tail:
        yield bytes(each.new - end)
        yield Range(offset=each.start, size=each.end - each.start)
        end = each.new_end
