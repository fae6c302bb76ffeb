"""Gaps as a table and as JSON. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from builder.gaps.values import Fate, Help, Kind, Row
from builder.report.cells import printable
from builder.report.sizes import count
from builder.report.text import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from manylinux.target import Target


def gaps_text(rows: Sequence[Row], targets: Sequence[Target], *, everything: bool = False) -> Iterator[str]:
    """A line for each project and kind of gap; `everything`: also wheels that only their tag refuses."""
    lines = [line for row in rows for line in _lines(row, targets, everything)]
    if lines:
        yield from table(
            [("project", "version", "targets", "evidence", "older", "what could make it"), *lines]
        )
        yield ""
    with_gaps = [row for row in rows if row.gaps]
    helped = [row for row in with_gaps if all(help_ is None or help_.by for help_ in row.help)]
    by_recipe = [
        row for row in with_gaps if any(help_ is not None and help_.by == "recipe" for help_ in row.help)
    ]
    known = [row for row in with_gaps if any(help_ is not None and help_.tried for help_ in row.help)]
    yield (
        f"{count(len(rows), 'project')} on {count(len(targets), 'target')}: {len(with_gaps)} with gaps; "
        f"of these {len(helped)} can be made here, {len(by_recipe)} by a recipe"
        f"{f'; of {len(known)} it is known why not' if known else ''}"
    )
    unknown = [row.project for row in rows if any(fate.kind is Kind.UNKNOWN for fate in row.fates)]
    if unknown:
        yield f"no index knows {', '.join(unknown)}"
    last = sum(any(fate.kind is Kind.LAST_RESORT for fate in row.fates) for row in rows)
    if last:
        yield (
            f"{count(last, 'project')} with wheels whose tag asks for a newer glibc than there is: lbuild "
            f"takes them where their files need no more{'' if everything else '; `-v` lists them'}"
        )


def _lines(row: Row, targets: Sequence[Target], everything: bool) -> Iterator[tuple[str, ...]]:
    grouped: dict[tuple[str, ...], list[Target]] = defaultdict(list)
    for fate, help_ in zip(row.fates, row.help, strict=True):
        if fate.is_gap or (everything and fate.kind is Kind.LAST_RESORT):
            grouped[_cells(fate, help_)].append(fate.target)
    for (version, evidence, older, helped), of in grouped.items():
        cells = (row.project, version, _targets(of, targets), evidence, older, helped)
        yield tuple(map(printable, cells))


def _cells(fate: Fate, help_: Help | None) -> tuple[str, ...]:
    older = "" if fate.older is None else f"{fate.older} has"
    return str(fate.version), fate.evidence, older, "" if help_ is None else _help(help_)


def _help(help_: Help) -> str:
    if help_.tried:
        instead = f"; {' or '.join(help_.instead)} instead" if help_.instead else ""
        return f"nothing here: {help_.why}{instead}"
    if not help_.by:
        # Why each backend refuses is in the JSON; the first refusal says most.
        return f"nothing here: {': '.join(help_.why.split(': ')[:2])}"
    return f"{help_.by}, {help_.why}"


def _targets(some: Sequence[Target], every: Sequence[Target]) -> str:
    """Such as `all`, `arm64`, `3.13, 3.14 x86_64`."""
    if len(some) == len(every):
        return "all"
    architectures = list(dict.fromkeys(target.architecture for target in every))
    runtimes = list(dict.fromkeys(target.runtime.python for target in every))
    told = []
    for architecture in architectures:
        here = [target.runtime.python for target in some if target.architecture is architecture]
        if len(here) == len(runtimes):
            told.append(architecture.value)
        elif here:
            told.append(f"{','.join(here)} {architecture}")
    return "; ".join(told)


def gaps_as_json(rows: Sequence[Row]) -> dict[str, Any]:
    """`projects`, each with `targets`: what there is for each target, and what could help."""
    return {"projects": [_row(row) for row in rows]}


def _row(row: Row) -> dict[str, Any]:
    return {
        "project": str(row.project),
        "targets": [
            {
                "target": fate.target.id,
                "kind": str(fate.kind),
                "gap": fate.is_gap,
                "version": None if fate.version is None else str(fate.version),
                "evidence": fate.evidence,
                "sdist": fate.sdist,
                "older": None if fate.older is None else str(fate.older),
                "help": None if help_ is None else _as_json(help_),
            }
            for fate, help_ in zip(row.fates, row.help, strict=True)
        ],
    }


def _as_json(help_: Help) -> dict[str, Any]:
    return {
        "by": help_.by or None,
        "why": help_.why,
        "tried": help_.tried or None,
        "instead": list(map(str, help_.instead)),
    }
