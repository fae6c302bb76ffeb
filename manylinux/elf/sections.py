"""The section headers (System V gABI, chapter 4): what linkers and debuggers read, and no loader."""

from typing import NamedTuple

from manylinux.elf.header import Header
from manylinux.elf.source import MalformedError, Source

SHT_NULL = 0
SHT_SYMTAB = 2
SHT_STRTAB = 3
SHT_RELA = 4
SHT_NOBITS = 8
SHT_REL = 9
SHT_GROUP = 17
SHT_SYMTAB_SHNDX = 18

SHF_ALLOC = 0x2
SHF_EXECINSTR = 0x4
SHF_INFO_LINK = 0x40

_SECTIONS = 4096
"""More than any linked file has (about 50); 65,279 can be written."""

_NAME = 64
"""Bytes of a name that are read; a longer one is cut."""


class Section(NamedTuple):
    """One section header, field by field as it is written (a tuple, so that struct packs it again).

    `offset`, `size` and `alignment` are bytes of the file; `name` is an offset into the table of names.
    """

    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry_size: int

    @property
    def loaded(self) -> bool:
        """Whether it is part of what a program has in memory (SHF_ALLOC)."""
        return bool(self.flags & SHF_ALLOC)

    @property
    def file_size(self) -> int:
        """Bytes it has in the file."""
        return 0 if self.type in (SHT_NULL, SHT_NOBITS) else self.size


def read_sections(source: Source, header: Header) -> tuple[Section, ...]:
    """The section headers, none where there are none; MalformedError where one ends beyond the file."""
    if not header.sections or not header.section_count:
        return ()
    form = header.encoding.section
    if header.section_size != form.size:
        raise MalformedError(f"corrupt: section headers of {header.section_size} bytes each, not {form.size}")
    if header.section_count > _SECTIONS:
        raise MalformedError(f"corrupt: {header.section_count} section headers, more than {_SECTIONS}")
    table = source.read(header.sections, header.section_count * form.size, "the section headers")
    found = tuple(map(Section._make, form.iter_unpack(table)))
    for each in found:
        source.check(each.offset if each.file_size else 0, each.file_size, "a section")
    return found


def read_name(source: Source, names: Section, section: Section) -> bytes:
    """The name of `section`, or its beginning; raises MalformedError where it is outside of `names`."""
    if section.name >= names.file_size:
        raise MalformedError("corrupt: a section's name is not in the table of names")
    size = min(_NAME, names.file_size - section.name)
    return source.read(names.offset + section.name, size, "a section's name").split(b"\0", 1)[0]
