"""What changed between two bundles, as text for people: what changed most comes first."""

from collections import Counter
from collections.abc import Iterator, Sequence

from builder.inspection.difference import Difference, FileChange, OwnerChange
from builder.report.cells import PLAIN, printable
from builder.report.pictures import Row, picture, pictures
from builder.report.sizes import change, count, human

LARGEST = 10
"""As many distributions are shown."""
_FILES = 3
"""As many files of a distribution."""
_SMALL = 20
"""A file that changed by less than this part of the largest change is counted, not shown."""
_WORDS = (("+", "added"), ("-", "removed"), ("~", "changed"))


def diff_text(difference: Difference, *, columns: int = PLAIN, everything: bool = False) -> Iterator[str]:
    """Totals before and after, distributions with files, kinds; headings do not begin with a space.

    `+` is new, `-` is gone, `~` is another. `everything`: nothing is folded.
    """
    old, new = difference.old, difference.new
    roles = f": a {old.role.value} -> a {new.role.value}" if old.role is not new.role else ""
    yield printable(f"{old.name} -> {new.name}{roles}")
    yield ""
    yield from picture([*_totals(difference)], columns)
    if difference.is_empty:
        yield ""
        yield f"  No file differs: {count(len(new.entries), 'file')}"
        return
    figures = ("before", "after", "change")
    owners = [Row("By distribution", figures), *_owners(difference, everything)]
    yield from pictures([owners, [Row("By kind", figures), *_kinds(difference)]], columns)


def _totals(difference: Difference) -> Iterator[Row]:
    old, new = difference.old, difference.new
    whole = max(old.unzipped, new.unzipped, old.zipped or 0, new.zipped or 0)
    for label, before, after in (
        ("unzipped", old.unzipped, new.unzipped),
        ("zipped", old.zipped, new.zipped),
    ):
        if before is None or after is None:
            continue
        grown = f"{100 * (after - before) / before:+.0f} %" if before and after != before else ""
        yield Row(f"  {label:8}  before", (human(before), "", ""), before, whole)
        yield Row(f"  {'':8}  after", (human(after), change(after - before), grown), after, whole)


def _owners(difference: Difference, everything: bool) -> Iterator[Row]:
    owners = difference.owners
    # Files may outweigh what their distribution gained or lost by them.
    changes = ((owner.change, *(file.change for file in owner.files)) for owner in owners)
    whole = max(abs(each) for one in changes for each in one)
    shown = owners if everything or len(owners) <= LARGEST + 1 else owners[:LARGEST]
    for owner in shown:
        yield _row(f"  {_sign(owner.old, owner.new)} {_name(owner)}", owner.before, owner.after, whole)
        yield from _files(owner, whole, everything)
    rest = owners[len(shown) :]
    if rest:
        before, after = sum(owner.before for owner in rest), sum(owner.after for owner in rest)
        yield _row(f"  ... and {len(rest):,} more", before, after, whole)
    if difference.unchanged:
        yield Row(f"    {difference.unchanged:,} unchanged")


def _name(owner: OwnerChange) -> str:
    old, new = ", ".join(owner.old or ()), ", ".join(owner.new or ())
    if owner.old is None or owner.new is None or old == new:
        return f"{owner.name} {new or old}".rstrip()
    return f"{owner.name} {old or 'without version'} -> {new or 'without version'}"


def _files(owner: OwnerChange, whole: int, everything: bool) -> Iterator[Row]:
    """Files of a distribution that is in both: those that weigh, and how many there are beside them."""
    if not everything and (owner.old is None or owner.new is None):
        return
    large = [file for file in owner.files if file.change and _SMALL * abs(file.change) >= whole]
    shown = owner.files if everything else large[:_FILES]
    for file in shown:
        sign = _sign(file.before, file.after)
        yield _row(f"      {sign} {file.path}", file.before or 0, file.after or 0, whole, thin=True)
    rest = owner.files[len(shown) :]
    if rest:
        yield Row(f"      {'... and ' if shown else ''}{_counted(rest)}")


def _counted(files: Sequence[FileChange]) -> str:
    """`1 file added, 3 removed, 340 changed`."""
    counts = Counter(_sign(file.before, file.after) for file in files)
    told = [(counts[sign], word) for sign, word in _WORDS if counts[sign]]
    first = f"{count(told[0][0], 'file')} {told[0][1]}"
    return ", ".join([first, *(f"{number:,} {word}" for number, word in told[1:])])


def _kinds(difference: Difference) -> Iterator[Row]:
    whole = max(abs(kind.change) for kind in difference.kinds)
    for kind in difference.kinds:
        yield _row(f"  {kind.name}", kind.before, kind.after, whole)


def _sign(old: object, new: object) -> str:
    return "+" if old is None else "-" if new is None else "~"


def _row(name: str, before: int, after: int, whole: int, *, thin: bool = False) -> Row:
    grown = after - before
    return Row(
        name,
        (human(before) if before else "-", human(after) if after else "-", change(grown) if grown else "="),
        abs(grown),
        whole,
        thin=thin,
    )
