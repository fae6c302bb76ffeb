"""The dynamic table, and where the tables lie that it names (gABI chapter 5, "Dynamic Section")."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from manylinux.elf.header import PT_DYNAMIC, PT_LOAD, Encoding, ProgramHeader
from manylinux.elf.source import MalformedError, Source

NEEDED = 1
HASH = 4
STRTAB = 5
SYMTAB = 6
STRSZ = 10
SYMENT = 11
SONAME = 14
RPATH = 15
RUNPATH = 29
GNU_HASH = 0x6FFFFEF5
FLAGS_1 = 0x6FFFFFFB
VERDEF = 0x6FFFFFFC
VERDEFNUM = 0x6FFFFFFD
VERNEED = 0x6FFFFFFE
VERNEEDNUM = 0x6FFFFFFF

_END = 0

_ADDRESSES = frozenset(
    (3, 4, 5, 6, 7, 12, 13, 17, 23, 25, 26, 32, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFC, 0x6FFFFFFE)
)
"""Tags whose value is an address: a table ends where the next begins, at the latest."""

_NAMES = {NEEDED: "DT_NEEDED", SONAME: "DT_SONAME", RPATH: "DT_RPATH", RUNPATH: "DT_RUNPATH"}

_ENTRIES = 4096
"""More entries than any real table has (about 100)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Bytes of the file and where they are loaded."""

    offset: int
    address: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dynamic:
    """The dynamic table, up to its end mark."""

    entries: tuple[tuple[int, int], ...]
    """Tag and value, in order."""
    loads: tuple[ProgramHeader, ...]

    def value(self, tag: int) -> int | None:
        """The value of the last entry with that tag, which is the one the loader takes."""
        return next((value for each, value in reversed(self.entries) if each == tag), None)

    def table(self, tag: int, limit: int) -> Range | None:
        """The bytes of the table that `tag` names: up to the next, the segment's end, or `limit`."""
        address = self.value(tag)
        if address is None:
            return None
        place = locate(self.loads, address)
        if place is None:
            raise MalformedError(f"corrupt: a dynamic table at {address:#x}, where no segment is loaded")
        gaps = [value - address for each, value in self.entries if each in _ADDRESSES and value > address]
        return Range(offset=place.offset, address=address, size=min([place.size, limit, *gaps]))


def locate(loads: Sequence[ProgramHeader], address: int) -> Range | None:
    """The bytes from `address` to the end of what its segment loads from the file."""
    for load in loads:
        skipped = address - load.address
        if 0 <= skipped < load.file_size:
            return Range(offset=load.offset + skipped, address=address, size=load.file_size - skipped)
    return None


def read_dynamic(source: Source, headers: Sequence[ProgramHeader], encoding: Encoding) -> Dynamic | None:
    """The dynamic table, if there is one; raises MalformedError where it or a name in it is out of bounds."""
    header = next((each for each in headers if each.type == PT_DYNAMIC), None)
    if header is None:
        return None
    loads = tuple(each for each in headers if each.type == PT_LOAD)
    form = encoding.dynamic
    count = min(header.file_size // form.size, _ENTRIES)
    content = source.read(header.offset, count * form.size, "the dynamic table")
    entries = takewhile(lambda entry: entry[0] != _END, form.iter_unpack(content))
    dynamic = Dynamic(entries=tuple((tag, value) for tag, value in entries), loads=loads)
    _check_names(dynamic)
    return dynamic


def _check_names(dynamic: Dynamic) -> None:
    """Raise MalformedError where an entry's name begins beyond the string table."""
    size = dynamic.value(STRSZ) or 0
    for tag, value in dynamic.entries:
        if tag in _NAMES and value >= size:
            raise MalformedError(f"corrupt: {_NAMES[tag]} names byte {value} of a string table of {size}")
