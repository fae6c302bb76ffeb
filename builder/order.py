"""What is wanted of one run, and what it may use of the world."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from builder.budget.limit import limit_on
from builder.bytecode.mode import Mode
from builder.model import LinkOptions, Optimize
from builder.report.values import Stage
from builder.slim.profile import SlimProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.budget.limit import Limit
    from builder.bytecode.workshop import BytecodeWorkshop
    from builder.inputs import Reading
    from builder.model import BundlePlan, Pin, ResolveOptions, SlimmedWheels, SourceFile
    from builder.ports import RememberingFacts
    from builder.watching import WatchedDisk, WatchedEnvironment
    from manylinux.elf.facts import Binary
    from manylinux.target import Target
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted of one run."""

    wish: str
    """Key of everything that decides the resolution but what is read; empty: not to be remembered."""
    target: Target
    target_chosen_by: str
    link: LinkOptions = field(default_factory=LinkOptions)
    preferred: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """Versions to keep where they satisfy the requirements."""
    locked: Path | None = None
    """A lock that must still match the inputs, and is then built."""
    source: Path | None = None
    output: Path | None = None
    """None: a dry run."""
    as_directory: bool = False
    exclude: frozenset[NormalizedName] = frozenset()
    exclude_runtime_packages: bool = False
    limited: bool = True
    """Lambda's limits are errors."""
    max_size: int | None = None
    """Bytes that the bundle may unpack to, whatever Lambda takes."""
    fit: bool = False
    """Options that make a bundle smaller may be applied to one that is too large."""
    slimming: SlimProfile = field(default_factory=SlimProfile)
    paranoid: bool = False
    """What was written is read again and compared with what was planned."""
    bytecode: Mode = Mode.NONE
    optimize: Optimize = Optimize.SPEED
    allow: frozenset[str] = frozenset()
    """Codes of findings that keep nothing out."""

    @property
    def limit(self) -> Limit | None:
        """What the bundle may unpack to, if anything limits it."""
        return limit_on(self.target.runtime.limits, self.max_size, limited=self.limited)


@dataclass(slots=True)
class StageLog:
    """The stages of one run as they end; one may be gone through more than once."""

    on_stage: Callable[[Stage], None]
    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time one stage; the caller puts what is worth saying into the list."""
        started = time.perf_counter()
        detail: list[str] = []
        yield detail
        stage = Stage(name=name, seconds=time.perf_counter() - started, detail=", ".join(detail))
        self.stages.append(stage)
        self.on_stage(stage)


class Tools(Protocol):
    """The world, as the pipeline needs it; `composing.wiring` makes the real one.

    What takes time to make is made when it is first asked for: a warm build reads no inputs and opens no
    connection.
    """

    @property
    def store(self) -> Store: ...

    @property
    def disk(self) -> WatchedDisk:
        """What inputs are read from."""
        ...

    @property
    def environ(self) -> WatchedEnvironment: ...

    @property
    def ask_again(self) -> bool:
        """However fresh an index's answers are."""
        ...

    @property
    def reading(self) -> Reading:
        """All inputs, read."""
        ...

    @property
    def options(self) -> ResolveOptions: ...

    @property
    def facts(self) -> RememberingFacts: ...

    def fetch(self, pins: Sequence[Pin]) -> tuple[VerifiedWheel, ...]: ...

    def binaries(self, wheel: VerifiedWheel) -> Mapping[str, Binary]:
        """What a wheel's compiled files say, by their path in the wheel."""
        ...

    def slimmed(
        self, wheels: Sequence[VerifiedWheel], source: Sequence[SourceFile], profile: SlimProfile
    ) -> SlimmedWheels:
        """What of the wheels does not go into the bundle of all these as it is. Raises NotDroppableError."""
        ...

    def pressed(self, plan: BundlePlan) -> BundlePlan:
        """The same with members as small as the engine can make them."""
        ...

    def binary(self, path: Path) -> Binary | None:
        """What one file says; None where it is no compiled code."""
        ...

    def bytecode_workshop(self) -> tuple[BytecodeWorkshop | None, str]:
        """Where the target's bytecode is made; or None and why the bundle gets none."""
        ...

    def on_stage(self, stage: Stage) -> None: ...

    def now(self) -> float:
        """Epoch seconds."""
        ...
