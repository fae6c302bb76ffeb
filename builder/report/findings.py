"""Findings of an audit, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from manylinux.audit.finding import Finding
    from manylinux.audit.grouping import FindingGroup

_SHOWN = 3
"""As many paths of one finding are listed."""


def group_lines(group: FindingGroup, *, everything: bool = False) -> Iterator[str]:
    """`error[code]: paths`, and indented below it the evidence and what to do; `everything`: each path."""
    paths = paths_told(group.paths, 1 if everything else _SHOWN)
    yield f"{group.severity.name.lower()}[{group.code}]: {paths}"
    yield from (f"  {line}" for line in group.evidence)
    if everything:
        yield from (f"  at {path}" for path in group.paths[1:])
    if group.hint:
        yield f"  hint: {group.hint}"


def paths_told(paths: Sequence[str], shown: int = _SHOWN) -> str:
    """The first of `paths`, and how many more there are."""
    more = len(paths) - shown
    return ", ".join(paths[:shown]) + (f" and {more} more" if more > 0 else "")


def finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.name.lower(),
        "path": finding.path,
        "evidence": list(finding.evidence),
        "hint": finding.hint,
    }
