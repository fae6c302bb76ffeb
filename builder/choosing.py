"""Which of the resolved projects go into the bundle: what the user or the runtime makes needless does not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.report.values import RuntimePackage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builder.model import Pin, Resolution
    from builder.order import Order, Tools
    from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which wheels of a resolution go into the bundle."""

    wheels: tuple[VerifiedWheel, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    comparison: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()


def choose(order: Order, tools: Tools, resolution: Resolution, wheels: Sequence[VerifiedWheel]) -> Choice:
    """Leave out what the user excludes, and what the runtime can stand in for where that is wished."""
    if not order.exclude and not order.exclude_runtime_packages:
        return Choice(wheels=tuple(wheels))
    from packaging.utils import NormalizedName

    from builder.link.runtime_packages import compare_runtime_packages, leave_out

    excluded: dict[str, str] = dict.fromkeys(order.exclude, "--exclude")
    rows: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()
    if order.exclude_runtime_packages:
        comparison = compare_runtime_packages(
            resolution.pins,
            (*tools.reading.inputs.requests, *tools.reading.inputs.constraints),
            {wheel.name: wheel.metadata for wheel in wheels},
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
