"""Why a compiled file is left alone before anything is planned."""

from collections.abc import Iterator, Sequence

from manylinux.elf.header import PT_LOAD, Header, ProgramHeader
from manylinux.elf.machines import machine_name
from manylinux.elf.sections import SHF_EXECINSTR, SHT_NOBITS, Section
from manylinux.elf.source import Source

_TYPES = {1: "an object file", 4: "a memory dump"}
_ET_EXEC, _ET_DYN = 2, 3
_MACHINES = frozenset((3, 40, 62, 183))
"""386, ARM, x86-64, AArch64: files of other machines were never tried."""

_LINUX = (0, 3)
"""EI_OSABI: System V and GNU."""

_PADDING = 9
"""Where e_ident has nothing but zeros, up to its end; an AppImage has its mark here."""

_PAGE = 4096
_CHUNK = 1024 * 1024

_FILLERS = b"\0XZ"
"""What patchelf leaves where something was."""

_LEFTOVER = 64 * 1024
"""Bytes of other things that a tool may leave between: an old table of section headers has 2 KB."""

_SELF_CHECKED = frozenset((b".note.fdo.integrity",))
"""Holds a checksum of the file itself (libgcrypt, in FIPS mode)."""


def doubt_of_header(source: Source, header: Header) -> str | None:
    """Why the file is not one to strip, by its header."""
    encoding = header.encoding
    if header.type not in (_ET_EXEC, _ET_DYN):
        return f"it is {_TYPES.get(header.type, 'no program or shared library')}"
    if header.machine not in _MACHINES or header.os_abi not in _LINUX:
        return f"it is for {machine_name(header)}"
    if any(source.read(_PADDING, 16 - _PADDING, "the ELF header")):
        return "its identification has bytes of unknown meaning"
    if header.size != encoding.header_size or header.program_headers < header.size:
        return "its headers lie where no linker puts them"
    if not header.count:
        return "it has no program headers"
    if not (header.sections and header.section_count and header.names):
        return "it has no section headers"
    return None


def doubt_of_segments(source: Source, segments: Sequence[ProgramHeader]) -> str | None:
    """Why moving the segments would not be safe; raises MalformedError where one ends beyond the file."""
    for each in segments:
        if each.file_size or each.memory_size:
            source.check(each.offset, each.file_size, "a segment")
        if each.alignment & (each.alignment - 1):
            return f"a segment has the alignment {each.alignment}, no power of two"
    loads = [each for each in segments if each.type == PT_LOAD]
    if not loads:
        return "nothing of it is loaded"
    if any(each.alignment < _PAGE for each in loads):
        return "its segments are not aligned to pages"
    if any((each.offset - each.address) % each.alignment for each in loads):
        return "its segments do not lie where their addresses want them"
    return None


def doubt_of_sections(
    source: Source,
    header: Header,
    segments: Sequence[ProgramHeader],
    sections: Sequence[Section],
    names: Sequence[bytes],
) -> str | None:
    """Why the section headers are not to be trusted, or do not tell of everything in the file."""
    if any(each.alignment & (each.alignment - 1) for each in sections):
        return "a section has an alignment that is no power of two"
    if any(each.loaded and each.flags & SHF_EXECINSTR and each.type == SHT_NOBITS for each in sections):
        return "its code is elsewhere: it holds what a debugger needs for another file"
    if not _SELF_CHECKED.isdisjoint(names):
        return "it holds a checksum of itself"
    untold = _untold(source, [*_told(header, segments, sections)])
    if untold:
        return f"neither a segment nor a section tells of {untold} bytes"
    return None


def _told(
    header: Header, segments: Sequence[ProgramHeader], sections: Sequence[Section]
) -> Iterator[tuple[int, int]]:
    """First byte, and the first after, of everything that headers tell of."""
    encoding, start = header.encoding, header.program_headers
    yield 0, header.size
    yield start, start + header.count * encoding.program_header.size
    yield header.sections, header.sections + header.section_count * encoding.section.size
    yield from ((each.offset, each.offset + each.file_size) for each in segments)
    yield from ((each.offset, each.offset + each.file_size) for each in sections)


def _untold(source: Source, told: list[tuple[int, int]]) -> int:
    """How many bytes a program may have appended or hidden, which would be lost."""
    end = 0
    for start, following in sorted(told):
        found = _unlike(source, end, start, _FILLERS)
        if found > _LEFTOVER:
            return found
        end = max(end, following)
    return _unlike(source, end, source.size, b"\0")


def _unlike(source: Source, start: int, end: int, fillers: bytes) -> int:
    return sum(len(source.read(*each, "a gap").translate(None, fillers)) for each in _chunks(start, end))


def _chunks(start: int, end: int) -> Iterator[tuple[int, int]]:
    return ((offset, min(_CHUNK, end - offset)) for offset in range(start, end, _CHUNK))
