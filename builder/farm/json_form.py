"""A run of the farm as JSON. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.farm.values import Plan, Row


def rows_as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """`wheels`, a table for each; sizes are in bytes, times in seconds."""
    return {"wheels": [_row(row) for row in rows]}


def plan_as_json(plan: Plan) -> dict[str, Any]:
    """`wheels` that would be built, and `decided`, rows of what is not."""
    wheels = [
        {
            "project": str(line.recipe.project),
            "version": str(line.version),
            "target": step.target.id,
            "backend": line.recipe.backend,
            "why": step.why,
            "changed": list(step.changed),
        }
        for line in plan.lines
        for step in line.steps
    ]
    return {"wheels": wheels, "decided": [_row(row) for row in plan.rows]}


def _row(row: Row) -> dict[str, Any]:
    fault = row.fault
    return {
        "project": row.project,
        "version": row.version,
        "target": row.target,
        "state": str(row.state),
        "why": row.why,
        "wheel": row.wheel,
        "size": row.size,
        "backend": row.backend,
        "seconds": row.seconds,
        "smoke": None if row.smoke is None else {"ran": row.smoke.ran, "how": row.smoke.how},
        "error": None
        if fault is None
        else {
            "code": fault.code,
            "summary": fault.summary,
            "evidence": list(fault.evidence),
            "hint": fault.hint,
        },
        "log": row.log,
        "changed": list(row.changed),
        "shadow": row.shadow,
    }
