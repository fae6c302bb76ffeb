"""What became of a deployment, for people and for programs; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.deployers.aws.values import Action
from builder.report.json_form import error_as_json
from builder.report.text import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.deployers.aws.values import RegionOutcome, Step

SCHEMA = 1
"""Keys are only ever added within one."""
_PLANNED = {
    Action.PUBLISHED: "would be published",
    Action.CREATED: "would be made",
    Action.UPDATED: "would be updated",
}
_DONE = {Action.CREATED: "made", Action.LEFT: "left alone"}


def outcome_text(outcomes: Sequence[RegionOutcome], *, dry_run: bool) -> Iterator[str]:
    """A line for each layer and function of each region; errors are told elsewhere."""
    yield from table([_row(outcome, step, dry_run) for outcome in outcomes for step in outcome.steps])


def outcome_warnings(outcomes: Sequence[RegionOutcome], *, dry_run: bool) -> Iterator[str]:
    """What nobody asked for in words: layers that functions lose."""
    loses = "would lose" if dry_run else "lost"
    for outcome in outcomes:
        for step in outcome.steps:
            for arn in step.removed:
                yield f"{step.name} {loses} a layer that is not the project's: keep it with `--layer {arn}`"


def outcome_as_json(outcomes: Sequence[RegionOutcome], *, dry_run: bool) -> dict[str, Any]:
    """The same, whole."""
    return {
        "schema": SCHEMA,
        "dry_run": dry_run,
        "regions": [
            {"region": outcome.region, "steps": [_step(step) for step in outcome.steps]}
            for outcome in outcomes
        ],
    }


def _row(outcome: RegionOutcome, step: Step, dry_run: bool) -> tuple[str, ...]:
    told = _PLANNED.get(step.action) if dry_run else None
    done = told or _DONE.get(step.action, step.action.value)
    changes = f": {', '.join(step.changes)}" if step.action is Action.UPDATED else ""
    version = f"version {step.version}" if step.version else ""
    return (
        outcome.region,
        step.kind,
        step.name,
        f"{done}{changes}",
        version,
        step.code_sha256 or step.reason,
    )


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "name": step.name,
        "action": step.action.value,
        "changes": list(step.changes),
        "arn": step.arn,
        "version": step.version,
        "code_sha256": step.code_sha256,
        "removed_layers": list(step.removed),
        "through": step.through,
        "reason": step.reason or None,
        "error": None if step.error is None else error_as_json(step.error),
    }
