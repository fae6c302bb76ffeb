"""Whatever is in a .py file, it is read to its end, soon."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.slim.lexer import decoded, lexed
from builder.slim.mentions import mentions_of
from builder.slim.names import ModuleName
from builder.slim.reach import loaded_by
from builder.slim.strings import tails_in
from factories.patience import no_hang

MODULE = ModuleName("a.tests", True)
WORDS = '\' " f\' { } {{ \\ # ( ) : . from import tests a %s + rb é , as * \'\'\' """ f"""'
PIECES = st.sampled_from([*WORDS.split(" "), " ", "\n", "\0"])
REPEATED = (
    "'|\"|\\|(|f'{|f\"\"\"{|f'{a:{|from . |from.|from a import (|import a,|.tests|a.|a . |'tests' |'tests' +"
    "|f'{tests}'|{tests}|'%s.tests'\n"
    "|# tests\n|tests/|'''a|lazy |import a as b;|'import a;| |\n|aaaaa"
)


@given(st.lists(PIECES, max_size=60).map("".join))
@settings(max_examples=400, deadline=None)
def test_no_text_is_refused(text: str) -> None:
    """Text that is no Python gives some answer, and the same one twice."""
    content = text.encode()

    assert mentions_of(content, MODULE, inside=True) == mentions_of(content, MODULE, inside=True)
    assert list(loaded_by(content, MODULE)) == list(loaded_by(content, MODULE))
    assert lexed(text) == lexed(text)


@given(st.binary(max_size=300))
def test_no_bytes_are_refused(content: bytes) -> None:
    """Bytes of no encoding are text as well."""
    found = mentions_of(content + b"\nimport a.tests\n'\"a.tests", MODULE, inside=True)

    assert found.names


def test_an_encoding_of_names_of_hosts_is_none() -> None:
    """Of quadratic time: it is read as UTF-8."""
    content = b"# coding: punycode\n#-" + b"a" * 20_000

    assert decoded(content) == content.decode()
    assert content.decode("punycode") != content.decode()


@pytest.mark.parametrize("piece", REPEATED.split("|"))
def test_time_grows_with_length_alone(piece: str) -> None:
    """Seconds for any piece, over and over; minutes if time grew with the square of the length."""
    content = (piece * (300_000 // len(piece)) + " tests").encode()
    with no_hang():
        mentions_of(content, MODULE, inside=True)
        list(loaded_by(content, MODULE))
        tails_in(content)
