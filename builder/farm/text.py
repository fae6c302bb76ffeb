"""A run of the farm for people: a line for each step, and a summary. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from builder.farm.values import State
from builder.report.cells import printable
from builder.report.sizes import count, human
from builder.report.text import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from builder.farm.values import Plan, Row

_QUOTED = 6
"""Lines of evidence of a failure."""


def row_line(row: Row) -> str:
    """What became of one step, in a line."""
    return printable(f"{row.state:>7}  {row.project} {row.version} {row.target}{_detail(row)}")


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """All of it: a table of the wheels, each failure with what was seen, and the count."""
    shown = [row for row in rows if row.state in (State.BUILT, State.SERVED, State.THERE)]
    if shown:
        head = ("project", "version", "target", "", "wheel", "size", "backend", "seconds", "smoke test")
        yield from table([head, *map(_cells, shown)], right=frozenset({5, 7}))
    for row in rows:
        if row.fault is not None:
            yield ""
            yield from _failure(row)
    if shown or any(row.fault for row in rows):
        yield ""
    counts = Counter(row.state for row in rows)
    told = [f"{counts[state]} {_WORDS[state]}" for state in State if counts[state]]
    yield f"{count(len(rows), 'wheel')} planned: {', '.join(told)}" if told else "nothing to build"
    if untried := [row for row in rows if row.smoke is not None and not row.smoke.ran]:
        reasons = sorted({row.smoke.how for row in untried if row.smoke is not None})
        yield f"{count(len(untried), 'wheel')} not tried: {'; '.join(reasons)}"


def plan_text(plan: Plan) -> Iterator[str]:
    """What would be built, and why nobody offers it."""
    rows = [
        (f"{line.recipe.project}", f"{line.version}", step.target.id, line.recipe.backend, step.why)
        for line in plan.lines
        for step in line.steps
    ]
    if rows:
        yield from table(
            [
                ("project", "version", "target", "backend", "why"),
                *(tuple(map(printable, row)) for row in rows),
            ]
        )
    for row in plan.rows:
        if row.fault is not None:
            yield printable(
                f"cannot be built: {row.project} for {row.target}: {'; '.join(row.fault.evidence)}"
            )
    offered = sum(1 for row in plan.rows if row.state is State.OFFERED)
    yield f"{count(len(rows), 'wheel')} to build; {offered} offered already"


_WORDS = {
    State.BUILT: "built",
    State.THERE: "there already",
    State.SERVED: "served by the wheel of an earlier runtime",
    State.OFFERED: "offered elsewhere",
    State.FAILED: "failed",
}


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(
        printable(cell)
        for cell in (
            row.project,
            row.version,
            row.target,
            str(row.state),
            row.wheel or "",
            "" if row.size is None else human(row.size),
            row.backend or "",
            "" if row.seconds is None else f"{row.seconds:.1f}",
            _smoke(row),
        )
    )


def _smoke(row: Row) -> str:
    if row.smoke is None:
        return ""
    return f"passed, {row.smoke.how}" if row.smoke.ran else f"not run: {row.smoke.how}"


def _failure(row: Row) -> Iterator[str]:
    fault = row.fault
    assert fault is not None
    yield printable(f"failed[{fault.code}]: {row.project} {row.version} for {row.target}: {fault.summary}")
    for line in fault.evidence[:_QUOTED]:
        yield f"  {printable(line)}"
    if fault.hint:
        yield f"  hint: {printable(fault.hint)}"
    if row.log:
        yield f"  log: {printable(row.log)}"


def _detail(row: Row) -> str:
    if row.fault is not None:
        return f": {row.fault.summary}"
    if row.state is State.BUILT:
        return f"  {row.seconds:.1f} s, smoke test {_smoke(row)}"
    return f"  {row.wheel}" if row.wheel else ""
