"""Which of the resolved projects go into the bundle: what the user or the runtime makes needless does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.report.values import RuntimePackage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builder.model import BundlePlan, Pin, Resolution
    from builder.order import Order, Tools
    from builder.report.values import Bytecode
    from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which wheels of a resolution go into the bundle."""

    wheels: tuple[VerifiedWheel, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    comparison: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Every path of a bundle, with what it was made of."""

    choice: Choice
    plan: BundlePlan
    notes: tuple[str, ...] = ()
    """What is to be told of what was left out, and of its bytecode."""
    warnings: tuple[str, ...] = ()
    bytecode: Bytecode | None = None

    @property
    def size(self) -> int:
        """Bytes that the bundle unpacks to."""
        return sum(file.size for file in self.plan.files)


def choose(order: Order, tools: Tools, resolution: Resolution, wheels: Sequence[VerifiedWheel]) -> Choice:
    """Leave out what the user excludes, and what the runtime can stand in for where that is wished."""
    if not order.exclude and not order.exclude_runtime_packages:
        return Choice(wheels=tuple(wheels))
    from packaging.utils import NormalizedName

    from builder.link.runtime_packages import FAMILY, compare_runtime_packages, leave_out

    excluded: dict[str, str] = dict.fromkeys(order.exclude, "--exclude")
    rows: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()
    if order.exclude_runtime_packages:
        metadata = {wheel.name: wheel.metadata for wheel in wheels}
        # Wheels that the user excludes need not have been fetched, and what they ask of the runtime counts.
        metadata |= {
            pin.name: tools.facts.core_metadata(pin.file)
            for pin in resolution.pins
            if pin.name not in metadata and pin.name not in FAMILY
        }
        comparison = compare_runtime_packages(
            resolution.pins,
            (*tools.reading.inputs.requests, *tools.reading.inputs.constraints),
            metadata,
            order.target.environment(),
            order.target.runtime.preinstalled,
        )
        excluded |= dict.fromkeys(comparison.excluded, "the runtime has it")
        rows = tuple(
            RuntimePackage(project=row.project, pinned=row.pinned, runtime=row.runtime, verdict=row.verdict)
            for row in comparison.rows
        )
        if rows and not comparison.excluded:
            notes = ("the runtime's own packages do not fit, so all of them stay in the bundle",)
    left = {pin.name for pin in leave_out(resolution.pins, frozenset(map(NormalizedName, excluded)))}
    return Choice(
        wheels=tuple(wheel for wheel in wheels if wheel.name in left),
        excluded=excluded,
        comparison=rows,
        notes=notes,
    )


def to_fetch(order: Order, pins: Sequence[Pin]) -> Sequence[Pin]:
    """The pins whose wheels are needed; raises UsageError when the user names what is not pinned."""
    if order.link.prefer:
        from builder.link.runtime_packages import demand_pinned

        demand_pinned(pins, frozenset(order.link.prefer), "--prefer")
    if not order.exclude:
        return pins
    from builder.link.runtime_packages import leave_out

    left = leave_out(pins, order.exclude)
    # What an excluded project asks of the runtime's packages still counts, and its wheel says it.
    return pins if order.exclude_runtime_packages else left
