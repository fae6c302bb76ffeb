"""`Pipfile.lock` to requests."""

import json
from typing import Any

import pytest

from builder.inputs import Reading
from factories.inputs import CWD, read_words
from manylinux.errors import UsageError

HASH = f"sha256:{'a' * 64}"
META = {"pipfile-spec": 6, "requires": {}, "sources": [{"name": "main", "url": "https://h/simple"}]}
CORE = {"version": "==2.0", "hashes": [HASH], "markers": "python_version >= '3.9'", "extras": ["tls"]}


def document(**sections: Any) -> dict[str, Any]:
    return {"_meta": META, "default": {}, "develop": {}, **sections}


def read_lock(content: Any, **options: Any) -> Reading:
    text = content if isinstance(content, str) else json.dumps(content)
    return read_words("Pipfile.lock", files={"Pipfile.lock": text}, **options)


def asked(reading: Reading) -> list[str]:
    return [str(request.requirement) for request in reading.inputs.requests]


def test_versions_markers_extras_and_hashes_are_asked_for() -> None:
    inputs = read_lock(document(default={"core": CORE})).inputs

    assert [str(each.requirement) for each in inputs.requests] == ['core[tls]==2.0; python_version >= "3.9"']
    assert inputs.requests[0].hashes == {HASH}
    assert inputs.require_hashes
    assert inputs.index.index_url == "https://h/simple"


def test_groups_are_sections() -> None:
    """`develop`, and categories by their names."""
    sections = {"develop": {"pytest": {"version": "==9"}}, "docs": {"sphinx": {"version": "*"}}}
    lock = document(default={"core": {"version": "==2.0"}}, **sections)

    assert asked(read_lock(lock)) == ["core==2.0"]
    assert asked(read_lock(lock, groups=["develop", "docs"])) == ["core==2.0", "pytest==9", "sphinx"]
    with pytest.raises(UsageError, match="it has no group `dev`"):
        read_lock(lock, groups=["dev"])


@pytest.mark.parametrize(
    ("package", "direct"),
    [
        ({"git": "https://h/r.git", "ref": "abc"}, "git+https://h/r.git@abc"),
        ({"git": "git+https://h/r.git", "ref": "abc"}, "git+https://h/r.git@abc"),
        ({"file": "https://h/x-1.zip"}, "https://h/x-1.zip"),
        ({"path": "./pkg", "editable": True}, f"{(CWD / 'pkg').as_uri()}/"),
        ({"file": "file:///here/dist/demo-1.0.tar.gz"}, "file:///here/dist/demo-1.0.tar.gz"),
    ],
)
def test_what_comes_from_no_index_is_a_direct_reference(package: dict[str, Any], direct: str) -> None:
    inputs = read_lock(document(default={"x": package})).inputs

    assert inputs.requests[0].direct == direct
    assert not inputs.require_hashes


def test_other_indexes_are_asked_where_packages_name_them() -> None:
    """With what the environment says in their URLs."""
    sources = [
        {"name": "main", "url": "https://h/simple"},
        {"name": "ours", "url": "https://${WHO}@ours/simple"},
        {"name": "unused", "url": "https://unused/simple"},
    ]
    lock = document(_meta={**META, "sources": sources}, default={"x": {"version": "==1", "index": "ours"}})
    inputs = read_lock(lock, environ={"WHO": "me"}).inputs

    assert inputs.index.index_url == "https://h/simple"
    assert inputs.index.extra_index_urls == ("https://me@ours/simple",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "it is no lock of pipenv"),
        ("[]", "it is no lock of pipenv"),
        ("{}", "it is no lock of pipenv"),
        (document(default={"x": {"version": 1}}), "it is no lock of pipenv"),
        (document(_meta={**META, "pipfile-spec": 7}), "it follows pipfile-spec 7"),
        (document(default={"x": {"version": "==1", "hashes": ["sha256:x"]}}), "is no sha256 digest"),
        (document(default={"x": {"version": "=1"}}), "is no requirement"),
        (document(default={"x": {"version": "==1", "index": "ours"}}), "which the lock does not name"),
        (document(default={"x": {"git": "https://h/r.git"}}), "does not say which commit"),
        ("[" * 100_000, "it is no lock of pipenv"),
    ],
)
def test_what_is_no_lock_is_told(content: Any, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_lock(content)

    assert caught.value.summary.startswith("Pipfile.lock: ")
    assert words in caught.value.summary
