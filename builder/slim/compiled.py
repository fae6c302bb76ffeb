"""Names inside compiled code: extension modules, libraries, and bytecode without its source.

Cython keeps what it imports as strings in the module. Since 3.2 all strings of a module are one table,
without anything between them, that zlib has compressed. So a dotted name is looked for within a run of name
characters, and what such a table holds is looked through as well.
"""

import bz2
import re
import zlib
from collections.abc import Iterator

from builder.slim.values import Runs

_RUN = re.compile(rb"[\w.]*+")
_ROOT = re.compile(rb"[\w.]*\Z")
_ZLIB = re.compile(
    rb"\x78[\x01\x5e\x9c\xda][%s]"
    % b"".join(re.escape(bytes([first])) for first in range(256) if first & 7 in (3, 4, 5))
)
"""A header, and the first block compressed: with fixed codes as the only one, or with codes of its own."""
_BZ2 = re.compile(rb"BZh[1-9]1AY&SY")
_TABLE = 4 * 1024 * 1024
"""Bytes: no table of strings is longer."""
_LONGEST = 512
_INSIDE = re.compile(rb"[\w.]\.(?:tests?|_tests|conftest)")
_START = re.compile(rb"(?:tests?|_tests|conftest)(?:\.\w|\Z)")


def runs_in(content: bytes, home: str) -> Runs | None:
    """None where nothing in a module of the package `home` can be the name of a test module."""
    dotted: set[bytes] = set()
    starts: set[bytes] = set()
    _collect(content, dotted, starts)
    if b"PyInit_" in content and b"decompress" in content:
        for table in _tables(content):
            _collect(table, dotted, starts)
    if not dotted and not starts:
        return None
    return Runs(home=home, dotted=_sorted(dotted), starts=_sorted(starts))


def _collect(content: bytes, dotted: set[bytes], starts: set[bytes]) -> None:
    end = 0
    while (at := content.find(b"test", end)) >= 0:
        before = _ROOT.search(content, max(end, at - _LONGEST), at)
        after = _RUN.match(content, at, at + _LONGEST)
        assert before is not None  # both match nothing, too
        assert after is not None
        end = after.end()
        run = before[0] + after[0]
        if _INSIDE.search(run):
            dotted.add(run)
        elif _START.match(run) and _stands_alone(content, before.start(), end):
            starts.add(run)


def _stands_alone(content: bytes, start: int, end: int) -> bool:
    """It is a string of its own: a word of prose has something else before or behind it."""
    return not (content[max(0, start - 1) : start] + content[end : end + 1]).strip(b"\0")


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


def _sorted(runs: set[bytes]) -> tuple[str, ...]:
    return tuple(sorted(run.decode("latin-1") for run in runs))
