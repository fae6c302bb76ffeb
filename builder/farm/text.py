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

    from builder.farm.values import Plan, Row, Step

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
    yield from _of_old(rows)


def _of_old(rows: Sequence[Row]) -> Iterator[str]:
    """Wheels that would be made in another way now, and what can be done."""
    for row in rows:
        if row.changed and row.state in (State.THERE, State.SERVED):
            yield printable(f"changed since: {row.wheel} for {row.target}: {', '.join(row.changed)}")
    old = {row.wheel for row in rows if row.changed and row.state in (State.THERE, State.SERVED)}
    if old:
        they = "it" if len(old) == 1 else "them"
        yield f"  hint: `--rebuild-changed` builds {they} anew, under the next build tag"
    for row in rows:
        if row.shadow is not None:
            yield printable(f"installers take {row.shadow} before {row.wheel} for {row.target}")
            yield printable(f"  hint: `lbuild index yank {row.shadow} --index DIR` lets go of it")


def plan_text(plan: Plan) -> Iterator[str]:
    """What would be built, and why nobody offers it."""
    rows = [
        (f"{line.recipe.project}", f"{line.version}", step.target.id, line.recipe.backend, _why(step))
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
    counts = Counter(row.state for row in plan.rows)
    told = (
        f"{count(len(rows), 'wheel')} to build",
        f"{counts[State.OFFERED]} offered already",
        *(f"{counts[state]} {_WORDS[state]}" for state in (State.THERE, State.SERVED) if counts[state]),
    )
    yield "; ".join(told)
    yield from _of_old(plan.rows)


def _why(step: Step) -> str:
    return f"changed: {', '.join(step.changed)}" if step.changed else step.why


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
    for line in _quoted(fault.evidence):
        yield f"  {printable(line)}"
    if fault.hint:
        yield f"  hint: {printable(fault.hint)}"
    if row.log:
        yield f"  log: {printable(row.log)}"


def _quoted(evidence: Sequence[str]) -> Sequence[str]:
    """What was seen first, and the end: the last line of a program says most."""
    return evidence if len(evidence) <= _QUOTED else (evidence[0], "...", *evidence[2 - _QUOTED :])


def _detail(row: Row) -> str:
    if row.fault is not None:
        return f": {row.fault.summary}"
    if row.state is State.BUILT:
        return f"  {row.seconds:.1f} s, smoke test {_smoke(row)}"
    return f"  {row.wheel}" if row.wheel else ""
