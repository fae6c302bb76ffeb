"""Bytes to text."""

import codecs

import pytest

from builder.errors import InvalidRequirementError
from builder.inputs.text import decode


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        (b"numpy", "numpy"),
        ("# é\nnumpy".encode(), "# é\nnumpy"),
        (codecs.BOM_UTF8 + b"numpy", "numpy"),
        (codecs.BOM_UTF16_LE + "numpy".encode("utf-16-le"), "numpy"),
        (codecs.BOM_UTF16_BE + "numpy".encode("utf-16-be"), "numpy"),
        (codecs.BOM_UTF32_LE + "numpy".encode("utf-32-le"), "numpy"),
        (codecs.BOM_UTF32_BE + "numpy".encode("utf-32-be"), "numpy"),
        ("numpy".encode("utf-16"), "numpy"),
        ("numpy".encode("utf-32"), "numpy"),
        ("# coding=latin1\n# café".encode("latin-1"), "# coding=latin1\n# café"),
        ("#!x\n# -*- coding: cp1252 -*-\n# €".encode("cp1252"), "#!x\n# -*- coding: cp1252 -*-\n# €"),
    ],
)
def test_text_is_found_by_mark_then_coding_line_then_utf8(content: bytes, text: str) -> None:
    """Every encoding pip knows is read."""
    assert decode(content) == text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"numpy\nscipy # caf\xe9\n", "it is not utf-8 at byte 17 (line 2)"),
        (codecs.BOM_UTF16_LE + b"a", "it is not utf-16-le at byte 2 (line 1)"),
        (b"# coding: ascii\n\xff", "it is not ascii at byte 16 (line 2)"),
        (b"# coding: nonsense\n", "its coding line names `nonsense`, which is no text encoding"),
        (b"# coding: rot13\n", "its coding line names `rot13`, which is no text encoding"),
        (b"# coding: undefined\n", "it is not undefined"),
        ("a\nnumpy".encode("utf-16-le"), "it holds a NUL character on line 1"),
        (b"x\n\n# coding: latin-1\n\xe9", "it is not utf-8 at byte 21 (line 4)"),
    ],
)
def test_undecodable_bytes_are_told_with_their_place(content: bytes, told: str) -> None:
    """The locale of the host is never asked."""
    with pytest.raises(InvalidRequirementError) as caught:
        decode(content)

    assert caught.value.summary == told
