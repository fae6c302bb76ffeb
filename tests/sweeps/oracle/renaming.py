"""Names in a library changed where they stand: symbol versions, sonames. Nothing moves.

Specs: System V gABI, "Dynamic Section"; Linux Standard Base, "Symbol Versioning".
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

Rename = Callable[[str], str]
"""A name of the same length; the same one to leave it."""

_NEEDED, _STRTAB, _SONAME = 1, 5, 14
_VERDEF, _VERDEFNUM, _VERNEED, _VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
_LOAD, _DYNAMIC = 1, 2

_PROGRAM_HEADER = struct.Struct("<IIQQQQQQ")
"""p_type, p_flags, p_offset, p_vaddr, p_paddr, p_filesz, p_memsz, p_align"""
_DEFINITION = struct.Struct("<HHHHIII")
"""vd_version, vd_flags, vd_ndx, vd_cnt, vd_hash, vd_aux, vd_next"""
_NEED = struct.Struct("<HHIII")
"""vn_version, vn_cnt, vn_file, vn_aux, vn_next"""
_WANT = struct.Struct("<IHHII")
"""vna_hash, vna_flags, vna_other, vna_name, vna_next"""
_NAMES = struct.Struct("<II")
"""vda_name, vda_next"""
_BASE = 1
"""VER_FLG_BASE: the version that is the library's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A name by its offset in the file, and where its hash stands, if anywhere."""

    name: int
    hash: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a library calls itself, needs, and defines."""

    soname: str | None
    needed: tuple[str, ...]
    defined: frozenset[str]
    """Symbol versions."""


def renamed(path: Path, *, version: Rename, library: Rename) -> bytes:
    """The library at `path` with its symbol versions and the libraries' names renamed throughout.

    Raises ValueError where a name would change its length.
    """
    content = bytearray(path.read_bytes())
    dynamic = _dynamic(content)
    if dynamic is None:
        return bytes(content)
    strings = dynamic.offset(_STRTAB)
    for place in (*_definitions(content, dynamic, strings), *_wants(content, dynamic, strings)):
        _write(content, place, version)
    for offset in (*_libraries(dynamic, strings), *_files(content, dynamic, strings)):
        _write(content, _Place(name=offset), library)
    return bytes(content)


def names(path: Path) -> Names:
    """What the library at `path` is called and asks for."""
    content = path.read_bytes()
    dynamic = _dynamic(content)
    if dynamic is None:
        return Names(soname=None, needed=(), defined=frozenset())
    strings = dynamic.offset(_STRTAB)
    found = {tag: [] for tag in (_SONAME, _NEEDED)}
    for tag, value in dynamic.entries:
        if tag in found:
            found[tag].append(_text(content, strings + value))
    return Names(
        soname=next(iter(found[_SONAME]), None),
        needed=tuple(found[_NEEDED]),
        defined=frozenset(
            _text(content, place.name) for place in _definitions(content, dynamic, strings) if place.hash
        ),
    )


def elf_hash(name: str) -> int:
    """The hash of a version's name (gABI, "Hash Table")."""
    value = 0
    for byte in name.encode():
        value = (value << 4) + byte
        high = value & 0xF0000000
        value = (value ^ (high >> 24)) & ~high & 0xFFFFFFFF
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dynamic:
    """The dynamic table of a 64-bit little-endian file, read apart from what the audit reads with."""

    entries: tuple[tuple[int, int], ...]
    loads: tuple[tuple[int, int, int], ...]
    """Address, bytes in the file, and offset of each PT_LOAD."""

    def value(self, tag: int) -> int:
        """Of the last entry with that tag; 0 where there is none."""
        return next((value for each, value in reversed(self.entries) if each == tag), 0)

    def offset(self, tag: int) -> int:
        """Where in the file the table of that tag is."""
        address = self.value(tag)
        for start, size, offset in self.loads:
            if start <= address < start + size:
                return offset + address - start
        raise ValueError(f"no table of tag {tag:#x}")


def _dynamic(content: bytes) -> _Dynamic | None:
    start, count = struct.unpack_from("<Q", content, 32)[0], struct.unpack_from("<H", content, 56)[0]
    headers = [_PROGRAM_HEADER.unpack_from(content, start + 56 * number) for number in range(count)]
    loads = tuple(
        (address, size, offset) for kind, _, offset, address, _, size, _, _ in headers if kind == _LOAD
    )
    for kind, _, offset, _, _, size, _, _ in headers:
        if kind == _DYNAMIC:
            entries = struct.iter_unpack("<QQ", content[offset : offset + size])
            return _Dynamic(entries=tuple(takewhile(lambda entry: entry[0], entries)), loads=loads)
    return None


def _definitions(content: bytes, dynamic: _Dynamic, strings: int) -> Iterator[_Place]:
    if not dynamic.value(_VERDEF):
        return
    at = dynamic.offset(_VERDEF)
    for _ in range(dynamic.value(_VERDEFNUM)):
        _, flags, _, count, _, first, following = _DEFINITION.unpack_from(content, at)
        aux = at + first
        for number in range(count):
            name, after = _NAMES.unpack_from(content, aux)
            if not flags & _BASE:
                # The first name is the version's own; what follows are those it includes.
                yield _Place(name=strings + name, hash=at + 8 if number == 0 else None)
            aux += after
        at += following


def _wants(content: bytes, dynamic: _Dynamic, strings: int) -> Iterator[_Place]:
    for at in _needs(content, dynamic):
        _, count, _, first, _ = _NEED.unpack_from(content, at)
        aux = at + first
        for _ in range(count):
            _, _, _, name, after = _WANT.unpack_from(content, aux)
            yield _Place(name=strings + name, hash=aux)
            aux += after


def _files(content: bytes, dynamic: _Dynamic, strings: int) -> Iterator[int]:
    for at in _needs(content, dynamic):
        yield strings + _NEED.unpack_from(content, at)[2]


def _needs(content: bytes, dynamic: _Dynamic) -> Iterator[int]:
    if not dynamic.value(_VERNEED):
        return
    at = dynamic.offset(_VERNEED)
    for _ in range(dynamic.value(_VERNEEDNUM)):
        yield at
        at += _NEED.unpack_from(content, at)[4]


def _libraries(dynamic: _Dynamic, strings: int) -> Iterator[int]:
    for tag, value in dynamic.entries:
        if tag in (_NEEDED, _SONAME):
            yield strings + value


def _write(content: bytearray, place: _Place, rename: Rename) -> None:
    old = _text(content, place.name)
    new = rename(old)
    if len(new) != len(old):
        raise ValueError(f"`{old}` and `{new}` differ in length")
    if new != old:
        content[place.name : place.name + len(new)] = new.encode()
    if place.hash is not None:
        # Written even where the name was renamed before: names are shared, hashes are not.
        content[place.hash : place.hash + 4] = struct.pack("<I", elf_hash(new))


def _text(content: bytes | bytearray, offset: int) -> str:
    return bytes(content[offset : content.index(b"\0", offset)]).decode()
