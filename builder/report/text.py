"""A report as text for people: short lines, nothing said by colour alone."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from builder.report.findings import group_lines
from builder.report.left_out import drops_by
from builder.report.sizes import bar, count, gauge, human, share
from manylinux.errors import LbuildError, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.model import Bundle, Drop, Pin, Skip
    from builder.report.values import Compiled, Report, RuntimePackage
    from manylinux.audit.finding import Finding
    from manylinux.target import Target

LARGEST = 10
FINDINGS = 3
SHARED = 3
"""As many versions that were not taken for the same reason have a line each."""
WIDTH = 110
"""Columns of what is wrapped."""


def target_line(target: Target, chosen_by: str) -> str:
    """`python3.13 on x86_64: Amazon Linux 2023, glibc 2.34 (newest supported runtime)`."""
    glibc = ".".join(map(str, target.glibc))
    where = f"{target.runtime.id} on {target.architecture.value}"
    return f"{where}: {target.runtime.os.name}, glibc {glibc} ({chosen_by})"


def summary(report: Report, *, everything: bool = False) -> Iterator[str]:
    """Everything after the stages: choices worth knowing, largest packages, sizes against limits, digests.

    `everything`: all packages, and who lost what by each rule.
    """
    yield from _skips(report.resolution.skips)
    yield from prebuilt_lines(report.resolution.pins)
    yield from _excluded(report.excluded or {})
    yield from _runtime_packages(report.runtime_packages)
    if report.bundle is None:
        yield from _pins(report)
        return
    yield from _compiled(report.compiled, everything)
    yield from _findings(report.findings)
    yield from _largest(report.bundle, everything)
    yield ""
    yield from _totals(report, report.bundle)
    yield from _left_out(report.drops, everything)


def error_text(error: LbuildError) -> Iterator[str]:
    """What failed, the evidence, what to do."""
    if isinstance(error, SeveralErrors):
        for each in error.errors:
            yield from error_text(each)
        return
    yield f"error[{error.code}]: {error.summary}"
    yield from (f"  {line}" for line in error.evidence)
    if error.hint:
        yield ""
        yield f"hint: {error.hint}"


def table(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> Iterator[str]:
    """Rows in aligned columns, two spaces between; columns in `right` are aligned right."""
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _skips(skips: Sequence[Skip]) -> Iterator[str]:
    """A line for each version that was not taken, and one for many that share their reason."""
    by_reason: dict[str, list[Skip]] = {}
    for skip in skips:
        by_reason.setdefault(skip.reason, []).append(skip)
    many = {reason: shared for reason, shared in by_reason.items() if len(shared) > SHARED}
    for skip in skips:
        if skip.reason not in many:
            yield f"{skip.name} {skip.taken}, not {skip.skipped}: {skip.reason}"
    for reason, shared in many.items():
        yield f"{len(shared)} packages are not the newest, for each: {reason}"
        taken = ", ".join(f"{skip.name}\N{NO-BREAK SPACE}{skip.taken}" for skip in shared)
        for line in wrap(taken, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False):
            yield line.replace("\N{NO-BREAK SPACE}", " ")


def prebuilt_lines(pins: Sequence[Pin]) -> Iterator[str]:
    """What came from prebuilt indexes, a paragraph for each."""
    by_index: dict[str, list[str]] = {}
    for pin in pins:
        if pin.file.prebuilt:
            by_index.setdefault(pin.file.index, []).append(f"{pin.name}\N{NO-BREAK SPACE}{pin.version}")
    for index, taken in by_index.items():
        yield f"from the prebuilt index {index}:"
        told = ", ".join(taken)
        for line in wrap(told, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False):
            yield line.replace("\N{NO-BREAK SPACE}", " ")


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    """What may fail all the same, or was allowed to; the worst few in full."""
    if not findings:
        return
    from manylinux.audit.finding import Severity  # most bundles have none
    from manylinux.audit.grouping import grouped

    groups = [group for group in grouped(findings) if group.severity > Severity.NOTE]
    for group in groups[:FINDINGS]:
        yield from group_lines(group)
    if len(groups) > FINDINGS:
        yield f"{len(groups) - FINDINGS} more findings: `lbuild inspect` tells all of a bundle's"


def _compiled(packages: Sequence[Compiled], everything: bool) -> Iterator[str]:
    """A line for each package that was compiled: by what and why; with `everything` where its log is."""
    for each in packages:
        yield f"{each.package} compiled with {each.backend}: {each.reason}"
        yield from (f"  not {backend}: {why}" for backend, why in each.refused)
        yield from (f"  {note}" for note in each.notes)
        if everything:
            yield f"  log: {each.log}"


def _pins(report: Report) -> Iterator[str]:
    if report.resolution.pins:
        yield ""
    rows = [
        (
            f"  {pin.name}",
            str(pin.version),
            "" if pin.file.size is None else human(pin.file.size),
            pin.file.filename,
        )
        for pin in report.resolution.pins
    ]
    yield from table(rows, right=frozenset({2}))


def _largest(bundle: Bundle, everything: bool) -> Iterator[str]:
    owners = sorted(bundle.sizes.items(), key=lambda item: (-item[1][0], item[0]))
    if not owners:
        return
    yield ""
    top = owners[0][1][0]
    shown = owners if everything or len(owners) <= LARGEST + 1 else owners[:LARGEST]
    rows = [(f"  {owner}", human(unpacked), bar(unpacked, top)) for owner, (unpacked, _) in shown]
    rest = owners[len(shown) :]
    if rest:
        size = sum(unpacked for _, (unpacked, _) in rest)
        rows.append((f"  ... and {len(rest)} more", human(size), bar(size, top)))
    yield from table(rows, right=frozenset({1}))


def _totals(report: Report, bundle: Bundle) -> Iterator[str]:
    limit = report.resolution.target.runtime.limits.unzipped_bytes
    used = f"{share(bundle.unzipped_size, limit)} of Lambda's {human(limit)}"
    rows = [("  unzipped", f"{human(bundle.unzipped_size)}, {used}  {gauge(bundle.unzipped_size, limit)}")]
    if bundle.zipped_size is not None and bundle.code_sha256 is not None:
        rows.insert(0, ("  zipped", human(bundle.zipped_size)))
        rows.append(("  sha256", bundle.sha256))
        rows.append(("  CodeSha256", bundle.code_sha256))
    yield from table(rows)


def _left_out(drops: Sequence[Drop], everything: bool) -> Iterator[str]:
    """A line for each rule, what saved most first; with `everything` one for each package below it."""
    rules = drops_by(drops, lambda drop: drop.rule)
    if not rules:
        return
    yield ""
    rows = []
    for rule in rules:
        rows.append((f"  left out: {rule.name}", human(rule.size), count(rule.files, "file")))
        if everything:
            owners = drops_by([drop for drop in drops if drop.rule == rule.name], lambda drop: drop.owner)
            rows += [(f"    {each.name}", human(each.size), count(each.files, "file")) for each in owners]
    yield from table(rows, right=frozenset({1, 2}))


def _excluded(reasons: Mapping[str, str]) -> Iterator[str]:
    """A line for each reason, and what it keeps out."""
    for reason in sorted(set(reasons.values())):
        projects = sorted(project for project, why in reasons.items() if why == reason)
        yield f"excluded {', '.join(projects)}: {reason}"


def _runtime_packages(rows: Sequence[RuntimePackage]) -> Iterator[str]:
    if rows:
        yield "packages of the runtime:"
        cells = [(f"  {row.project}", row.pinned, row.runtime, row.verdict) for row in rows]
        yield from table([("", "resolved", "runtime", ""), *cells])
