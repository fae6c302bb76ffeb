"""What a terminal shows is one line, and as wide as was reckoned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.report.cells import columns_of, fitted, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("numpy/a.py", "numpy/a.py"),
        ("a\x1b[31mb\r\n\tc", "a?[31mb???c"),
        ("a\u202eb\u200bc", "a?b?c"),
        ("\udcff", "?"),
        ("名前 é", "名前 é"),
    ],
)
def test_what_a_terminal_would_obey_is_a_question_mark(text: str, shown: str) -> None:
    """Escapes, line ends, direction marks, bytes that are no text."""
    assert printable(text) == shown


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("名前", 4), ("e\u0301", 1), ("\uff58", 2)])
def test_knows_how_wide_characters_are(text: str, columns: int) -> None:
    """East Asian ones take two columns, combining marks none."""
    assert columns_of(text) == columns


@pytest.mark.parametrize(
    ("text", "columns", "shown"),
    [
        ("short", 8, "short   "),
        ("libscipy_openblas64_-4b78795a.so", 16, "libscipy…795a.so"),
        ("名前名前名前", 6, "名…前"),
        ("名前", 1, "…"),
    ],
)
def test_a_long_name_keeps_its_ends(text: str, columns: int, shown: str) -> None:
    """Its middle tells least."""
    assert fitted(text, columns).rstrip() == shown.rstrip()
    assert columns_of(fitted(text, columns)) == columns


@given(text=st.text(), columns=st.integers(1, 60))
def test_whatever_it_is_fills_its_column(text: str, columns: int) -> None:
    """Any text in any width."""
    assert columns_of(fitted(printable(text), columns)) == columns
