"""What was resolved: one file of one version per project, for one target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One chosen file, and why it is there."""

    name: NormalizedName
    version: Version
    file: IndexFile
    extras: frozenset[str] = frozenset()
    requires_python: str | None = None
    dependencies: tuple[NormalizedName, ...] = ()
    """Projects among the pins that this one requires on the target, sorted."""
    required_by: tuple[str, ...] = ()
    """`scipy 1.18.1` or an origin such as `requirements.txt:3`, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A better version that was not taken, and why: `numpy 2.2.6, not 2.4.6: its wheels need ...`."""

    name: NormalizedName
    taken: Version
    skipped: Version
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A pin for every project, for one target."""

    target: Target
    pins: tuple[Pin, ...]
    """Sorted by name."""
    skips: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    """Yanked files, archived and deprecated projects, unknown extras, and the like."""
    notes: tuple[str, ...] = ()
    """Projects that a prebuilt index has, and that are from elsewhere."""
