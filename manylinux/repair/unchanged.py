"""Whether a file whose names were rewritten loads the same code and data at the same addresses. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from manylinux.elf.header import PT_LOAD, Header, ProgramHeader, read_header, read_program_headers
from manylinux.elf.sections import Section, read_name, read_sections
from manylinux.elf.source import MalformedError, Source

_CHUNK = 256 * 1024
_OF_NAMES = frozenset(
    (
        b".dynamic",
        b".dynstr",
        b".dynsym",
        b".gnu.hash",
        b".gnu.version",
        b".gnu.version_d",
        b".gnu.version_r",
        b".hash",
        b".interp",
        b".note.ABI-tag",
        b".note.gnu.build-id",
        b".note.gnu.property",
    )
)
"""What patchelf may move or rewrite: names, what refers to them, and notes; their `ElfFacts` are compared."""


class _Place(NamedTuple):
    section: Section
    name: bytes


def altered(before: Source, after: Source) -> str | None:
    """The first section of `before` that is loaded, is not about names, and is not as it was in `after`."""
    try:
        old, new = _places(before), _places(after)
        loads = _loads(after)
        kept = {(each.section.address, each.name): each.section for each in new}
        for place in old:
            if place.name in _OF_NAMES:
                continue
            told = place.name.decode("utf-8", "backslashreplace")
            same = kept.get((place.section.address, place.name))
            if same is None or (same.type, same.size, same.flags) != (
                place.section.type,
                place.section.size,
                place.section.flags,
            ):
                return f"its section `{told}` has moved or changed"
            if not _is_mapped(same, loads):
                return f"its section `{told}` is not loaded where it was"
            if _differ(before, place.section, after, same):
                return f"its section `{told}` has other bytes"
    except MalformedError as broken:
        return str(broken)
    return None if old else "it has no sections to compare"


def _places(source: Source) -> list[_Place]:
    header = read_header(source)
    sections = read_sections(source, header)
    names = sections[header.names] if header.names < len(sections) else None
    if names is None:
        return []
    return [_Place(each, read_name(source, names, each)) for each in sections if each.loaded and each.size]


def _loads(source: Source) -> list[ProgramHeader]:
    header: Header = read_header(source)
    return [each for each in read_program_headers(source, header) if each.type == PT_LOAD]


def _is_mapped(section: Section, loads: list[ProgramHeader]) -> bool:
    """Whether a segment puts the section's bytes at its address; thread-local zeros take no room."""
    if not section.file_size:
        return True
    return any(
        each.offset <= section.offset
        and section.offset + section.size <= each.offset + each.file_size
        and section.address - each.address == section.offset - each.offset
        for each in loads
    )


def _differ(before: Source, old: Section, after: Source, new: Section) -> bool:
    return any(
        before.read(old.offset + start, size, "a section")
        != after.read(new.offset + start, size, "a section")
        for start, size in _pieces(old.file_size)
    )


def _pieces(size: int) -> Iterator[tuple[int, int]]:
    for start in range(0, size, _CHUNK):
        yield start, min(_CHUNK, size - start)
