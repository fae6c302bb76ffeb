"""An entry has one JSON text, and is read back from it as it was."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prebuilt_index.errors import DamagedEntryError
from prebuilt_index.tree.entry import Entry, Provenance, demand_wheel_name
from prebuilt_index.tree.entry_form import entry_as_json, entry_from_json

NAME = "demo-1.0+local.1-2opt-cp313-cp313-manylinux_2_34_x86_64.whl"
lines = st.text().filter(str.isprintable)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
provenances = st.builds(
    Provenance,
    builder=lines,
    backend=st.none() | lines,
    target=st.none() | lines,
    recipe=st.none() | lines,
    recipe_sha256=st.none() | digests,
    source=st.none() | lines,
    source_sha256=st.none() | digests,
    commit=st.none() | lines,
    toolchain=st.dictionaries(lines, lines, max_size=3),
    requirements=st.lists(lines, max_size=3).map(tuple),
    notes=st.lists(lines, max_size=3).map(tuple),
)
entries = st.builds(
    Entry,
    filename=st.just(NAME),
    sha256=digests,
    size=st.integers(0, 1 << 40),
    metadata_sha256=digests,
    requires_python=st.none() | lines,
    yanked=st.none() | lines,
    upload_time=st.none() | st.datetimes(timezones=st.just(UTC)),
    provenance=st.none() | provenances,
)
PLAIN = Entry(filename=NAME, sha256="a" * 64, size=3, metadata_sha256="b" * 64)


@given(entries)
def test_what_is_written_is_read(entry: Entry) -> None:
    content = entry_as_json(entry)
    assert entry_from_json(content, filename=NAME) == entry
    assert entry_as_json(entry_from_json(content, filename=NAME)) == content


def test_the_text_is_the_same_whatever_the_order() -> None:
    one = Provenance(builder="x", toolchain={"zig": "1", "image": "2"})
    other = Provenance(builder="x", toolchain={"image": "2", "zig": "1"})
    texts = {entry_as_json(replace(PLAIN, provenance=each)) for each in (one, other)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"version": 2}, "its version is 2, this lbuild knows 1"),
        ({"version": None}, "its version is None"),
        ({"filename": "other-1.0-py3-none-any.whl"}, "about 'other-1.0"),
        ({"sha256": "a" * 63}, "`sha256` is no digest"),
        ({"sha256": "A" * 64}, "`sha256` is no digest"),
        ({"metadata_sha256": None}, "`metadata_sha256` is no digest"),
        ({"size": True}, "no number of bytes"),
        ({"size": -1}, "no number of bytes"),
        ({"size": 1.5}, "no number of bytes"),
        ({"yanked": "two\nlines"}, "`yanked` is no text of one line"),
        ({"yanked": False}, "`yanked` is no text of one line"),
        ({"surprise": 1}, "its key 'surprise' is unknown"),
        ({"upload_time": "2026-11-27T10:00:00"}, "no time with a zone"),
        ({"upload_time": "yesterday"}, "yesterday"),
        ({"upload_time": "0001-01-01T00:00:00+10:00"}, "before the first year"),
        ({"upload_time": "9999-12-31T23:00:00-10:00"}, "after the last"),
        ({"provenance": []}, "not a table"),
        ({"provenance": {}}, "`builder` is missing"),
        ({"provenance": {"builder": "x", "toolchain": {"zig": 1}}}, "`zig` is no text"),
        ({"provenance": {"builder": "x", "notes": "n"}}, "`notes` is not a list"),
    ],
)
def test_what_cannot_be_understood_is_refused(change: dict[str, object], told: str) -> None:
    form = json.loads(entry_as_json(PLAIN)) | change
    with pytest.raises(DamagedEntryError) as caught:
        entry_from_json(json.dumps(form).encode(), filename=NAME)
    assert told in caught.value.evidence[0]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 200_000, b" " * (2 << 20)])
def test_what_is_no_entry_is_refused(content: bytes) -> None:
    with pytest.raises(DamagedEntryError):
        entry_from_json(content, filename=NAME)


def test_an_entry_with_more_bytes_than_any_has_is_refused() -> None:
    """Though it could be read."""
    with pytest.raises(DamagedEntryError) as caught:
        entry_from_json(entry_as_json(PLAIN) + b" " * (2 << 20), filename=NAME)
    assert "bytes, more than" in caught.value.evidence[0]


def test_times_are_written_in_utc() -> None:
    entry = replace(PLAIN, upload_time=datetime.fromisoformat("2026-11-27T12:00:00.5+02:00"))
    assert json.loads(entry_as_json(entry))["upload_time"] == "2026-11-27T10:00:00.500000Z"


@pytest.mark.parametrize(
    "name",
    [
        "../x-1.0-py3-none-any.whl",
        "x-1.0-py3-none-an y.whl",
        "x-1.0-py3-no\nne-any.whl",
        "x-1.0-py3-none-any.whl\n",
        "é-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any%2f.whl",
        "x-1.0-1é-py3-none-any.whl",
        "..-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any.zip",
        "x-one-py3-none-any.whl",
        "-1.0-py3-none-any.whl",
        "x-1.0-py3-none-any+1.whl",
        "x-1.0-3-none-any.whl",
    ],
)
def test_names_that_mean_more_than_a_wheel_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a wheel"):
        demand_wheel_name(name)
