"""What an engine says while it makes an image, which comes in pieces."""

from typing import Any

import pytest

from manylinux.containers.building import _hear_all, _lines
from manylinux.errors import ImageBuildError

RED, PLAIN = "\x1b[91m", "\x1b[0m"


def test_lines_are_put_together_from_pieces_and_lose_their_colours() -> None:
    """As Docker sends what `apt-get` prints as an error, while a line of its output is not at its end."""
    errors = [f"{RED}{piece}{PLAIN}" for piece in ("E", ": ", "Unable to locate\n")]
    events: list[dict[str, Any]] = [{"stream": piece} for piece in ("Reading...", *errors, "Done\r\nlast")]
    events += [{"status": "Pulling"}, {"aux": {"ID": "x"}}, {"stream": "end"}]
    told = [line.text for line in _lines(events)]
    assert told == ["E: Unable to locate", "Reading...Done", "last", "Pulling", "end"]


def test_an_error_is_the_last_word_and_quoted_whole() -> None:
    heard: list[bytes] = []
    events = [{"stream": "Step 1\n"}, {"stream": "half a line"}, {"error": "it failed:\ncode 100"}]
    with pytest.raises(ImageBuildError) as caught:
        _hear_all("name", events, heard.append)
    assert caught.value.evidence == ("Step 1", "half a line", "it failed:", "code 100")
    assert b"".join(heard) == b"Step 1\nhalf a line\nit failed:\ncode 100\n"


def test_what_went_to_standard_error_is_quoted_wherever_it_came() -> None:
    """Docker reads the two outputs apart: the error of `apt-get` may come before what was printed first."""
    events = [{"stream": f"{RED}E: none of that name\n{PLAIN}"}]
    events += [{"stream": f"Reading {number}\n"} for number in range(20)]
    with pytest.raises(ImageBuildError) as caught:
        _hear_all("name", [*events, {"error": "code 100"}], lambda _: None)
    assert caught.value.evidence[0] == "E: none of that name"
    assert caught.value.evidence[1:] == (*(f"Reading {number}" for number in range(14, 20)), "code 100")
