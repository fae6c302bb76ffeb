"""Symbols of CPython among the dynamic ones, and how many those are, which hash tables alone tell."""

import struct

from manylinux.elf.header import Encoding
from manylinux.elf.source import MalformedError

_UNDEFINED = 0
"""SHN_UNDEF: the symbol is of another file."""
_WEAK = 2
"""STB_WEAK: it may be missing."""
_PYTHON = (b"Py", b"_Py")
_MODULE = ("PyInit_", "PyInitU_")
_LONGEST = 4096
"""Bytes of a symbol's name; one of CPython's has some dozens."""
_MOST = 16 * 1024 * 1024
"""Bytes of all names that are taken; symbols may name the same bytes again and again."""


def count_symbols(hashes: bytes, gnu_hashes: bytes, encoding: Encoding) -> int:
    """How many dynamic symbols there are by DT_HASH, or by DT_GNU_HASH where there is none (empty).

    Raises MalformedError where the table is no such table.
    """
    try:
        if hashes:
            return int(struct.unpack_from(encoding.order + "II", hashes)[1])
        return _by_gnu_hash(gnu_hashes, encoding) if gnu_hashes else 0
    except struct.error:
        raise MalformedError("corrupt: its table of hashes cannot be read") from None


def _by_gnu_hash(table: bytes, encoding: Encoding) -> int:
    """One more than the last that is in a bucket: those that are not stand before the first that is."""
    buckets, first, filters, _ = struct.unpack_from(encoding.order + "4I", table)
    start = 16 + filters * (8 if encoding.wide else 4)
    last = max(struct.unpack_from(f"{encoding.order}{buckets}I", table, start), default=0)
    if last < first:
        return 0
    chain = start + 4 * buckets
    word = struct.Struct(encoding.order + "I")
    while not word.unpack_from(table, chain + 4 * (last - first))[0] & 1:
        last += 1
    return last + 1


def python_symbols(
    table: bytes, count: int, names: bytes, encoding: Encoding
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names of CPython that the first `count` symbols of the table import, and `PyInit_*` that they export.

    Both sorted. Symbols beyond the table's end, and names beyond that of `names`, are left out. Raises
    MalformedError where the names are more than any real file has.
    """
    if encoding.wide:
        form = struct.Struct(encoding.order + "IBBHQQ")
    else:
        form = struct.Struct(encoding.order + "IIIBBH")
    imports: set[str] = set()
    defined: set[str] = set()
    left = _MOST
    whole = min(count, len(table) // form.size)
    for row in form.iter_unpack(memoryview(table)[: whole * form.size]):
        if not names.startswith(_PYTHON, row[0]):
            continue
        end = names.find(b"\0", row[0], row[0] + _LONGEST)
        name = names[row[0] : max(end, row[0])]
        info, section = (row[1], row[3]) if encoding.wide else (row[3], row[5])
        if not name.isascii():
            continue  # none of Python's
        left -= len(name)
        if left < 0:
            raise MalformedError(f"corrupt: its symbols of CPython have more than {_MOST} bytes of names")
        if section != _UNDEFINED:
            defined.add(name.decode("ascii"))
        elif info >> 4 != _WEAK:
            imports.add(name.decode("ascii"))
    exports = (name for name in defined if name.startswith(_MODULE))
    return tuple(sorted(imports - {""})), tuple(sorted(exports))
