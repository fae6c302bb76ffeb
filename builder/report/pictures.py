"""Rows of figures with bars, in as many columns as a terminal has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from builder.report.cells import columns_of, fitted, printable
from builder.report.sizes import bar

_WIDEST_BAR = 40
_NARROWEST_BAR = 14
_NARROWEST_NAME = 16
_GAP = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A name, figures right of it, and a bar."""

    name: str
    figures: tuple[str, ...] = ()
    """As many in each row of a picture; none: the name may be as long as a line."""
    part: int = 0
    whole: int = 0
    """The bar has its full length when `part` is `whole`; there is none for 0."""
    thin: bool = False
    """For what is counted in a row above already."""


def picture(rows: Sequence[Row], columns: int) -> Iterator[str]:
    """The rows, aligned; names are made printable and shortened where the bars would get too short.

    No line has more than `columns` columns, down to what the figures and a short name need.
    """
    figures = [row.figures for row in rows if row.figures]
    widths = [max(map(len, column)) for column in zip(*figures, strict=True)]
    room = columns - sum(width + _GAP for width in widths)
    names = [printable(row.name) for row in rows]
    longest = max((columns_of(name) for name, row in zip(names, rows, strict=True) if row.figures), default=0)
    name_width = min(longest, max(_NARROWEST_NAME, room - _GAP - _NARROWEST_BAR))
    bar_width = min(_WIDEST_BAR, room - _GAP - name_width)
    for name, row in zip(names, rows, strict=True):
        if not row.figures:
            yield fitted(name, columns).rstrip()
            continue
        cells = [fitted(name, name_width)]
        cells += [figure.rjust(width) for figure, width in zip(row.figures, widths, strict=True)]
        cells += [bar(row.part, row.whole, bar_width, thin=row.thin)] if bar_width > 0 else []
        yield (" " * _GAP).join(cells).rstrip()


def pictures(sections: Sequence[Sequence[Row]], columns: int) -> Iterator[str]:
    """Pictures with the same columns, an empty line before each."""
    lines = picture([row for section in sections for row in section], columns)
    for section in sections:
        yield ""
        yield from islice(lines, len(section))
