"""What was left out of a bundle, as text for people."""

from collections.abc import Iterator, Sequence

from builder.inspection.dropped import Dropped
from builder.model import Drop
from builder.report.cells import PLAIN, printable
from builder.report.left_out import Sum, drops_by
from builder.report.pictures import Row, pictures
from builder.report.sizes import count, human, share

LARGEST = 10
"""As many distributions are shown."""


def dropped_text(
    name: str, dropped: Dropped, *, columns: int = PLAIN, everything: bool = False
) -> Iterator[str]:
    """Sums by rule and by distribution, and what is not there at all; `everything`: each path."""
    yield f"{printable(name)}: left out {count(len(dropped.drops), 'file')}, {human(dropped.size)}"
    if dropped.drops:
        figures = ("size", "share", "files")
        rules = [Row("By rule", figures), *_sums(dropped.by_rule, dropped.size)]
        owners = [Row("By distribution", figures), *_owners(dropped, everything)]
        yield from pictures([rules, owners], columns)
    if dropped.excluded:
        yield ""
        yield "Not in it at all"
        for project, reason in sorted(dropped.excluded.items()):
            yield printable(f"  {project}: {reason}")


def _owners(dropped: Dropped, everything: bool) -> Iterator[Row]:
    sums = dropped.by_owner
    shown = sums if everything or len(sums) <= LARGEST + 1 else sums[:LARGEST]
    for each in shown:
        yield _row(each, sums[0].size, dropped.size)
        drops = [drop for drop in dropped.drops if drop.owner == each.name]
        if everything:
            yield from (Row(f"    {drop.path}: {drop.rule}, {human(drop.size)}") for drop in drops)
        else:
            yield from _rules_of(drops, sums[0].size, dropped.size)
    rest = sums[len(shown) :]
    if rest:
        size, files = sum(each.size for each in rest), sum(each.files for each in rest)
        together = Sum(name=f"... and {len(rest):,} more", size=size, files=files)
        yield _row(together, sums[0].size, dropped.size)


def _rules_of(drops: Sequence[Drop], whole: int, total: int) -> Iterator[Row]:
    """The rules of one distribution, where there are several."""
    sums = drops_by(drops, lambda drop: drop.rule)
    if len(sums) > 1:
        for each in sums:
            yield _row(each, whole, total, level=2)


def _sums(sums: Sequence[Sum], total: int) -> Iterator[Row]:
    for each in sums:
        yield _row(each, sums[0].size, total)


def _row(each: Sum, whole: int, total: int, level: int = 1) -> Row:
    figures = (human(each.size), share(each.size, total), f"{each.files:,}")
    return Row(f"{'  ' * level}{each.name}", figures, each.size, whole, thin=level > 1)
