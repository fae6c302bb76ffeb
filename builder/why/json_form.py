"""An explanation as JSON for programs. Keys are only ever added within one `schema`."""

from typing import Any

from builder.why.values import Chosen, Explanation, FileFate, Outcome, PassedVersion, Step

SCHEMA = 1


def explanation_as_json(explanation: Explanation) -> dict[str, Any]:
    """All of it, nothing folded; sizes in bytes."""
    target = explanation.target
    return {
        "schema": SCHEMA,
        "project": explanation.project,
        "extras": sorted(explanation.extras),
        "target": {"runtime": target.runtime.id, "architecture": target.architecture.value},
        "chosen": _chosen(explanation.chosen),
        "asked_by": [[_step(step) for step in chain.steps] for chain in explanation.chains],
        "constraints": [_step(step) for step in explanation.constraints],
        "newer": [_passed(version) for version in explanation.newer],
        "elsewhere": [_outcome(outcome) for outcome in explanation.elsewhere],
        "warnings": list(explanation.warnings),
    }


def _chosen(chosen: Chosen) -> dict[str, Any]:
    return {
        "version": str(chosen.version),
        "file": chosen.filename,
        "size": chosen.size,
        "url": chosen.url,
        "index": chosen.index or None,
        "prebuilt": chosen.prebuilt,
        "direct": chosen.direct,
        "uploaded": None if chosen.uploaded is None else chosen.uploaded.isoformat(),
        "requires_python": chosen.requires_python,
        "yanked": chosen.yanked,
        "tag": chosen.tag,
        "rank": chosen.rank,
        "tags": chosen.tags,
        "files": [_fate(fate) for fate in chosen.files],
    }


def _step(step: Step) -> dict[str, Any]:
    return {"by": step.by, "requirement": step.requirement, "marker": step.marker}


def _passed(version: PassedVersion) -> dict[str, Any]:
    return {
        "version": str(version.version),
        "cause": version.cause.value,
        "reason": version.reason,
        "files": [_fate(fate) for fate in version.files],
    }


def _fate(fate: FileFate) -> dict[str, Any]:
    return {"file": fate.filename, "size": fate.size, "cause": fate.cause.value, "reason": fate.reason}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "runtime": outcome.target.runtime.id,
        "architecture": outcome.target.architecture.value,
        "version": None if outcome.version is None else str(outcome.version),
        "file": outcome.filename,
        "reason": outcome.reason,
        "code": outcome.code,
    }
