"""What the tables say that the dynamic table names.

Names and symbols are those of the gABI, chapters 4 and 5; versions are of the Linux Standard Base ("Symbol
Versioning"). A loader reads no more before it runs code, and so does this: of a library with 178 MB that is
1 MB. Whatever the bytes are, tables have limits, and so have the names that are taken from them.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from manylinux.elf import dynamic as tags
from manylinux.elf.dynamic import Dynamic, Range, locate
from manylinux.elf.header import Encoding
from manylinux.elf.source import MalformedError, Source
from manylinux.elf.symbols import count_symbols, python_symbols

_STRINGS_LIMIT = 128 * 1024 * 1024
"""Bytes of the names; all tables of libarrow, a file of 49 MB, have 1.2 MB."""
_SYMBOLS_UNTIL = 48 * 1024 * 1024
"""Bytes of names above which symbols are left out: libtensorflow_cc has 82 MB of them, and no module's."""
_NAME_LIMIT = 64 * 1024
"""Bytes of one name; no loader takes paths of a fourteenth of it, and lists of them are shorter too."""
_NAMES_LIMIT = 16 * 1024 * 1024
"""Bytes of all names that are taken; records may name the same bytes again and again."""
_RECORDS_LIMIT = 8192
"""Records of a version table, and as many of one of them; real ones have some dozens."""
_LIMITS = {
    tags.SYMTAB: 24 * 1024 * 1024,
    tags.HASH: 8 * 1024 * 1024,
    tags.GNU_HASH: 16 * 1024 * 1024,
    tags.VERDEF: 1024 * 1024,
    tags.VERNEED: 1024 * 1024,
}
"""Tables that do not say their size, and bytes of each: a million symbols.

One that no other table follows reaches to the end of its segment, which may be that of all code.
"""
_BASE = 1
"""VER_FLG_BASE: the definition that is the file's own name."""
_WEAK = 2
"""VER_FLG_WEAK: the loader only warns where the version is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the dynamic tables say; fields as in ElfFacts."""

    soname: str | None = None
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    version_needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    version_definitions: tuple[str, ...] = ()
    python_imports: tuple[str, ...] = ()
    python_exports: tuple[str, ...] = ()


def read_tables(source: Source, encoding: Encoding, dynamic: Dynamic) -> Tables:
    """What the tables say that `dynamic` names; raises MalformedError where one cannot be read."""
    names = _Names(_strings(source, dynamic))
    found = {tag: table for tag, limit in _LIMITS.items() if (table := dynamic.table(tag, limit)) is not None}

    def content(tag: int) -> bytes:
        table = found.get(tag)
        return b"" if table is None else source.read(table.offset, table.size, "a dynamic table")

    imports: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    if names.size <= _SYMBOLS_UNTIL and names.hold(b"Py"):
        count = count_symbols(content(tags.HASH), content(tags.GNU_HASH), encoding)
        imports, exports = python_symbols(content(tags.SYMTAB), count, names.content, encoding)
    sonames = names.of(dynamic, tags.SONAME)
    return Tables(
        soname=sonames[-1] if sonames else None,
        needed=names.of(dynamic, tags.NEEDED),
        rpath=_paths(names.of(dynamic, tags.RPATH)),
        runpath=_paths(names.of(dynamic, tags.RUNPATH)),
        version_needs=_needs(content(tags.VERNEED), dynamic.value(tags.VERNEEDNUM) or 0, names, encoding),
        version_definitions=_definitions(
            content(tags.VERDEF), dynamic.value(tags.VERDEFNUM) or 0, names, encoding
        ),
        python_imports=imports,
        python_exports=exports,
    )


class _Names:
    """The string table, and how much of it was taken."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = len(content)
        self._left = _NAMES_LIMIT

    def hold(self, part: bytes) -> bool:
        """Whether the bytes stand anywhere in it."""
        return part in self.content

    def at(self, offset: int) -> str:
        """The name that begins there, bytes that are no UTF-8 escaped. Raises MalformedError."""
        end = self.content.find(b"\0", offset, offset + _NAME_LIMIT)
        if end < 0:
            end = min(self.size, offset + _NAME_LIMIT)
        self._left -= end - offset
        if offset >= self.size or end - offset == _NAME_LIMIT or self._left < 0:
            raise MalformedError("corrupt: its tables name what is no name")
        return self.content[offset:end].decode("utf-8", "backslashreplace")

    def of(self, dynamic: Dynamic, tag: int) -> tuple[str, ...]:
        """Those of all entries with that tag, in order."""
        return tuple(self.at(value) for each, value in dynamic.entries if each == tag)


def _strings(source: Source, dynamic: Dynamic) -> bytes:
    """The string table, which says its size and must be there whole."""
    address = dynamic.value(tags.STRTAB)
    size = dynamic.value(tags.STRSZ) or 0
    if address is None:
        return b""
    place: Range | None = locate(dynamic.loads, address)
    if place is None or size > place.size:
        raise MalformedError(f"corrupt: its string table of {size} bytes is not loaded from the file")
    if size > _STRINGS_LIMIT:
        raise MalformedError(f"its names have {size} bytes, more than {_STRINGS_LIMIT}")
    return source.read(place.offset, size, "the string table")


def _paths(lists: tuple[str, ...]) -> tuple[str, ...]:
    """The list the loader takes, which is the last; an empty one is none."""
    return tuple(lists[-1].split(":")) if lists and lists[-1] else ()


def _needs(table: bytes, count: int, names: _Names, encoding: Encoding) -> dict[str, tuple[str, ...]]:
    """Library to the versions wanted of it, sorted, but for weak ones."""
    needed = struct.Struct(encoding.order + "HHIII")
    wanted = struct.Struct(encoding.order + "IHHII")
    found: dict[str, set[str]] = {}
    try:
        for at, (_, versions, name, first, _) in _chain(table, needed, 0, count, whole=True):
            of_library = found.setdefault(names.at(name), set())
            for _, (_, flags, _, version, _) in _chain(table, wanted, at + first, versions):
                if not flags & _WEAK:
                    of_library.add(names.at(version))
    except struct.error:
        raise MalformedError("corrupt: its version needs (DT_VERNEED) cannot be read") from None
    return {library: tuple(sorted(versions)) for library, versions in found.items()}


def _definitions(table: bytes, count: int, names: _Names, encoding: Encoding) -> tuple[str, ...]:
    """The versions it offers: of each definition the first name, which is its own."""
    defined = struct.Struct(encoding.order + "HHHHIII")
    named = struct.Struct(encoding.order + "II")
    found: list[str] = []
    try:
        for at, (_, flags, _, _, _, first, _) in _chain(table, defined, 0, count, whole=True):
            name, _ = named.unpack_from(table, at + first)
            if not flags & _BASE:
                found.append(names.at(name))
    except struct.error:
        raise MalformedError("corrupt: its version definitions (DT_VERDEF) cannot be read") from None
    return tuple(found)


def _chain(
    table: bytes, form: struct.Struct, at: int, count: int, *, whole: bool = False
) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Where each record begins and its fields, the last of which says how far on the next one is, 0: none.

    Raises struct.error where one is not in the table, there are more than any real one has, or `whole` and
    they end before the last.
    """
    if count > _RECORDS_LIMIT:
        raise struct.error
    for left in reversed(range(count)):
        row = form.unpack_from(table, at)
        yield at, row
        if not row[-1]:
            if left and whole:
                raise struct.error
            return
        at += row[-1]
