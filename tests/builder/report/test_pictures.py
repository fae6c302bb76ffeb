"""Bars and rows of figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.report.cells import columns_of
from builder.report.pictures import Row, picture
from builder.report.sizes import bar, change, count, gauge, share


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 9, ""),
        (1, 10**9, "▌"),
        (5, 10, "██"),
        (3, 8, "█▌"),
        (10, 10, "████"),
        (99, 10, "████"),
        (1, 0, ""),
    ],
)
def test_a_bar_is_right_to_half_a_cell(part: int, whole: int, shown: str) -> None:
    """Nothing has none, anything more has some, and too much is no longer than all."""
    assert bar(part, whole, 4) == shown
    assert bar(part, whole, 4, thin=True) == shown.replace("█", "━").replace("▌", "╸")
    assert gauge(part, whole, 4) == shown + "░" * (4 - len(shown))


@pytest.mark.parametrize(
    ("part", "told"), [(0, "0 %"), (1, "<1 %"), (499, "<1 %"), (501, "1 %"), (100_000, "100 %")]
)
def test_what_rounds_to_nothing_is_still_something(part: int, told: str) -> None:
    """Only nothing is 0 %."""
    assert share(part, 100_000) == told


def test_numbers_are_told_with_their_sign_and_thing() -> None:
    """One is no plural."""
    assert [change(size) for size in (0, 2048, -2048)] == ["0 B", "+2.0 KB", "-2.0 KB"]
    assert [count(number, "file") for number in (0, 1, 6677)] == ["0 files", "1 file", "6,677 files"]


def test_rows_are_aligned() -> None:
    """Figures to the right, bars from one column on; a row without figures may be as long as a line."""
    rows = [
        Row("", ("unpacked", "share")),
        Row("  numpy 2.5.5", ("50.3 MB", "100 %"), 8, 8),
        Row("    numpy/", ("4.1 MB", "8 %"), 1, 8, thin=True),
        Row("  a remark that is longer than any name"),
    ]

    assert list(picture(rows, 46)) == [
        "               unpacked  share",
        "  numpy 2.5.5   50.3 MB  100 %  ██████████████",
        "    numpy/       4.1 MB    8 %  ━━",
        "  a remark that is longer than any name",
    ]


@given(
    names=st.lists(st.text(max_size=200), min_size=1, max_size=5),
    columns=st.integers(40, 200),
    part=st.integers(0, 10),
)
def test_no_line_is_longer_than_the_terminal(names: list[str], columns: int, part: int) -> None:
    """Whatever names an archive has."""
    rows = [Row(name, ("1,000.0 MB", "100 %"), part, 10) for name in names] + [Row(name) for name in names]
    lines = list(picture(rows, columns))

    assert len(lines) == len(rows)
    assert all(columns_of(line) <= columns and line.isprintable() for line in lines)
