"""How long answers last, and when and how long to wait before another try."""

import pytest

from factories.indexes import HASTY
from prebuilt_index.index.freshness import SILENT_WINDOW, Validity, validity
from prebuilt_index.transport.port import HttpPolicy
from prebuilt_index.transport.retry import is_passing, pause, retry_after

NOW = 1_800_000_000.0
DATE = "Fri, 15 Jan 2027 08:00:00 GMT"
"""HTTP's way to write NOW."""


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, SILENT_WINDOW),
        ({"content-type": "text/html"}, SILENT_WINDOW),
        ({"cache-control": "public"}, SILENT_WINDOW),
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": 'Public, MAX-AGE="60"'}, 60),
        ({"cache-control": "max-age=600", "age": "100"}, 500),
        ({"cache-control": "max-age=600", "age": "700"}, 0),
        ({"cache-control": "max-age=600", "age": "soon"}, 600),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=ever"}, 0),
        ({"cache-control": "max-age=" + "9" * 5000}, 86_400),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "no-store"}, 0),
        ({"cache-control": "s-maxage=600", "etag": '"x"'}, 0),
        ({"etag": '"x"'}, 0),
        ({"last-modified": DATE}, 0),
        ({"etag": '"x"', "cache-control": "max-age=600"}, 600),
        ({"expires": "Fri, 15 Jan 2027 08:01:00 GMT"}, 60),
        ({"expires": "Fri, 15 Jan 2027 08:01:00 GMT", "cache-control": "max-age=5"}, 5),
        ({"expires": DATE}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "Fri, 99 Jan 99999999 99:00:00 GMT"}, 0),
    ],
)
def test_an_answer_lasts_as_its_headers_say(headers: dict[str, str], seconds: float) -> None:
    """Ages count from now; silence has a window of its own; a validator without an age means asking."""
    assert validity(headers, NOW).fresh_until == NOW + seconds


def test_questions_carry_the_validators() -> None:
    """Both are sent where both are known, none where none is."""
    both = validity({"etag": 'W/"x"', "last-modified": DATE}, NOW)

    assert both.questions == {"if-none-match": 'W/"x"', "if-modified-since": DATE}
    assert Validity(fresh_until=0.0).questions == {}


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("2", 2),
        (" 2 ", 2),
        ("0", 0),
        ("1000000000", 60),
        ("9" * 10_000, 60),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("\N{SUPERSCRIPT TWO}", None),
        ("Fri, 15 Jan 2027 08:00:07 GMT", 7),
        ("Fri, 15 Jan 2027 09:00:00 GMT", 60),
        ("Thu, 14 Jan 2027 08:00:00 GMT", None),
        ("Fri, 15 Jan 99999999 08:00:00 GMT", None),
    ],
)
def test_retry_after_is_honoured_up_to_a_minute(value: str | None, seconds: float | None) -> None:
    """Seconds or a date; what is past, negative or junk says nothing."""
    assert retry_after(value, HttpPolicy(), NOW) == seconds


def test_pauses_double_up_to_a_cap_and_are_drawn_below_it() -> None:
    """Full jitter: anything between nothing and the ceiling."""
    policy = HttpPolicy()
    ceilings = [pause(policy, failures, 1.0) for failures in range(1, 10)]

    assert ceilings == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
    assert pause(policy, 3, 0.0) == 0.0
    assert pause(policy, 3, 0.25) == 0.5


@pytest.mark.parametrize(
    ("status", "passing"),
    [
        (200, False),
        (304, False),
        (400, False),
        (401, False),
        (404, False),
        (408, True),
        (429, True),
        (500, True),
        (503, True),
        (520, True),
        (599, True),
    ],
)
def test_some_statuses_pass(status: int, passing: bool) -> None:
    """Overload and faults of the server may be gone the next time; refusals are not."""
    assert is_passing(status) is passing


def test_the_hasty_policy_only_shortens_times() -> None:
    """Tests count the same tries and redirects as users get."""
    assert (HASTY.tries, HASTY.redirects) == (HttpPolicy().tries, HttpPolicy().redirects)
