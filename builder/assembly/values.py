"""What is asked of one build of a project, and what comes out of each of its stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from builder.bytecode.mode import Mode
from builder.model import Optimize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName

    from builder.choosing import Choice
    from builder.layers.values import LayerPlan
    from builder.model import BundlePlan, LayoutKind, Resolution, Slimming, SourceFile
    from builder.order import Order, Tools
    from builder.project.manifest import Manifest
    from builder.project.values import FixedLayer, Function, Group, Project, Wanted
    from builder.report.values import Stage
    from builder.slim.profile import SlimProfile
    from manylinux.audit.finding import Finding
    from manylinux.target import Target
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


class Bench(Protocol):
    """The world, as building a project needs it; `composing.project_wiring` makes the real one."""

    @property
    def store(self) -> Store: ...

    def tools(self, wanted: Wanted, target: Target) -> Tools:
        """What reads what one asker wants; the same for the same question."""
        ...

    def together(self, wanted: tuple[Wanted, ...], target: Target) -> Tools:
        """What resolves what several askers want, as one; the same for the same question."""
        ...

    def order(self, wanted: tuple[Wanted, ...], target: Target) -> Order:
        """How that is resolved."""
        ...

    def profile(self, slimming: Slimming | None) -> SlimProfile:
        """What of wheels may stay out; None: as the project's table of slimming says."""
        ...

    def on_stage(self, stage: Stage) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked of one build."""

    project: Project
    folder: Path
    """Of the project; every path in it starts here."""
    output: Path
    names: tuple[str, ...]
    """Functions to build, sorted."""
    share_layers: bool | None = None
    """Overrides what the groups say."""
    former: Manifest
    """The build whose layers stay where they are; empty when there is none."""
    present: Manifest
    """What the output folder holds, mostly the same."""
    allow: frozenset[str] = frozenset()
    bytecode: Mode = Mode.NONE
    optimize: Optimize = Optimize.SPEED
    paranoid: bool = False
    """What was written is read again and compared with what was planned."""
    prefer: tuple[NormalizedName, ...] = ()
    """Projects that win a path two wheels fill with different bytes, first first."""
    write: bool = True
    locked: bool = False
    """The lock files have to be what would be written."""
    upgrade: bool = False
    """Whatever versions the lock files hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Functions of one group on one target: they have one lock."""

    group: Group
    target: Target
    functions: tuple[Function, ...]
    layers: tuple[FixedLayer, ...]
    """Those that its functions name, sorted."""

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """What its askers want, each thing once."""
        return tuple(dict.fromkeys(each.wanted for each in self.askers))

    @property
    def askers(self) -> tuple[Function | FixedLayer, ...]:
        """Whoever asks for something."""
        return (*self.functions, *self.layers)

    @property
    def id(self) -> str:
        """What names of its layers begin with."""
        python = self.target.runtime.id.replace("python", "py").replace(".", "")
        return f"{self.group.name}-{python}-{self.target.architecture.value}"

    def __str__(self) -> str:
        return f"{self.group.name} on {self.target.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A pool with its lock, its wheels, and who needs which of them."""

    pool: Pool
    resolution: Resolution
    wheels: Mapping[NormalizedName, VerifiedWheel]
    choices: Mapping[str, Choice]
    """By function: its part of the wheels."""
    contents: Mapping[str, frozenset[NormalizedName]]
    """By fixed layer: what is in it."""
    sources: Mapping[str, tuple[SourceFile, ...]]
    """By function."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A zip that will be written."""

    name: str
    kind: LayoutKind
    plan: BundlePlan
    target: Target
    grown: int = 0
    """About how many bytes of the zip are bytecode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPart(Artefact):
    """A layer, and who has it."""

    functions: tuple[str, ...]
    planned: bool
    """Not a named one of the project's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPart(Artefact):
    """A function's own bundle."""

    function: Function
    layers: tuple[str, ...]
    """Names, in the order in which Lambda is to be given them."""
    whole: BundlePlan
    """The bundle it would be without layers."""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A pool with every path of every part decided."""

    locked: Locked
    plan: LayerPlan
    functions: tuple[FunctionPart, ...]
    layers: tuple[LayerPart, ...]
    notes: tuple[str, ...] = ()
    """What slimming has to say."""
    warnings: tuple[str, ...] = ()
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Function to distribution to why it lies in the function's own bundle."""
