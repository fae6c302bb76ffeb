"""What makes a bundle smaller, and what of a wheel does not go into one as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prebuilt_index.wheel_archive import Member


class Slimming(StrEnum):
    """What of wheels may stay out of a bundle."""

    NONE = "none"
    """Nothing but what no bundle has a place for."""
    SAFE = "safe"
    """What nothing that runs can miss, as far as its code shows."""
    SMALL = "small"
    """That, and what only convenience needs."""


class Optimize(StrEnum):
    """What the making of a zip is to be best at."""

    SPEED = "speed"
    """Members are copied as they lie in wheels."""
    SIZE = "size"
    """All of it compressed as small as the engine can, once for each content."""


class Rewritten(NamedTuple):
    """What stands for a member of a wheel."""

    member: Member
    """Smaller, and of the same use."""
    overlay: Path
    """The file in the store in which it lies."""
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slimmed:
    """What of one wheel does not go into a bundle as it is."""

    drops: Mapping[str, str] = field(default_factory=dict)
    """Path of a member to the rule that leaves it out."""
    rewritten: Mapping[str, Rewritten] = field(default_factory=dict)
    """Path of a member to the smaller one that stands for it."""
    added: tuple[Member, ...] = ()
    """New files, each at its own path below the library folder, in `added_overlay`."""
    added_overlay: Path | None = None
    """A file in the store; None when nothing is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlimmedWheels:
    """What of the wheels of one bundle does not go into it as it is."""

    by_wheel: Mapping[str, Slimmed] = field(default_factory=dict)
    """By a wheel's sha256."""
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
