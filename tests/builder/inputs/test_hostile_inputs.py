"""Laws for any input at all."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.inputs.lines import logical_lines
from builder.inputs.messages import shown
from factories.inputs import read_text, read_words
from manylinux.errors import LbuildError

PIECES = st.sampled_from(
    [
        "numpy",
        "a",
        "==",
        "=",
        "1.0",
        ">=",
        "<",
        ",",
        ";",
        " ;",
        "; ",
        "@",
        " @ ",
        "[",
        "]",
        "[x]",
        "#",
        " #",
        "\\",
        "\n",
        "\r",
        " ",
        "\t",
        "-",
        "--",
        "-r",
        "-e ",
        "-c ",
        "-i ",
        "-f ",
        "-C",
        "--hash=sha256:",
        "--hash",
        "--pre",
        "--no-binary ",
        "--require-hashes",
        "--index-url=",
        "https://",
        "http:",
        "file:",
        "file://",
        "git+https://",
        "git+",
        "u:p@",
        "h",
        "/",
        "./",
        "../",
        "C:\\",
        "pkg",
        "./pkg",
        ".whl",
        ".tar.gz",
        ".txt",
        "demo-1.0-py3-none-any.whl",
        "requirements.txt",
        "#egg=",
        "&subdirectory=",
        "#sha256=",
        "0" * 64,
        "${X}",
        "${",
        "}",
        "os_name == 'nt'",
        "python_version",
        "'",
        '"',
        "(",
        ")",
        "\0",
        "\x1b",
        "\u2028",
        "\xa0",
        "é",
        "\ud800",
        "%",
        "%00",
        "*",
        "!",
        "~",
    ]
)
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=60)


@given(TEXTS)
@settings(max_examples=600, deadline=None)
@example("[" * 3000)
@example("a; " + "(" * 3000)
@example("a @ https://[::1")
@example("a @ file:\0")
@example("./%00")
def test_any_text_is_read_or_told(text: str) -> None:
    """Nothing but an LbuildError leaves the reading of a file."""
    with suppress(LbuildError):
        read_text(text.encode("utf-8", "replace"), environ={"X": "v; é\n--bogus"})


@given(st.binary(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_told(content: bytes) -> None:
    """Of a requirements file and of a pyproject.toml."""
    for name in ("requirements.txt", "pyproject.toml"):
        with suppress(LbuildError):
            read_words(name, files={name: content})


@given(st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_words_are_read_or_told(words: list[str]) -> None:
    """Of a command line, lone surrogates included."""
    with suppress(LbuildError):
        read_words(*words, files={"requirements.txt": "numpy"}, stdin=lambda: b"")


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_line_numbers_rise_and_lie_in_the_text(text: str) -> None:
    """Each logical line begins on a line of its own."""
    numbers = [line.number for line in logical_lines(text, {})]

    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= len(text.splitlines()) for number in numbers)


@given(TEXTS)
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    """Any terminal and any encoding can take it."""
    assert shown(text).isprintable()
    assert len(shown(text)) < 2500


@pytest.mark.parametrize("separator", ["/", ":", "?", "#", "", " "])
def test_what_is_shown_holds_no_password(separator: str) -> None:
    """Wherever the address ends."""
    assert "hunter2" not in shown(f"see https://user:hunter2@host{separator}rest and git+ssh://x:hunter2@h")
