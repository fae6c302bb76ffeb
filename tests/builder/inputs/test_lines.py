"""Text to logical lines."""

import pytest

from builder.inputs.lines import logical_lines
from factories.patience import no_hang


def lines(text: str, **environ: str) -> list[tuple[int, str]]:
    return [(line.number, line.text) for line in logical_lines(text, environ)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n \n\t\n", []),
        ("a\r\nb\rc", [(1, "a"), (2, "b"), (3, "c")]),
        ("  a  ", [(1, "a")]),
        # comments
        ("# a", []),
        ("   # a\nb", [(2, "b")]),
        ("a # b", [(1, "a")]),
        ("a\t# b", [(1, "a")]),
        ("a #", [(1, "a")]),
        ("a#b", [(1, "a#b")]),
        ("https://h/x#egg=y # z", [(1, "https://h/x#egg=y")]),
        ("https://h/x#egg=y#z", [(1, "https://h/x#egg=y#z")]),
        # continuations
        ("a\\\nb", [(1, "ab")]),
        ("a \\\n  b", [(1, "a   b")]),
        ("x\na \\\nb \\\nc\nd", [(1, "x"), (2, "a b c"), (5, "d")]),
        ("a \\", [(1, "a")]),
        ("\\", []),
        ("\\\na", [(1, "a")]),
        ("a \\\n\nb", [(1, "a"), (3, "b")]),
        # a comment ends a continued line, and is not continued itself
        ("a \\\n# b\nc", [(1, "a"), (3, "c")]),
        ("a \\\n# b \\\nc", [(1, "a"), (3, "c")]),
        ("a\\\n# b", [(1, "a")]),
        ("# a \\\nb", [(2, "b")]),
        ("a # b \\\nc", [(1, "a")]),
    ],
)
def test_lines_are_joined_and_stripped_as_pip_does(text: str, expected: list[tuple[int, str]]) -> None:
    """A logical line has the number of its first physical line."""
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${NAME}", "numpy"),
        ("https://${NAME}:${TOKEN_2}@h", "https://numpy:xyz@h"),
        ("${UNSET}==1", "${UNSET}==1"),
        ("${EMPTY}", "${EMPTY}"),
        ("$NAME", "$NAME"),
        ("${name}", "${name}"),
        ("%NAME%", "%NAME%"),
        ("${ NAME }", "${ NAME }"),
        ("${SELF}", "${NAME}"),
    ],
)
def test_variables_are_expanded_in_one_form_only(text: str, expected: str) -> None:
    """`${UPPER_CASE}` of a variable that has a value; values are not expanded again."""
    environ = {"NAME": "numpy", "TOKEN_2": "xyz", "EMPTY": "", "name": "no", "SELF": "${NAME}"}

    assert lines(text, **environ) == [(1, expected)]


def test_a_variable_cannot_add_a_comment_or_a_line() -> None:
    """Expansion comes last."""
    assert lines("a ${X}", X="# b\nc") == [(1, "a # b\nc")]


@pytest.mark.parametrize(
    "text", ["a" + " " * 10**6 + "b", "a#" * 500_000, "\\\n" * 500_000, "${A}" * 250_000, "a #" * 300_000]
)
def test_time_is_linear(text: str) -> None:
    """A megabyte of any shape takes well under the seconds that a quadratic step would take."""
    with no_hang():
        lines(text, A="x")
