"""How a container is closed, as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What a container is for, and what its processes may. None has a network or capabilities."""

    name: str
    """What the container's own name begins with."""
    labels: Mapping[str, str] = field(hash=False)
    """By which it can be found when lbuild was killed."""
    first: tuple[str, ...]
    """The first process; the container ends with it, and is removed by the engine."""
    user: str
    """Numbers of user and group."""
    memory: int
    """Bytes, swap included."""
    processes: int
    files: int
    """How many a process may have open."""
    processors: float | None = None
    """As many processors' time; None for all that there are."""
    folders: tuple[str, ...] = ()
    """Volumes: they can be filled where nothing else can be written to."""
    writable: bool = False
    """Whether the image's own file system may be written to, as far as its modes let the user."""
    temporary: str | None = None
    """Mount options of a `/tmp` in memory; None for the image's own."""
