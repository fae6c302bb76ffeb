"""A build of a project as JSON for programs. Keys are only ever added within one `schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.assembly.sums import sums_of
from builder.project.manifest import manifest_as_json
from builder.report.findings import finding_as_json

if TYPE_CHECKING:
    from builder.assembly.assemble import Assembly
    from builder.assembly.values import Linked

SCHEMA = 1


def assembly_as_json(assembly: Assembly, *, planned_only: bool) -> dict[str, Any]:
    """Plan and sums; the manifest of what was built."""
    sums = sums_of(assembly.pools)
    return {
        "schema": SCHEMA,
        "manifest": None if planned_only else manifest_as_json(assembly.manifest),
        "output": str(assembly.output),
        "changed": sorted(assembly.written),
        "functions": {
            each.part.name: {
                "target": each.part.target.id,
                "layers": list(each.part.layers),
                "own": {"packed": each.own.packed, "unpacked": each.own.unpacked},
                "with_layers": {"packed": each.loaded.packed, "unpacked": each.loaded.unpacked},
                "limit": each.part.target.runtime.limits.unzipped_bytes,
                "without_layers": {"packed": each.alone},
                "distributions": _distributions(each.part.plan.wheels),
                "findings": [finding_as_json(finding) for finding in each.part.findings],
            }
            for each in sums.functions
        },
        "layers": {
            part.name: {
                "functions": list(part.functions),
                "planned": part.planned,
                "packed": size.packed,
                "unpacked": size.unpacked,
                "distributions": _distributions(part.plan.wheels),
            }
            for part, size in sums.layers
        },
        "prebuilt": [
            {"name": name, "version": version, "index": index}
            for name, version, index in sorted(
                {
                    (pin.name, str(pin.version), pin.file.index)
                    for linked in assembly.pools
                    for pin in linked.locked.resolution.pins
                    if pin.file.prebuilt
                }
            )
        ],
        "packed": {"total": sums.total, "without_layers": sums.separate},
        "plans": [_plan(linked) for linked in assembly.pools],
        "stages": [
            {"name": stage.name, "seconds": round(stage.seconds, 4), "detail": stage.detail}
            for stage in assembly.stages
        ],
        "notes": list(assembly.notes),
        "warnings": [
            line
            for linked in assembly.pools
            for line in (*linked.locked.resolution.warnings, *linked.warnings)
        ],
    }


def _plan(linked: Linked) -> dict[str, Any]:
    cost = linked.plan.cost
    return {
        "group": linked.locked.pool.group.name,
        "target": linked.locked.pool.target.id,
        "cost": {
            "total": cost.total,
            "stored": cost.stored,
            "published": cost.published,
            "edited": cost.edited,
            "layers": cost.layers,
        },
        "kept": linked.plan.kept,
        "as_before": [layer.name for layer in linked.plan.layers if layer.as_before],
        "why_not_layered": {name: dict(why) for name, why in linked.reasons.items()},
        "packages": [
            {"name": pin.name, "version": str(pin.version), "file": pin.file.filename}
            for pin in linked.locked.resolution.pins
        ],
    }


def _distributions(wheels: Any) -> list[dict[str, str]]:
    return [{"name": wheel.name, "version": str(wheel.version)} for wheel in wheels]
