"""Compiled files without what no loader reads, as members of an overlay are made of them."""

from contextlib import closing

import pytest

from builder.fragments import overlay
from builder.fragments.overlay import LEAST, stripped
from factories.linked import Part, make_linked

TEXT = Part(name=".text", content=b"\x90" * 9000, address=0x1000)


@pytest.mark.parametrize("large", [1 << 30, 1000], ids=["held", "in a file"])
def test_what_is_made_is_the_same_wherever_it_is_held(monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    monkeypatch.setattr(overlay, "_LARGE", large)
    made = stripped(memoryview(make_linked([TEXT, Part(name=".debug_info", content=b"d" * 2 * LEAST)])))
    assert made is not None
    if not isinstance(made, bytes):
        with closing(made):
            made.seek(0)
            made = made.read()

    assert stripped(memoryview(made)) is None
    assert b"d" * 50 not in made
    assert b"\x90" * 9000 in made


def test_a_page_less_is_not_worth_compressing_anew() -> None:
    content = make_linked([TEXT, Part(name=".debug_info", content=b"d" * 3000)])

    assert stripped(memoryview(content)) is None
