"""Which sections a program runs without: what debuggers, linkers and profilers alone read.

A section that is loaded (SHF_ALLOC) is none, nor is one of a kind that is not named here.
"""

from collections.abc import Iterator, Sequence, Set

from manylinux.elf.sections import (
    SHF_INFO_LINK,
    SHT_GROUP,
    SHT_NULL,
    SHT_REL,
    SHT_RELA,
    SHT_STRTAB,
    SHT_SYMTAB,
    SHT_SYMTAB_SHNDX,
    Section,
)

_TYPES = frozenset((SHT_SYMTAB, SHT_SYMTAB_SHNDX, SHT_GROUP, SHT_REL, SHT_RELA))
"""Symbols and relocations that are not loaded have done their work when a file was linked."""

_NAMES = frozenset(
    (
        b".debug",
        b".line",
        b".comment",
        b".gnu_debuglink",
        b".gnu_debugaltlink",
        b".gnu_debugdata",
        b".gdb_index",
        b".note.stapsdt",
        b".note.gnu.gold-version",
        b".llvmbc",
        b".llvmcmd",
        b".llvm.lto",
    )
)
_PREFIXES = (
    b".debug_",
    b".zdebug_",
    b".stab",
    b".gnu.build.attributes",
    b".annobin",
    b".gnu.lto",
    b".gnu.debuglto",
)


def removable(sections: Sequence[Section], names: Sequence[bytes], table_of_names: int) -> frozenset[int]:
    """Indexes of the sections to drop; none that a kept one refers to, nor the table of names."""
    gone = {
        index
        for index, (section, name) in enumerate(zip(sections, names, strict=True))
        if index != table_of_names and _unneeded(section, name)
    }
    gone |= set(_strings_of(sections, gone, table_of_names))
    return frozenset(gone - _referred(sections, gone))


def references(section: Section) -> Iterator[int]:
    """Indexes of the sections that the header of `section` names."""
    yield section.link
    if section.flags & SHF_INFO_LINK or section.type in (SHT_REL, SHT_RELA):
        yield section.info


def _unneeded(section: Section, name: bytes) -> bool:
    if section.loaded or section.type == SHT_NULL:
        return False
    return section.type in _TYPES or name in _NAMES or name.startswith(_PREFIXES)


def _strings_of(sections: Sequence[Section], gone: Set[int], table_of_names: int) -> Iterator[int]:
    """Tables of strings that a dropped section alone could use."""
    for index in sorted({sections[each].link for each in gone if sections[each].link < len(sections)}):
        section = sections[index]
        if section.type == SHT_STRTAB and not section.loaded and index != table_of_names:
            yield index


def _referred(sections: Sequence[Section], gone: Set[int]) -> set[int]:
    """Those of `gone` that a kept section refers to, itself or through another."""
    waiting = [index for index in range(len(sections)) if index not in gone]
    needed: set[int] = set()
    while waiting:
        for index in references(sections[waiting.pop()]):
            if index in gone and index not in needed:
                needed.add(index)
                waiting.append(index)
    return needed
