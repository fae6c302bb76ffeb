"""A build of a project for people: functions, layers, what they save, and why things lie where they do."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from builder.assembly.sums import Sums, sums_of
from builder.report.findings import group_lines
from builder.report.sizes import count, gauge, human, share
from builder.report.text import FINDINGS, WIDTH, prebuilt_lines, table
from manylinux.audit.finding import Severity
from manylinux.audit.grouping import grouped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from builder.assembly.assemble import Assembly
    from builder.assembly.values import Linked

_NAMED = 8
"""As many distributions of a layer are named, unless everything is."""


def summary(assembly: Assembly, *, everything: bool = False, planned_only: bool = False) -> Iterator[str]:
    """Functions, layers and sums; with `everything` why each distribution lies where it does."""
    sums = sums_of(assembly.pools)
    yield ""
    yield from _functions(sums, everything)
    if sums.layers:
        yield ""
        yield from _layers(sums, assembly, everything)
        yield ""
        yield from _saved(sums)
    if everything:
        for linked in assembly.pools:
            yield from _reasons(linked)
        if not planned_only:
            yield ""
            made = assembly.manifest
            files = sorted((*made.functions.values(), *made.layers.values()), key=lambda each: each.file)
            yield from table([("file", "CodeSha256"), *((each.file, each.code_sha256) for each in files)])
    pins = {(pin.name, pin.version): pin for each in assembly.pools for pin in each.locked.resolution.pins}
    yield from prebuilt_lines([pins[key] for key in sorted(pins)])
    yield from _findings(assembly)
    if not planned_only:
        yield ""
        changed = sorted(assembly.written)
        yield f"changed: {', '.join(changed)}" if changed else "nothing changed"


def _functions(sums: Sums, everything: bool) -> Iterator[str]:
    rows = [("function", "target", "zip", "with layers", "unzipped", "", "")]
    for each in sums.functions:
        limit = each.part.target.runtime.limits.unzipped_bytes
        rows.append(
            (
                each.part.name,
                each.part.target.id,
                human(each.own.packed),
                human(each.loaded.packed) if each.part.layers else "",
                human(each.loaded.unpacked),
                f"{share(each.loaded.unpacked, limit):>5} {gauge(each.loaded.unpacked, limit, 10)}",
                _layers_of(each.part.layers, everything),
            )
        )
    yield from table(rows, right=frozenset({2, 3, 4}))


def _layers_of(layers: tuple[str, ...], everything: bool) -> str:
    if not layers:
        return ""
    return ", ".join(layers) if everything else count(len(layers), "layer")


def _layers(sums: Sums, assembly: Assembly, everything: bool) -> Iterator[str]:
    before = {layer.name for linked in assembly.pools for layer in linked.plan.layers if layer.as_before}
    rows = [("layer", "zip", "unzipped", "functions", "")]
    for part, size in sums.layers:
        told = "named" if not part.planned else "as before" if part.name in before else ""
        rows.append((part.name, human(size.packed), human(size.unpacked), str(len(part.functions)), told))
    lines = list(table(rows, right=frozenset({1, 2, 3})))
    yield lines[0]
    for line, (part, _) in zip(lines[1:], sums.layers, strict=True):
        yield line
        names = [f"{wheel.name} {wheel.version}" for wheel in part.plan.wheels]
        yield from _listed("holds", names if everything else _some(names))
        yield from _listed("for", part.functions)


def _listed(head: str, words: Iterable[str]) -> list[str]:
    text = f"{head} {', '.join(words)}"
    return wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)


def _some(names: list[str]) -> list[str]:
    rest = len(names) - _NAMED
    return names if rest <= 1 else [*names[:_NAMED], f"{rest} more"]


def _saved(sums: Sums) -> Iterator[str]:
    saved = sums.separate - sums.total
    told = f"{human(sums.total)} of zips, {human(sums.separate)} without layers"
    yield f"{told}: {human(saved)} saved, {share(saved, sums.separate)}" if saved > 0 else told


def _reasons(linked: Linked) -> Iterator[str]:
    for part in linked.functions:
        by_reason: dict[str, list[str]] = {}
        for name, why in linked.reasons.get(part.name, {}).items():
            by_reason.setdefault(why, []).append(name)
        if by_reason:
            yield ""
            yield f"in the bundle of {part.name}:"
        for why, names in by_reason.items():
            yield from _listed(f"{why}:", names)


def _findings(assembly: Assembly) -> Iterator[str]:
    found = [finding for linked in assembly.pools for part in linked.functions for finding in part.findings]
    groups = [group for group in grouped(dict.fromkeys(found)) if group.severity > Severity.NOTE]
    if groups:
        yield ""
    for group in groups[:FINDINGS]:
        yield from group_lines(group)
    if len(groups) > FINDINGS:
        yield f"{len(groups) - FINDINGS} more findings: `lbuild inspect` tells all of a bundle's"
