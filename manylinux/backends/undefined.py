"""Symbols of compiled files that nothing will define: what is linked against zig's glibc has a version of it.

A shared library may be linked with symbols left open, so a function that the target's glibc does not have
yet, or a library that was forgotten, shows only when the module is loaded. CPython's own symbols have no
versions.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEADER = struct.Struct("<40xQ10xHHH")
"""Of 64-bit little-endian ELF: section headers' offset, their size, their number."""
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_DYNSYM, _VERSYM = 11, 0x6FFFFFFF
_WEAK, _LOCAL = 2, 0
_NO_VERSION = 1
"""Numbers up to it are no version: local, and global without one."""
_HIDDEN = 0x8000


class _Symbol(NamedTuple):
    name: str
    defined: bool
    weak: bool
    versioned: bool


def unresolved(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """By file, the symbols that neither glibc, CPython nor another of the files defines; sorted.

    A file that cannot be read says nothing here: the audit is to judge it.
    """
    symbols = {path: tuple(_symbols(content)) for path, content in files.items()}
    defined = {symbol.name for each in symbols.values() for symbol in each if symbol.defined}
    found = {}
    for path, each in sorted(symbols.items()):
        missing = {
            symbol.name
            for symbol in each
            if not (symbol.defined or symbol.weak or symbol.versioned or symbol.name in defined)
            and not symbol.name.startswith(("Py", "_Py"))
        }
        if missing:
            found[path] = tuple(sorted(missing))
    return found


def _symbols(content: bytes) -> Iterator[_Symbol]:
    try:
        yield from _read(content)
    except (struct.error, IndexError, ValueError):
        return


def _read(content: bytes) -> Iterator[_Symbol]:
    if content[:6] != b"\x7fELF\2\1":
        return
    offset, size, count = _HEADER.unpack_from(content)[0], *_HEADER.unpack_from(content)[1:3]
    sections = [_SECTION.unpack_from(content, offset + number * size) for number in range(count)]
    table = next((each for each in sections if each[1] == _DYNSYM), None)
    if table is None:
        return
    versions = next((each for each in sections if each[1] == _VERSYM), None)
    strings = sections[table[6]]
    names = content[strings[4] : strings[4] + strings[5]]
    for number in range(1, table[5] // _SYMBOL.size):
        name, info, _, section, _, _ = _SYMBOL.unpack_from(content, table[4] + number * _SYMBOL.size)
        version = 0
        if versions is not None:
            (version,) = struct.unpack_from("<H", content, versions[4] + 2 * number)
        binding = info >> 4
        if binding != _LOCAL:
            yield _Symbol(
                name=names[name : names.index(b"\0", name)].decode(errors="replace"),
                defined=section != 0,
                weak=binding == _WEAK,
                versioned=version & ~_HIDDEN > _NO_VERSION,
            )
