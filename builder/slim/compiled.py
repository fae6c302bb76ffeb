"""Names inside compiled code: extension modules, and bytecode without its source.

Cython keeps what it imports as strings in the module; since 3.2 all strings of a module are one table, without
anything between them, that zlib has compressed. So a name is looked for within runs of name characters.
"""

import bz2
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from builder.slim.names import ModuleName

_RUN = re.compile(rb"[\w.]*+")
_ROOT = re.compile(rb"[\w.]*\Z")
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_BZ2 = re.compile(rb"BZh[1-9]1AY&SY")
_TABLE = 4 * 1024 * 1024
"""Bytes: no table of strings is longer."""
_LONGEST = 512
_DOTTED = re.compile(rb"\.(?:tests?|_tests|conftest)|\A(?:tests?|_tests|conftest)(?:\.|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Text in one compiled module in which names of test modules may stand."""

    home: str
    """Package of the module; relative names start from it."""
    texts: tuple[str, ...]
    """Sorted."""


def runs_in(content: bytes, module: ModuleName) -> Runs | None:
    """None where nothing in the module can be the name of a test module."""
    found = set(_runs(content))
    if b"PyInit_" in content and b"decompress" in content:
        for table in _tables(content):
            found.update(_runs(table))
    if not found:
        return None
    return Runs(home=module.home, texts=tuple(sorted(run.decode("latin-1") for run in found)))


def _runs(content: bytes) -> Iterator[bytes]:
    end = 0
    while (at := content.find(b"test", end)) >= 0:
        before = _ROOT.search(content, max(end, at - _LONGEST), at)
        after = _RUN.match(content, at, at + _LONGEST)
        assert before is not None  # both match nothing, too
        assert after is not None
        end = after.end()
        run = before[0] + after[0]
        if _DOTTED.search(run):
            yield run


def _tables(content: bytes) -> Iterator[bytes]:
    """What the module would decompress of itself."""
    view = memoryview(content)
    for pattern, make in ((_ZLIB, zlib.decompressobj), (_BZ2, bz2.BZ2Decompressor)):
        for found in pattern.finditer(content):
            engine = make()
            try:
                table = engine.decompress(view[found.start() : found.start() + _TABLE], _TABLE)
            except (zlib.error, OSError):
                continue
            if engine.eof:
                yield table
