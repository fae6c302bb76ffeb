"""Where the bytes of a part are, as text for people: the largest first, the small folded into one line."""

from collections.abc import Iterator, Sequence

from builder.inspection.tree import Branch, Measured
from builder.inspection.values import Role
from builder.report.cells import PLAIN, printable
from builder.report.pictures import Row, picture
from builder.report.sizes import count, gauge, human, share
from builder.report.text import table

LARGEST = 10
"""As many distributions are shown, however small."""
_SMALL = 100
"""What is less than this part of everything is folded."""
_GAUGE = 18
"""Columns."""


def size_text(measured: Measured, *, columns: int = PLAIN, everything: bool = False) -> Iterator[str]:
    """Totals against Lambda's limits, the tree, kinds; headings are lines that do not begin with a space.

    `everything`: nothing is folded.
    """
    part = measured.part
    yield f"{printable(part.name)}: a {part.role.value} of {count(len(part.entries), 'file')}"
    yield ""
    yield from _limits(measured)
    if not part.entries:
        return
    packed = part.zipped is not None
    header = Row("", ("unpacked", *(["packed"] if packed else []), "share"))
    owners = [*_rows(measured.owners, measured, 1, everything, LARGEST)]
    kinds = [*_rows(measured.kinds, measured, 1, True, 0)]
    whole = max(branch.size for branch in (*measured.owners, *measured.kinds))
    lines = picture([header, *owners, header, *kinds], whole, columns)
    for number, line in enumerate(lines):
        if number in (0, len(owners) + 1):
            yield ""
            title = "By kind" if number else "By distribution"
            line = title + line[len(title) :]
        yield line


def _limits(measured: Measured) -> Iterator[str]:
    part, limits = measured.part, measured.limits
    rows = []
    told = (
        ("unzipped", part.unzipped, limits.unzipped_bytes, "Lambda's", "too large"),
        ("zipped", part.zipped, limits.direct_upload_bytes, "an upload's", "needs S3"),
    )
    for label, size, limit, whose, remark in told:
        if size is None:
            continue
        if part.role is Role.WHEEL:
            rows.append((f"  {label}", human(size), "", ""))
            continue
        used = f"{share(size, limit)} of {whose} {human(limit)}{f': {remark}' if size >= limit else ''}"
        rows.append((f"  {label}", human(size), used, gauge(size, limit, _GAUGE)))
    yield from table(rows, right=frozenset({1}))


def _rows(
    branches: Sequence[Branch], measured: Measured, level: int, everything: bool, at_least: int
) -> Iterator[Row]:
    """The branches as rows, and below each its own; what is small, in one row."""
    large = [branch for branch in branches if everything or _SMALL * branch.size >= measured.size]
    shown = branches[: max(len(large), at_least)]
    rest = branches[len(shown) :]
    if len(rest) == 1:
        shown, rest = branches, ()
    if not large and not at_least:
        return
    for branch in shown:
        yield _row(branch.name, branch.size, branch.packed, measured, level)
        yield from _rows(branch.branches, measured, level + 1, everything, 0)
    if rest:
        size, packed = sum(branch.size for branch in rest), sum(branch.packed for branch in rest)
        files = sum(branch.files for branch in rest)
        name = f"... and {len(rest):,} more" if at_least else f"... and {count(files, 'file')}"
        yield _row(name, size, packed, measured, level)


def _row(name: str, size: int, packed: int, measured: Measured, level: int) -> Row:
    figures = [human(size), *([] if measured.part.zipped is None else [human(packed)])]
    return Row(f"{'  ' * level}{name}", (*figures, share(size, measured.size)), size)
