"""Conditions and ranges, by RFC 9110."""

import pytest

from prebuilt_index.serving.conditions import Part, Validators, Verdict, judge

STATE = Validators(etag="abc", modified=1_700_000_000)
THEN = "Tue, 14 Nov 2023 22:13:20 GMT"
BEFORE = "Tue, 14 Nov 2023 22:13:19 GMT"
AFTER = "Tue, 14 Nov 2023 22:13:21 GMT"
SIZE = 100


def answer(**headers: str) -> Verdict | Part:
    return judge({f"HTTP_{name.upper()}": value for name, value in headers.items()}, STATE, SIZE)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Verdict.WHOLE),
        ({"if_none_match": '"abc"'}, Verdict.NOT_MODIFIED),
        ({"if_none_match": 'W/"abc"'}, Verdict.NOT_MODIFIED),
        ({"if_none_match": '"x", "abc"'}, Verdict.NOT_MODIFIED),
        ({"if_none_match": "*"}, Verdict.NOT_MODIFIED),
        ({"if_none_match": '"x"'}, Verdict.WHOLE),
        ({"if_none_match": '"x"', "if_modified_since": THEN}, Verdict.WHOLE),
        ({"if_modified_since": THEN}, Verdict.NOT_MODIFIED),
        ({"if_modified_since": AFTER}, Verdict.NOT_MODIFIED),
        ({"if_modified_since": BEFORE}, Verdict.WHOLE),
        ({"if_modified_since": "yesterday"}, Verdict.WHOLE),
        ({"if_modified_since": "Tue, 14 Nov 99999 22:13:20 GMT"}, Verdict.WHOLE),
        ({"if_match": '"abc"'}, Verdict.WHOLE),
        ({"if_match": "*"}, Verdict.WHOLE),
        ({"if_match": '"x"'}, Verdict.PRECONDITION_FAILED),
        ({"if_match": 'W/"abc"'}, Verdict.PRECONDITION_FAILED),
        ({"if_match": '"abc"', "if_unmodified_since": BEFORE}, Verdict.WHOLE),
        ({"if_unmodified_since": BEFORE}, Verdict.PRECONDITION_FAILED),
        ({"if_unmodified_since": THEN}, Verdict.WHOLE),
        ({"if_none_match": '"abc"', "range": "bytes=0-1"}, Verdict.NOT_MODIFIED),
    ],
)
def test_preconditions(headers: dict[str, str], expected: Verdict) -> None:
    assert answer(**headers) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("bytes=0-0", Part(offset=0, length=1)),
        ("bytes=10-19", Part(offset=10, length=10)),
        ("bytes=90-", Part(offset=90, length=10)),
        ("bytes=90-1000", Part(offset=90, length=10)),
        ("bytes=-10", Part(offset=90, length=10)),
        ("bytes=-1000", Part(offset=0, length=100)),
        ("BYTES=0-0", Part(offset=0, length=1)),
        ("bytes=100-", Verdict.UNSATISFIABLE),
        ("bytes=100-200", Verdict.UNSATISFIABLE),
        ("bytes=0-1,5-6", Verdict.WHOLE),
        ("bytes=5-1", Verdict.WHOLE),
        ("bytes=a-b", Verdict.WHOLE),
        ("bytes=", Verdict.WHOLE),
        ("bytes=-", Verdict.WHOLE),
        ("bytes", Verdict.WHOLE),
        ("lines=0-1", Verdict.WHOLE),
        (f"bytes=0-{'9' * 5000}", Verdict.WHOLE),
    ],
)
def test_ranges(wanted: str, expected: Verdict | Part) -> None:
    assert answer(range=wanted) == expected


@pytest.mark.parametrize(
    ("condition", "counts"),
    [('"abc"', True), ('"x"', False), ('W/"abc"', False), (THEN, True), (AFTER, False), ("junk", False)],
)
def test_a_part_of_another_state_is_not_given(condition: str, counts: bool) -> None:
    expected = Part(offset=0, length=1) if counts else Verdict.WHOLE
    assert answer(range="bytes=0-0", if_range=condition) == expected


def test_nothing_is_a_part_of_an_empty_file() -> None:
    assert judge({"HTTP_RANGE": "bytes=0-0"}, STATE, 0) is Verdict.UNSATISFIABLE
    assert judge({"HTTP_RANGE": "bytes=-5"}, STATE, 0) is Verdict.UNSATISFIABLE


def test_pages_have_no_parts_and_without_a_time_only_their_tag_counts() -> None:
    made = Validators(etag="abc")
    assert judge({"HTTP_RANGE": "bytes=0-0"}, made, None) is Verdict.WHOLE
    assert judge({"HTTP_IF_MODIFIED_SINCE": AFTER}, made, None) is Verdict.WHOLE
    assert [name for name, _ in made.headers] == ["ETag"]
