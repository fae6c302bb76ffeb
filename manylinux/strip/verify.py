"""Whether a stripped file loads as the original does, told from the two files alone and not from the plan."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from manylinux.elf.header import (
    PT_LOAD,
    PT_TLS,
    Header,
    ProgramHeader,
    read_header,
    read_program_headers,
)
from manylinux.elf.sections import SHT_NULL, Section, read_sections
from manylinux.elf.source import MalformedError, Source
from manylinux.strip.removable import references

_CHUNK = 256 * 1024
_IDENT = 16
_PLACES = (4, 5, 11, 12)
"""Fields after e_ident that may change: e_phoff, e_shoff, e_shnum, e_shstrndx."""

_OFFSET = {True: 2, False: 1}
"""Where p_offset is among the fields of a program header, by whether addresses have 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bytes of the original, and how far they have moved towards the beginning."""

    start: int
    end: int
    shift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    source: Source
    header: Header
    fields: Sequence[int]
    """Of the ELF header, those after e_ident."""
    segments: Sequence[ProgramHeader]
    rows: Sequence[Sequence[int]]
    """The program headers as written."""
    sections: Sequence[Section]

    @property
    def table(self) -> Span:
        """Where the program headers are, as a span that has not moved."""
        start = self.header.program_headers
        return Span(
            start=start, end=start + len(self.rows) * self.header.encoding.program_header.size, shift=0
        )


def fault(original: Source, stripped: Source) -> str | None:
    """The first way in which `stripped` would not load as `original` does, or is no sound file."""
    try:
        before, after = _read(original), _read(stripped)
        for told in (_of_headers, _of_segments, _of_sections, _of_bytes):
            reason = told(before, after)
            if reason is not None:
                return reason
    except MalformedError as broken:
        return str(broken)
    return None


def _read(source: Source) -> _File:
    header = read_header(source)
    encoding = header.encoding
    segments = read_program_headers(source, header)
    table = source.read(
        header.program_headers, header.count * encoding.program_header.size, "the program headers"
    )
    return _File(
        source=source,
        header=header,
        fields=encoding.header.unpack(source.read(_IDENT, encoding.header.size, "the ELF header")),
        segments=segments,
        rows=tuple(encoding.program_header.iter_unpack(table)),
        sections=read_sections(source, header),
    )


def _of_headers(before: _File, after: _File) -> str | None:
    whole = _IDENT, "the ELF header"
    if before.source.read(0, *whole) != after.source.read(0, *whole):
        return "its identification has changed"
    if _without(before.fields, _PLACES) != _without(after.fields, _PLACES):
        return "its header has changed"
    offset = (_OFFSET[before.header.encoding.wide],)
    if [_without(row, offset) for row in before.rows] != [_without(row, offset) for row in after.rows]:
        return "its segments have changed"
    if _addresses_of_table(before) != _addresses_of_table(after):
        return "its program headers are loaded at another address"
    return None


def _without(fields: Sequence[int], places: Sequence[int]) -> list[int]:
    return [field for place, field in enumerate(fields) if place not in places]


def _addresses_of_table(file: _File) -> list[int]:
    table = file.table
    return [
        each.address + table.start - each.offset
        for each in file.segments
        if each.type == PT_LOAD and each.offset <= table.start and table.end <= each.offset + each.file_size
    ]


def _of_segments(before: _File, after: _File) -> str | None:
    for old, new in zip(before.segments, after.segments, strict=True):
        if new.type == PT_LOAD and (new.offset - new.address) % max(1, new.alignment):
            return "a segment does not lie where its address wants it"
        if new.type in (PT_LOAD, PT_TLS) and (old.offset - new.offset) % max(1, new.alignment):
            return "a segment has lost its alignment"
        after.source.check(new.offset, new.file_size, "a segment")
    return None


def _of_sections(before: _File, after: _File) -> str | None:
    names = after.header.names
    if names >= len(after.sections) or not _same(before.sections[before.header.names], after.sections[names]):
        return "its table of names has changed"
    for index, old in enumerate(before.sections):
        new = after.sections[index] if index < len(after.sections) else None
        gone = new is None or new.type == SHT_NULL or index == names != before.header.names
        if gone and old.loaded:
            return f"the loaded section {index} has gone"
        if new and not gone and not _same(old, new):
            return f"the header of section {index} has changed"
    for new in after.sections:
        if any(_dangles(before, after, index) for index in references(new)):
            return "a section refers to one that has gone"
    return _of_mapping(before, after)


def _same(old: Section, new: Section) -> bool:
    return old._replace(offset=0) == new._replace(offset=0)


def _dangles(before: _File, after: _File, index: int) -> bool:
    if index >= len(after.sections):
        return True
    gone = after.sections[index].type == SHT_NULL and before.sections[index].type != SHT_NULL
    return gone or (index == after.header.names != before.header.names)


def _of_mapping(before: _File, after: _File) -> str | None:
    """A section that a segment loads has moved with it."""
    loads = [
        (old.offset, old.offset + old.file_size, old.offset - new.offset)
        for old, new in zip(before.segments, after.segments, strict=True)
        if old.type == PT_LOAD
    ]
    for span in _spans_of_sections(before, after):
        for start, end, shift in loads:
            if start <= span.start and span.end <= end and shift != span.shift:
                return "a section has left its segment"
    return None


def _of_bytes(before: _File, after: _File) -> str | None:
    """All that segments and kept sections hold is the same, but for the headers, which are compared above."""
    table = before.table
    headers = (
        Span(start=0, end=before.header.size, shift=0),
        Span(start=table.start, end=table.end, shift=table.start - after.table.start),
    )
    spans = _merged([*_spans_of_segments(before, after), *_spans_of_sections(before, after)])
    for header in headers:
        overlapped = [each for each in spans if each.start < header.end and header.start < each.end]
        if any(each.shift != header.shift for each in overlapped):
            return "its headers have left their segment"
        spans = [part for each in spans for part in _cut(each, header)]
    if any(_differ(before.source, after.source, each) for each in spans):
        return "bytes that are loaded or kept have changed"
    return None


def _spans_of_segments(before: _File, after: _File) -> Iterator[Span]:
    for old, new in zip(before.segments, after.segments, strict=True):
        if old.file_size:
            yield Span(start=old.offset, end=old.offset + old.file_size, shift=old.offset - new.offset)


def _spans_of_sections(before: _File, after: _File) -> Iterator[Span]:
    for index, new in enumerate(after.sections):
        old = before.sections[before.header.names if index == after.header.names else index]
        if new.file_size:
            yield Span(start=old.offset, end=old.offset + old.size, shift=old.offset - new.offset)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """The same bytes, each compared once for each way it has moved."""
    by_shift: dict[int, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        found = by_shift[span.shift]
        if found and span.start <= found[-1].end:
            end = max(found[-1].end, span.end)
            found[-1] = Span(start=found[-1].start, end=end, shift=span.shift)
        else:
            found.append(span)
    return [span for found in by_shift.values() for span in found]


def _cut(span: Span, hole: Span) -> Iterator[Span]:
    """What is left of `span` without `hole`."""
    if span.start < min(span.end, hole.start):
        yield Span(start=span.start, end=min(span.end, hole.start), shift=span.shift)
    if max(span.start, hole.end) < span.end:
        yield Span(start=max(span.start, hole.end), end=span.end, shift=span.shift)


def _differ(original: Source, stripped: Source, span: Span) -> bool:
    for start in range(span.start, span.end, _CHUNK):
        size = min(_CHUNK, span.end - start)
        if original.read(start, size, "a segment") != stripped.read(start - span.shift, size, "a segment"):
            return True
    return False
