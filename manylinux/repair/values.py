"""Wheels before and after repair, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.elf.facts import ElfFacts, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.audit.finding import Finding
    from manylinux.elf.facts import Binary, Machine
    from manylinux.wheel_name import WheelName

_LOADED = (Kind.SHARED, Kind.EXECUTABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the build was to give; None where nothing was promised."""

    name: NormalizedName | None = None
    version: Version | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFacts:
    """What a wheel says of itself, and what its files say."""

    name: WheelName
    dist_info: str
    """Name of the one `.dist-info` folder."""
    metadata: tuple[str, str]
    """Name and Version of METADATA, as written."""
    tags: frozenset[str]
    """Tag lines of WHEEL, as written."""
    build: str
    """Build line of WHEEL; empty where there is none."""
    root_is_purelib: bool
    binaries: Mapping[str, Binary] = field(hash=False)
    """Compiled files by the path they are installed at: `x.data/platlib/y.so` is `y.so`."""
    others: frozenset[str]
    """Paths of the other files, likewise."""

    def fitting(self, machine: Machine) -> dict[str, ElfFacts]:
        """Those of `binaries` that a loader on `machine` may be given."""
        return {
            path: binary
            for path, binary in self.binaries.items()
            if isinstance(binary, ElfFacts) and binary.machine is machine and binary.kind in _LOADED
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Grafted:
    """A library that was put into a wheel."""

    needed: str
    """The name by which it was asked for, such as `libpq.so.5`."""
    path: str
    """Where it is in the wheel: `psycopg2.libs/libpq-1a2b3c4d.so.5`."""
    source: Path
    """The file it was taken from."""
    sha256: str
    """Hex digest of that file, before anything was rewritten."""
    size: int
    """Bytes in the wheel."""
    asked_by: tuple[str, ...]
    """Files of the wheel that need it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A wheel to keep."""

    path: Path
    filename: str
    sha256: str
    """Hex digest of the file."""
    tag_set: str
    grafted: tuple[Grafted, ...]
    """Sorted by path."""
    compiled: int
    """How many compiled files for the target it holds, grafted ones included."""
    findings: tuple[Finding, ...]
    """What is left to be said of its files, worst first; none keeps it from loading."""
