"""What is to be built, how one job is told to whoever does it, and what came of it.

`Job`, `Site` and `Outcome` go to other processes and machines, so they hold plain values only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from packaging.utils import BuildTag
    from packaging.version import Version

    from builder.choices.wishes import Wishes
    from manylinux.architecture import Architecture
    from manylinux.errors import ExitStatus
    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile
    from prebuilt_index.recipes import Recipe


class State(StrEnum):
    """What became of one version of a project for one target."""

    BUILT = "built"
    """A wheel was built, tried, and put into the index."""
    THERE = "there"
    """The index had it before."""
    SERVED = "served"
    """The wheel of an earlier runtime loads here too, and is tried."""
    OFFERED = "offered"
    """The index of indexes has a wheel that loads: nothing to build."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One wheel that a line may need."""

    target: Target
    why: str
    """Why no wheel is offered, for people."""
    changed: tuple[str, ...] = ()
    """Where the index has a wheel: what of its making is another one now, so that it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One version of one project on one architecture, for some runtimes: oldest Python first."""

    recipe: Recipe
    version: Version
    architecture: Architecture
    sdist: IndexFile
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        return f"{self.recipe.project} {self.version} {self.architecture}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What all jobs of a run share."""

    wishes: Wishes
    """Indexes and cache; no inputs."""
    sources: Path | None = None
    """A folder with archives of libraries' sources, which is looked into before anybody is asked."""
    emulated: Mapping[str, Path] = field(default_factory=dict)
    """By Python, such as `3.13`: the root of a system of the other architecture that has it, for qemu."""
    smoke: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A wheel that is there already, to be tried on another target."""

    filename: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One wheel to be made and tried; or only tried, where it is `given`."""

    recipe: Recipe
    """Without its targets."""
    version: str
    runtime: str
    architecture: str
    sdist: IndexFile
    build: BuildTag = ()
    """Of the wheel's name; `()` for none."""
    given: Given | None = None

    @property
    def label(self) -> str:
        return f"{self.recipe.project} {self.version} {self.runtime} {self.architecture}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error, as it crosses between processes."""

    code: str
    status: ExitStatus
    summary: str
    evidence: tuple[str, ...] = ()
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Smoke:
    """What became of the smoke test."""

    ran: bool
    how: str
    """By what it ran, or why it did not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A wheel, and how it was made. The same for the same job, but for `seconds`."""

    filename: str
    sha256: str
    content: bytes = field(repr=False)
    backend: str
    toolchain: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    """That the build took, whenever that was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one job came to."""

    made: Made | None = None
    smoke: Smoke | None = None
    fault: Fault | None = None
    log: bytes = field(default=b"", repr=False)
    """What was printed, or its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a summary."""

    project: str
    version: str
    target: str
    state: State
    why: str = ""
    """Why no wheel is offered; for one that is, which."""
    wheel: str | None = None
    size: int | None = None
    """Bytes."""
    backend: str | None = None
    seconds: float | None = None
    smoke: Smoke | None = None
    fault: Fault | None = None
    log: str | None = None
    """Path of what was printed."""
    changed: tuple[str, ...] = ()
    """Of a wheel that is there: what of its making is another one now. Of one that was built: of the one
    before it."""
    shadow: str | None = None
    """A wheel that was made in another way, and which installers take before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done, and what is not and why."""

    lines: tuple[Line, ...] = ()
    rows: tuple[Row, ...] = ()
    """Of what is decided already: offered elsewhere, or impossible."""
