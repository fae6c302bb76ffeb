"""An inspection as text for people."""

from collections.abc import Iterator, Sequence

from builder.inspection.values import Inspection, Role
from builder.report.findings import group_lines
from builder.report.sizes import bar, human, share
from builder.report.text import table
from manylinux.audit.finding import Severity
from manylinux.audit.grouping import FindingGroup, grouped

LARGEST = 10


def inspection_text(inspection: Inspection, *, everything: bool = False) -> Iterator[str]:
    """Parts, largest packages, findings worst first; `everything`: notes and each path too."""
    yield from _parts(inspection)
    yield from _largest(inspection)
    groups = grouped(inspection.findings)
    shown = [group for group in groups if everything or group.severity > Severity.NOTE]
    for group in shown:
        yield ""
        yield from group_lines(group, everything=everything)
    yield ""
    yield _verdict(inspection, groups, len(groups) - len(shown))


def _parts(inspection: Inspection) -> Iterator[str]:
    rows = [
        (
            f"  {part.name}",
            f"a {part.role.value}",
            "" if part.zipped is None else f"{human(part.zipped)} zipped",
            f"{human(part.unzipped)} unzipped",
            f"{len(part.entries):,} files",
            f"{len(part.binaries):,} compiled",
        )
        for part in inspection.parts
    ]
    yield from table(rows, right=frozenset({2, 3, 4, 5}))
    limit = inspection.target.runtime.limits.unzipped_bytes
    if any(part.role is not Role.WHEEL for part in inspection.parts):
        yield f"  {share(inspection.unzipped, limit)} of Lambda's {human(limit)}"


def _largest(inspection: Inspection) -> Iterator[str]:
    rows = inspection.shares
    if not rows:
        return
    yield ""
    cells = [(f"  {row.owner}", human(row.size), bar(row.size, rows[0].size)) for row in rows[:LARGEST]]
    rest = rows[LARGEST:]
    if rest:
        size = sum(row.size for row in rest)
        cells.append((f"  {len(rest)} more", human(size), bar(size, rows[0].size)))
    yield from table(cells, right=frozenset({1}))


def _verdict(inspection: Inspection, groups: Sequence[FindingGroup], hidden: int) -> str:
    counts = [
        (sum(group.severity is severity for group in groups), severity.name.lower())
        for severity in sorted(Severity, reverse=True)
    ]
    told = ", ".join(f"{count} {name}{'s' if count != 1 else ''}" for count, name in counts if count)
    more = " (--all shows notes too)" if hidden else ""
    return f"{inspection.target}: {told or 'nothing to complain of'}{more}"
