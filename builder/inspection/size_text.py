"""Where the bytes of a part are, as text for people: the largest first, the small folded into one line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from builder.inspection.tree import Branch, Measured
from builder.inspection.values import Role
from builder.report.cells import PLAIN, printable
from builder.report.pictures import Row, pictures
from builder.report.sizes import count, gauge, human, share
from builder.report.text import table

LARGEST = 10
"""As many distributions are shown, however small."""
_SMALL = 50
"""What is less than this part of everything is folded."""
_NOTHING = 100
"""What is less than this part of everything, and folded, needs no row below its distribution."""
_NEARLY = 0.9
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
    figures = ("unpacked", *(["packed"] if part.zipped is not None else []), "share")
    owners = [Row("By distribution", figures), *_owners(measured, everything)]
    yield from pictures([owners, [Row("By kind", figures), *_kinds(measured)]], columns)


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


def _owners(measured: Measured, everything: bool) -> Iterator[Row]:
    """Distributions with what is in them, and in one row those that are neither large nor among the first."""
    branches = measured.owners
    shown = branches if everything else branches[: max(LARGEST, len(_large(branches, measured)))]
    rest = branches[len(shown) :]
    for branch in branches if len(rest) == 1 else shown:
        yield _row(branch, measured, 1)
        yield from _inside(branch.branches, measured, 2, everything)
    if len(rest) > 1:
        yield _row(_together(f"... and {len(rest):,} more", rest), measured, 1)


def _inside(branches: Sequence[Branch], measured: Measured, level: int, everything: bool) -> Iterator[Row]:
    """Folders and files that are large, each with what is in it, and the rest in a row if worth one."""
    branches = branches if everything else _opened(branches)
    shown = branches if everything else _large(branches, measured)
    for branch in shown:
        yield _row(branch, measured, level)
        yield from _inside(branch.branches, measured, level + 1, everything)
    rest = _together("", branches[len(shown) :])
    if shown and rest.size and _NOTHING * rest.size >= measured.size:
        name = f"... and {count(rest.files, 'file')}"
        yield _row(replace(rest, name=name), measured, level)


def _opened(branches: Sequence[Branch]) -> Sequence[Branch]:
    """A folder that holds nearly everything tells nothing new: instead of it, what is in it."""
    if not branches or not branches[0].branches:
        return branches
    first, *others = branches
    if first.size < _NEARLY * sum(branch.size for branch in branches):
        return branches
    inner = [replace(branch, name=f"{first.name}{branch.name}") for branch in first.branches]
    return sorted([*inner, *others], key=lambda branch: (-branch.size, branch.name))


def _kinds(measured: Measured) -> Iterator[Row]:
    for kind in measured.kinds:
        yield replace(_row(kind, measured, 1), whole=measured.kinds[0].size)


def _large(branches: Sequence[Branch], measured: Measured) -> Sequence[Branch]:
    return [branch for branch in branches if branch.size and _SMALL * branch.size >= measured.size]


def _together(name: str, branches: Sequence[Branch]) -> Branch:
    return Branch(
        name=name,
        size=sum(branch.size for branch in branches),
        packed=sum(branch.packed for branch in branches),
        files=sum(branch.files for branch in branches),
    )


def _row(branch: Branch, measured: Measured, level: int) -> Row:
    packed = [] if measured.part.zipped is None else [human(branch.packed)]
    return Row(
        f"{'  ' * level}{branch.name}",
        (human(branch.size), *packed, share(branch.size, measured.size)),
        branch.size,
        measured.owners[0].size,
        thin=level > 1,
    )
