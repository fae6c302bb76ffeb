"""The ELF header and the program headers (System V gABI, chapters 4 and 5), read with struct."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from manylinux.elf.source import MalformedError, Source

PT_LOAD = 1
PT_DYNAMIC = 2
PT_INTERP = 3
PT_NOTE = 4
PT_TLS = 7
PT_GNU_STACK = 0x6474E551
PT_GNU_PROPERTY = 0x6474E553

_IDENT = 16
_PROGRAM_HEADERS = 1024
"""More than any real file has (about 30); 65,535 can be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How numbers are written in one file (EI_CLASS, EI_DATA)."""

    wide: bool
    """Addresses have 64 bits, not 32."""
    little: bool

    @property
    def order(self) -> str:
        """The character by which struct knows the byte order."""
        return "<" if self.little else ">"

    @property
    def header(self) -> struct.Struct:
        """What follows e_ident: type, machine, version, entry, phoff, shoff, flags; six sizes and counts."""
        return struct.Struct(self.order + ("HHIQQQI6H" if self.wide else "HHIIIII6H"))

    @property
    def program_header(self) -> struct.Struct:
        """Type, (flags,) offset, address, physical address, file size, memory size, (flags,) alignment."""
        return struct.Struct(self.order + ("IIQQQQQQ" if self.wide else "8I"))

    @property
    def section(self) -> struct.Struct:
        """Name, type, flags, address, offset, size, link, info, alignment, entry size."""
        return struct.Struct(self.order + ("IIQQQQIIQQ" if self.wide else "10I"))

    @property
    def header_size(self) -> int:
        """Bytes of the whole ELF header, e_ident included."""
        return _IDENT + self.header.size

    @property
    def dynamic(self) -> struct.Struct:
        """Tag and value."""
        return struct.Struct(self.order + ("QQ" if self.wide else "II"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What the ELF header says, as far as loading and the section headers go."""

    encoding: Encoding
    os_abi: int
    type: int
    machine: int
    size: int
    """Bytes of the header, as it tells itself."""
    program_headers: int
    """Where they are, in bytes."""
    count: int
    """How many program headers."""
    sections: int
    """Where the section headers are, in bytes; 0 where there are none."""
    section_size: int
    """Bytes of each, as the header tells."""
    section_count: int
    names: int
    """Index of the section that holds the names of sections; 0 where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramHeader:
    """One segment. All but type and flags in bytes."""

    type: int
    flags: int
    offset: int
    address: int
    file_size: int
    memory_size: int
    alignment: int


def read_header(source: Source) -> Header:
    """The header of `source`; raises MalformedError where there is no whole or no sound one."""
    ident = source.read(0, _IDENT, "the ELF header")
    if ident[4] not in (1, 2):
        raise MalformedError(f"corrupt: its class is {ident[4]}, neither 1 (32-bit) nor 2 (64-bit)")
    if ident[5] not in (1, 2):
        raise MalformedError(f"corrupt: its byte order is {ident[5]}, neither 1 (little) nor 2 (big)")
    encoding = Encoding(wide=ident[4] == 2, little=ident[5] == 1)
    fields = encoding.header.unpack(source.read(_IDENT, encoding.header.size, "the ELF header"))
    type_, machine, _, _, offset, sections, _, *sizes = fields
    size, entry_size, count, section_size, section_count, names = sizes
    if count and entry_size != encoding.program_header.size:
        raise MalformedError(
            f"corrupt: program headers of {entry_size} bytes each, not {encoding.program_header.size}"
        )
    return Header(
        encoding=encoding,
        os_abi=ident[7],
        type=type_,
        machine=machine,
        size=size,
        program_headers=offset,
        count=count,
        sections=sections,
        section_size=section_size,
        section_count=section_count,
        names=names,
    )


def read_program_headers(source: Source, header: Header) -> tuple[ProgramHeader, ...]:
    """The program headers; raises MalformedError where they, or a loaded segment, end beyond the file."""
    if header.count > _PROGRAM_HEADERS:
        raise MalformedError(f"corrupt: {header.count} program headers, more than {_PROGRAM_HEADERS}")
    size = header.count * header.encoding.program_header.size
    found = tuple(_parsed(source.read(header.program_headers, size, "the program headers"), header.encoding))
    for each in found:
        if each.type == PT_LOAD:
            source.check(each.offset, each.file_size, "a loaded segment")
    return found


def _parsed(table: bytes, encoding: Encoding) -> Iterator[ProgramHeader]:
    for row in encoding.program_header.iter_unpack(table):
        if encoding.wide:
            type_, flags, offset, address, _, file_size, memory_size, alignment = row
        else:
            type_, offset, address, _, file_size, memory_size, flags, alignment = row
        yield ProgramHeader(
            type=type_,
            flags=flags,
            offset=offset,
            address=address,
            file_size=file_size,
            memory_size=memory_size,
            alignment=alignment,
        )
