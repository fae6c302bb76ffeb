"""PEP 691 pages: what is read, what is left out, what is refused."""

import json
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import pytest

from factories.indexes import DEMO
from factories.patience import no_hang
from prebuilt_index.artefacts import ProjectPage, ProjectStatus
from prebuilt_index.errors import HostileNameError, NotAnIndexError
from prebuilt_index.simple.entries import NO_HASH, NO_URL, PAGE_LIMIT
from prebuilt_index.simple.json_page import page_from_json

PAGE_URL = "https://index.test/simple/demo/"
SHA = "0123456789abcdef" * 4
FRAME = b'{"meta":{"api-version":"1.0"},"name":"demo","files":[%b]}'


def make_entry(**changes: Any) -> dict[str, Any]:
    """A sound entry with `changes`; `_` in names stands for `-`."""
    entry = {
        "filename": "demo-1.0-py3-none-any.whl",
        "url": "https://files.test/demo-1.0-py3-none-any.whl",
        "hashes": {"sha256": SHA},
    }
    return entry | {name.replace("_", "-"): value for name, value in changes.items()}


def make_document(*entries: Any, **changes: Any) -> dict[str, Any]:
    """A page of the project demo with `changes` at its top."""
    document = {"meta": {"api-version": "1.1"}, "name": "demo", "files": list(entries)}
    return document | {name.replace("_", "-"): value for name, value in changes.items()}


def read(document: object) -> ProjectPage:
    """`document`, or bytes as they are, read as the page of demo."""
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return page_from_json(content, project=DEMO, page_url=PAGE_URL, index="https://index.test/simple")


def test_reads_everything_an_entry_can_say() -> None:
    """Every field of PEP 691, 592, 658 and 700 has its place."""
    entry = make_entry(
        size=12,
        requires_python=">=3.9",
        upload_time="2026-01-02T03:04:05.678Z",
        yanked="broken",
        core_metadata={"sha256": SHA.upper()},
    )
    (file,) = read(make_document(entry)).files

    assert file.filename == "demo-1.0-py3-none-any.whl"
    assert file.hashes == {"sha256": SHA}
    assert file.size == 12
    assert file.requires_python == ">=3.9"
    assert file.upload_time == datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
    assert file.yanked == "broken"
    assert file.metadata_hashes == {"sha256": SHA}
    assert file.index == "https://index.test/simple"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://files.test/a.whl", "https://files.test/a.whl"),
        ("../../files/a.whl", "https://index.test/files/a.whl"),
        ("/a.whl#sha256=00", "https://index.test/a.whl"),
        ("//other.test/a.whl", "https://other.test/a.whl"),
        ("https://user:secret@files.test/a.whl", "https://files.test/a.whl"),
        ("http://files.test/a.whl?x=1", "http://files.test/a.whl?x=1"),
    ],
)
def test_urls_are_absolute_and_hold_no_credentials(url: str, expected: str) -> None:
    """Whatever form the index writes, a file's URL can be fetched and shown."""
    (file,) = read(make_document(make_entry(url=url))).files

    assert file.url == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, None),
        ({"core_metadata": True}, {}),
        ({"core_metadata": False}, None),
        ({"dist_info_metadata": {"sha256": SHA}}, {"sha256": SHA}),
        ({"core_metadata": False, "dist_info_metadata": True}, None),
        ({"core_metadata": True, "dist_info_metadata": {"sha256": SHA}}, {}),
        ({"core_metadata": {"sha256": "zz"}}, None),
        ({"core_metadata": "yes"}, None),
    ],
)
def test_the_newer_metadata_key_decides(values: dict[str, Any], expected: object) -> None:
    """PEP 714: `core-metadata` wins over `dist-info-metadata`; what is malformed is no offer."""
    (file,) = read(make_document(make_entry(**values))).files

    assert file.metadata_hashes == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(False, None), (None, None), (True, ""), ("", None), ("bad wheel", "bad wheel")]
)
def test_yanked_is_a_reason_or_none(value: object, expected: str | None) -> None:
    """PEP 592 allows a boolean or a reason."""
    (file,) = read(make_document(make_entry(yanked=value))).files

    assert file.yanked == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"size": "12"},
        {"size": -1},
        {"size": True},
        {"size": 1.5},
        {"upload_time": "yesterday"},
        {"upload_time": 5},
        {"requires_python": 3},
        {"requires_python": ""},
        {"unknown": [1]},
    ],
)
def test_a_malformed_extra_is_as_good_as_none(changes: dict[str, Any]) -> None:
    """The file stays: it can be had without what is wrong."""
    (file,) = read(make_document(make_entry(**changes))).files

    assert (file.size, file.upload_time, file.requires_python) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"url": None}, NO_URL),
        ({"url": ["https://files.test/a.whl"]}, NO_URL),
        ({"url": "file:///etc/passwd"}, NO_URL),
        ({"url": "ftp://files.test/a.whl"}, NO_URL),
        ({"url": "javascript:alert(1)"}, NO_URL),
        ({"url": "https://[broken/a.whl"}, NO_URL),
        ({"url": "http://[broken/a.whl"}, NO_URL),
        ({"url": "https://files.test/a\r\nx: y/a.whl"}, NO_URL),
        ({"hashes": None}, NO_HASH),
        ({"hashes": "sha256=00"}, NO_HASH),
        ({"hashes": {"sha256": "00"}}, NO_HASH),
        ({"hashes": {"sha256": "z" * 64}}, NO_HASH),
        ({"hashes": {"sha256": 5}}, NO_HASH),
        ({"hashes": {"md5": "00"}}, NO_HASH),
        ({"hashes": {"sha256": "00", "md5": "0" * 32}}, NO_HASH),
        ({"unknown": "x" * 70_000}, "is listed with an entry that cannot be read"),
    ],
)
def test_a_file_that_cannot_be_had_says_why(changes: dict[str, Any], reason: str) -> None:
    """It stays among the page's files, so that a resolver can tell of it, and has no URL."""
    page = read(make_document(make_entry(**changes), make_entry(filename="demo-2.0.tar.gz")))
    broken, sound = page.files

    assert (broken.filename, broken.url, broken.unusable) == ("demo-1.0-py3-none-any.whl", "", reason)
    assert (sound.filename, sound.unusable) == ("demo-2.0.tar.gz", None)


@pytest.mark.parametrize("name", [None, 5, ["demo-1.0.tar.gz"]])
def test_an_entry_without_a_name_is_left_out(name: object) -> None:
    """Nobody can ask for it."""
    page = read(make_document(make_entry(filename=name), make_entry(filename="demo-2.0.tar.gz")))

    assert page.filenames == ["demo-2.0.tar.gz"]
    assert [file.filename for file in page.files] == ["demo-2.0.tar.gz"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"files":[' + b"{}," * 16_000_000 + b"{}]}", "more than 1,875,000 values"),
        (FRAME % (b"{}," * 1_500_000 + b"{}"), "1,500,001 files, more than 75,000"),
        (FRAME % (b"1," * 1_500_000 + b"1"), "1,500,001 files, more than 75,000"),
        (FRAME % (b'{"filename":"a"},' * 75_000 + b"{}"), "75,001 files, more than 75,000"),
        (FRAME.replace(b'"1.0"', b"[" + b"{}," * 1_000_000 + b"{}]") % b"", "no `meta.api-version`"),
    ],
    ids=["values", "empty entries", "numbers", "files", "a version of many values"],
)
def test_more_than_any_index_has_is_refused_soon(content: bytes, told: str) -> None:
    """Three bytes of JSON can take a hundred of memory; 50 MB of them took 1.5 GB."""
    tracemalloc.start()
    try:
        with pytest.raises(NotAnIndexError, match=told), no_hang():
            read(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 200_000_000


def test_what_lies_beside_the_files_costs_nothing() -> None:
    """Unknown keys are passed over, not built; a status as long as a page is none."""
    many = b"[" + b"{}," * 600_000 + b"{}]"
    content = (FRAME % b"")[:-1] + b',"versions":' + many + b',"project-status":' + many + b"}"
    tracemalloc.start()
    try:
        page = read(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert page.status is ProjectStatus.ACTIVE
    assert peak < 1_000_000


@pytest.mark.parametrize(
    "name",
    [
        "../x.whl",
        "..",
        ".",
        "",
        "/etc/x.whl",
        "a/b.whl",
        "a\\b.whl",
        "C:x.whl",
        "a\0.whl",
        "a\n.whl",
    ],
)
def test_a_hostile_name_condemns_the_page(name: str) -> None:
    """An index that lists such a name is broken or an attack; nothing of it is used."""
    with pytest.raises(HostileNameError) as caught:
        read(make_document(make_entry(), make_entry(filename=name)))

    assert repr(name) in caught.value.evidence[0]


def test_half_a_character_in_a_name_is_no_json() -> None:
    """A lone surrogate can be escaped in JSON and stands for nothing."""
    with pytest.raises(NotAnIndexError):
        read(make_document(make_entry(), make_entry(filename="a\ud800.whl")))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"meta": {"api-version": "1.0"}',
        b'"' + b"x" * 1000,
    ],
)
def test_what_is_no_page_is_refused(content: bytes) -> None:
    """Never a traceback of the JSON parser."""
    with pytest.raises(NotAnIndexError):
        read(content)


@pytest.mark.parametrize(
    "changes",
    [
        {"meta": None},
        {"meta": []},
        {"meta": {}},
        {"meta": {"api-version": 1}},
        {"meta": {"api-version": "2.0"}},
        {"meta": {"api-version": "0.9"}},
        {"meta": {"api-version": "10.0"}},
        {"meta": {"api-version": "1"}},
        {"meta": {"api-version": "1.x"}},
        {"meta": {"api-version": "one.two"}},
        {"meta": {"api-version": "\N{SUPERSCRIPT ONE}.0"}},
        {"name": None},
        {"name": ["demo"]},
        {"name": "other"},
        {"files": None},
        {"files": {}},
        {"files": [5]},
        {"files": [None]},
        {"files": [[]]},
        {"files": "x"},
    ],
)
def test_a_page_with_a_broken_frame_is_refused(changes: dict[str, Any]) -> None:
    """Structure decides whether this is an index at all."""
    with pytest.raises(NotAnIndexError):
        read(make_document(make_entry(), **changes))


@pytest.mark.parametrize("key", ["meta", "name", "files"])
def test_a_page_without_a_required_key_is_refused(key: str) -> None:
    """PEP 691 demands all three."""
    document = make_document(make_entry())
    del document[key]
    with pytest.raises(NotAnIndexError):
        read(document)


@pytest.mark.parametrize("version", ["1.0", "1.4", "1.99"])
def test_a_newer_minor_version_is_read(version: str) -> None:
    """PEP 629: only another major version is refused."""
    page = read(make_document(make_entry(), meta={"api-version": version}))

    assert len(page.files) == 1


def test_a_name_may_be_written_differently() -> None:
    """The index may show the project's name unnormalized."""
    page = page_from_json(
        json.dumps(make_document(name="My_Tool")).encode(), project="my-tool", page_url=PAGE_URL
    )

    assert page.name == "my-tool"
    assert list(page.files) == []


def test_a_page_beyond_the_limit_is_not_even_parsed() -> None:
    """50 MB bounds time and memory."""
    with pytest.raises(NotAnIndexError, match="bytes, more than"):
        read(b" " * (PAGE_LIMIT + 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"project_status": {"status": "quarantined", "reason": "malware"}},
        {"meta": {"api-version": "1.4", "project-status": "quarantined", "project-status-reason": "malware"}},
    ],
)
def test_reads_the_projects_status(changes: dict[str, Any]) -> None:
    """PEP 792, as accepted and as drafted."""
    page = read(make_document(**changes))

    assert page.status is ProjectStatus.QUARANTINED
    assert page.status_reason == "malware"


@pytest.mark.parametrize("status", [None, "retired", 5, {"status": "new"}, {"status": ["archived"]}])
def test_an_unknown_status_counts_as_active(status: object) -> None:
    """A newer PEP's status must not stop this version."""
    page = read(make_document(project_status=status))

    assert page.status is ProjectStatus.ACTIVE


def test_files_are_a_sequence_built_on_access() -> None:
    """Slices, negative positions and repetition work as in a tuple."""
    entries = [make_entry(filename=f"demo-{number}.0.tar.gz") for number in range(5)]
    files = read(make_document(*entries)).files

    assert len(files) == 5
    assert files[-1].filename == "demo-4.0.tar.gz"
    assert files[-1] is files[4]
    assert [file.filename for file in files[1:3]] == ["demo-1.0.tar.gz", "demo-2.0.tar.gz"]
    with pytest.raises(IndexError):
        files[5]
