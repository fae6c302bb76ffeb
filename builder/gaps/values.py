"""What is found of projects that lack wheels."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.target import Target


class Kind(StrEnum):
    """What a project has for one target."""

    USABLE = "usable"
    """The newest version for the target's Python has a wheel whose tag loads."""
    LAST_RESORT = "last-resort"
    """It has one that only asks for a newer glibc; its files may need less, which lbuild looks at."""
    SDIST = "sdist"
    """It has an sdist, and no wheel that loads."""
    NOTHING = "nothing"
    """It has neither a wheel that loads nor an sdist."""
    PYTHON = "python"
    """No version admits the target's Python."""
    UNKNOWN = "unknown"
    """No index knows the project."""


GAPS = frozenset({Kind.SDIST, Kind.NOTHING})
"""What building could mend, or a project's maintainers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What one project has for one target."""

    target: Target
    kind: Kind
    version: Version | None = None
    """The newest that admits the target's Python; None where there is none."""
    evidence: str = ""
    """Why no wheel of it loads, without a full stop; empty where one does."""
    sdist: str | None = None
    """File name of the sdist of that version."""
    older: Version | None = None
    """The newest version before it that has a wheel whose tag loads; None where none has."""

    @property
    def is_gap(self) -> bool:
        return self.kind in GAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """What could make the wheel that is missing."""

    by: str
    """`recipe`, the name of a backend, or empty: nothing here."""
    why: str = ""
    """Of which recipe; or why nothing can."""
    tried: str = ""
    """The versions of which somebody found out that; empty where only the sdist was looked at."""
    instead: tuple[NormalizedName, ...] = ()
    """Projects that do the same and have wheels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One project with all its targets."""

    project: NormalizedName
    fates: tuple[Fate, ...]
    """In the order of the targets that were asked about."""
    help: tuple[Help | None, ...] = ()
    """Beside each fate; None where there is no gap."""

    @property
    def gaps(self) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.is_gap)
