"""Content of members, inflated again after it was verified."""

from contextlib import closing
from pathlib import Path

import pytest

from builder.link.contents import PIECE, WHOLE, inflated, read_content
from builder.link.stream import WheelReader
from factories.bundles import verified_wheel


@pytest.mark.parametrize(
    "body", [bytes(WHOLE + 10), bytes(range(256)) * (WHOLE // 256 + 1)], ids=["zeros", "rest"]
)
def test_a_large_member_comes_in_small_pieces(tmp_path: Path, body: bytes) -> None:
    """However well it is compressed: 256 KiB of it may be 256 MiB."""
    wheel = verified_wheel(tmp_path, "demo", {"demo/large.bin": body})
    member = next(member for member in wheel.members if member.path == "demo/large.bin")
    with closing(WheelReader(wheel.path)) as reader:
        pieces = list(inflated(reader, member))

    assert max(map(len, pieces)) <= PIECE
    assert b"".join(pieces) == body
    assert read_content(wheel.path, member) == body
