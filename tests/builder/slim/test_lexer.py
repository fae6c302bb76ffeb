"""Source taken apart: what is code, what is a string, and whether that is sure."""

import pytest

from builder.slim.lexer import decoded, lexed


@pytest.mark.parametrize(
    ("source", "strings"),
    [
        ("x = 'a' # 'b'", ["a"]),
        (
            'x = "it\'s" + """two\nlines "quoted" """',
            ["it's\0", "it's", '\0two\nlines "quoted" ', 'two\nlines "quoted" '],
        ),
        (r"x = 'a\'b'", [r"a\'b"]),
        (r"x = r'\'", None),  # a raw string cannot end in a backslash
        ("x = ('a.' # why\n 'b')", ["a.b", "a.", "b"]),
        ("x = f'{a}.tests'", ["\0.tests"]),
        ("x = f'{d['tests']}!'", ["tests", "\0!"]),  # PEP 701
        ("x = t'{d[\"a\"]:{width}}'", ["a"]),  # PEP 750
        ("x = rf'\\{a}'", ["\\\0"]),
        ("x = f'{{}}'", ["{{}}"]),
        ("x = f'{a!r:>{w}}' 'b'", ["\0b", "b"]),
        ("x = 'open\ny = 1", None),
        ('x = """open', None),
        ("x = f'{open'", None),
        ("print 'a', `b`", ["a"]),  # Python 2
        ("x = ur'a'", ["a"]),  # Python 2
    ],
)
def test_strings_end_where_python_ends_them(source: str, strings: list[str] | None) -> None:
    """All contents in order, neighbours joined as well; none where a string has no end."""
    taken = lexed(source)

    assert taken.sure == (strings is not None)
    assert list(taken.strings) == (strings or [])


def test_code_is_without_strings_and_comments() -> None:
    """A string leaves one mark; code in the braces of an f-string follows behind."""
    taken = lexed("a = 'x' # y\nb = f'{c.d}'\n")

    assert taken.code.split() == ["a", "=", '"', "b", "=", 'f"', "c.d"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"# coding: latin-1\nx = '\xe9'\n", "é"),
        (b"#!/bin/sh\n# -*- coding: cp1252 -*-\nx = '\x80'\n", "€"),
        (b"\xef\xbb\xbfx = '\xc3\xa9'\r\n", "é"),
        (b"# coding: no-such-thing\nx = '\xc3\xa9'\n", "é"),
        (b"x = '\xe9'\n", "é"),
    ],
)
def test_text_is_what_its_declaration_says(content: bytes, text: str) -> None:
    """PEP 263 first, then UTF-8, then Latin-1, which cannot fail."""
    source = decoded(content)

    assert f"'{text}'" in source
    assert "\r" not in source
    assert not source.startswith("\ufeff")
