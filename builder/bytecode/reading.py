"""Which sources of a wheel may be read when a bundle runs, as far as its code says. Pure.

In doubt a source is read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LOOKS = re.compile(
    rb"getsource|findsource|linecache|\btorch\b|\bnumba\b|\bn?jit\b|extend_path|declare_namespace"
)
"""What a module says that may read its own source: by `inspect`, or by a compiler of its own. A declaration
of a namespace stays as it is, too."""
_ENDING = re.compile(rb"\.py['\"]")
_BREAK = re.compile(rb"[\s'\"/\\]")
_LONGEST = 255
"""Bytes of a file's name."""
_PLAIN = re.compile(r"[\w-]+\.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What one module says of sources."""

    itself: bool = False
    """Its own may be read."""
    names: frozenset[str] = frozenset()
    """Last parts of paths: `template.py`."""
    lists: bool = False
    """It has a pattern such as `*.py`, or a bare `.py`: it may list the folder it lies in."""


def hints_in(source: bytes) -> Hints:
    """What the source of a module says."""
    found = {_name_before(source, each.start()) + ".py" for each in _ENDING.finditer(source)}
    plain = frozenset(filter(_PLAIN.fullmatch, found))
    itself = bool(found) or _LOOKS.search(source) is not None
    return Hints(itself=itself, names=plain, lists=bool(found - plain))


def _name_before(source: bytes, end: int) -> str:
    """The last part of the path that stands before `end`."""
    return _BREAK.split(source[max(0, end - _LONGEST) : end])[-1].decode("latin-1")


def read_by_any(hints: Mapping[str, Hints]) -> frozenset[str]:
    """Of all modules of a wheel, by their paths, those whose sources some of them may read."""
    names = {name for each in hints.values() for name in each.names}
    folders = tuple(
        {path.rpartition("/")[0] + "/" for path, each in hints.items() if each.lists and "/" in path}
    )
    return frozenset(
        path
        for path, each in hints.items()
        if each.itself or path.rpartition("/")[2] in names or path.startswith(folders)
    )
