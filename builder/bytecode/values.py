"""The values of this room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prebuilt_index.wheel_archive import Member


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """The bytecode of one source."""

    content: bytes
    """Of the `.pyc`."""
    seconds: float = field(default=0.0, compare=False)
    """Of processor time that compiling took on the machine where it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """No bytecode, and why."""

    reason: str
    settled: bool = True
    """The same interpreter will say so again; else this machine had no time or no memory for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """The bytecode of one wheel: a blob of members, each as a zip holds it."""

    path: Path
    sha256: str
    """Of the blob."""
    members: Mapping[str, Member] = field(hash=False)
    """By the library path of the source, as `numpy/__init__.py`; `Member.path` is that of the `.pyc` beside
    a source, `numpy/__pycache__/__init__.cpython-313.pyc`."""
    reasons: Mapping[str, str] = field(hash=False)
    """By the same, for sources that have none."""
    readers: frozenset[str] = frozenset()
    """Sources that may be read, by themselves or by their wheel."""
    seconds: Mapping[str, float] = field(default_factory=dict, hash=False, compare=False)
    """By the path of the source, what `Compiled.seconds` was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What of a bundle's modules has bytecode."""

    selection: Selection
    refused: int
    """How many sources have none, as they do not compile."""
    overlays: Mapping[str, str] = field(hash=False)
    """By a wheel's sha256 the key of its overlay."""
    members: Mapping[str, str] = field(hash=False)
    """By their library paths, what sources that give way are called in their wheels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A source that has bytecode, as the choice sees it."""

    path: str
    """Of the source below the library folder: `numpy/__init__.py`."""
    source_size: int
    """Bytes."""
    size: int
    """Of its `.pyc`, bytes unpacked."""
    packed: int
    """Of its `.pyc`, bytes in a zip."""
    source_packed: int = 0
    """Of the source, bytes in a zip."""
    keeps_source: bool = False
    """Its source must not give way: it may be read, or something else has the place of its bytecode."""
    seconds: float = 0.0
    """Of processor time, to compile it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which modules get bytecode, and what that costs."""

    beside: tuple[str, ...] = ()
    """Sources that stay and get a `.pyc` in `__pycache__`, sorted."""
    instead: tuple[str, ...] = ()
    """Sources that give way to a `.pyc` in their place, sorted."""
    without: tuple[str, ...] = ()
    """Sources for whose bytecode there was no room, sorted."""
    unpacked: int = 0
    """Bytes that the bundle grows by; less than nothing when sources that went were larger."""
    packed: int = 0
    """The same of a zip, but for what zips say of each file."""
    seconds: float = field(default=0.0, compare=False)
    """Of processor time, to compile what was chosen."""
