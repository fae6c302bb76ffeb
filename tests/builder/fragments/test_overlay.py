"""Compiled files without what no loader reads, as members of an overlay are made of them."""

from pathlib import Path

import pytest

from builder.fragments import overlay
from builder.fragments.overlay import LEAST, stripped
from factories.linked import Part, make_linked

TEXT = Part(name=".text", content=b"\x90" * 9000, address=0x1000)


@pytest.mark.parametrize("large", [1 << 30, 1000], ids=["held", "mapped"])
def test_what_is_made_is_the_same_wherever_it_is_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(overlay, "_LARGE", large)
    scratch = tmp_path / "library.so"
    scratch.write_bytes(make_linked([TEXT, Part(name=".debug_info", content=b"d" * 2 * LEAST)]))
    with stripped(scratch) as content:
        assert content is not None
        made = bytes(content)

    scratch.write_bytes(made)
    with stripped(scratch) as again:
        assert again is None
    assert b"d" * 50 not in made
    assert b"\x90" * 9000 in made
    assert [each.name for each in tmp_path.iterdir()] == ["library.so"]


def test_a_page_less_is_not_worth_compressing_anew(tmp_path: Path) -> None:
    scratch = tmp_path / "library.so"
    scratch.write_bytes(make_linked([TEXT, Part(name=".debug_info", content=b"d" * 3000)]))
    with stripped(scratch) as content:
        assert content is None
