"""What a scan of a wheel says, and what is decided by it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TestModule:
    """A module that may go: it lies below a test folder, or is a `conftest`."""

    path: str
    name: str
    package: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TestFile:
    """A file beside test modules that is none."""

    path: str
    home: str
    """Dotted name of the folder it lies in; where that has no modules, of the nearest above that has some."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpareFile:
    """A file that no module of its wheel needs when it runs, as far as its code says."""

    path: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedCopy:
    """One of several libraries of a wheel with the same content."""

    path: str
    content: str
    """Digest; the same for all copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentioning:
    """A module that is no test, and what test modules it may reach."""

    by: str
    names: tuple[str, ...]
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Text in one compiled module in which names of test modules may stand."""

    home: str
    """Package of the module; relative names start from it."""
    dotted: tuple[str, ...] = ()
    """Sorted; a name may begin and end anywhere in them."""
    starts: tuple[str, ...] = ()
    """Sorted; whole strings that begin as a name relative to the package does, such as `tests`."""


NAMES_STUBS = "*.pyi"
"""In `WheelScan.named`: code of the wheel reads stubs."""
HAS_PROGRAMS = "*"
"""In `WheelScan.named`: the wheel has programs, or no modules: what reads its sources is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelScan:
    """What one wheel brings to the graph of any bundle; paths are those in site-packages."""

    tops: tuple[str, ...] = ()
    """First parts of its modules' names."""
    modules: tuple[TestModule, ...] = ()
    files: tuple[TestFile, ...] = ()
    spare: tuple[SpareFile, ...] = ()
    copies: tuple[SharedCopy, ...] = ()
    mentions: tuple[Mentioning, ...] = ()
    runs: tuple[Runs, ...] = ()
    entry_points: tuple[str, ...] = ()
    """Modules that entry points name."""
    named: tuple[str, ...] = ()
    """Last parts of paths that stand as strings in code that stays: those of files above; in an app, all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedObject:
    """What decides whether a copy of a library is one too many."""

    soname: str | None
    needed: tuple[str, ...]
    is_module: bool
    """It exports a `PyInit_`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What goes of the wheels of one bundle; whatever is in neither mapping stays."""

    dropped: Mapping[tuple[int, str], str]
    """(Position of the wheel, path) to the rule that drops it."""
    kept: Mapping[tuple[int, str], str]
    """Test modules and their files that stay, and what keeps them."""
