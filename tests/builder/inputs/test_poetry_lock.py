"""`poetry.lock` to requests."""

from typing import Any

import pytest

from builder.inputs import Reading
from factories.inputs import CWD, read_words
from factories.targets import make_target
from manylinux.errors import UsageError

A, B = "a" * 64, "b" * 64
LOCK = f"""
[[package]]
name = "core"
version = "2.0"
groups = ["main", "dev"]
markers = {{main = "python_version >= '3.12'", dev = "sys_platform == 'win32'"}}
files = [{{file = "core-2.0.tar.gz", hash = "sha256:{A}"}}, {{file = "core.whl", hash = "sha256:{B}"}}]

[[package]]
name = "core"
version = "1.0"
groups = ["main"]
markers = "python_version < '3.12'"
files = [{{file = "core-1.0.tar.gz", hash = "sha256:{A}"}}]

[[package]]
name = "Tls"
version = "3.0"
optional = true
groups = ["main"]
markers = "extra == \\"tls\\" and sys_platform == 'linux'"
files = [{{file = "tls.whl", hash = "sha256:{B}"}}]

[[package]]
name = "pytest"
version = "9"
groups = ["dev"]
files = [{{file = "pytest.whl", hash = "sha256:{B}"}}]

[extras]
tls = ["tls"]

[metadata]
lock-version = "2.1"
python-versions = ">=3.9"
content-hash = "x"
"""


def read_lock(text: str | bytes = LOCK, runtime: str = "python3.13", **options: Any) -> Reading:
    environment = make_target(runtime).environment()
    return read_words("poetry.lock", files={"poetry.lock": text}, environment=environment, **options)


def asked(reading: Reading) -> list[str]:
    return [str(request.requirement) for request in reading.inputs.requests]


@pytest.mark.parametrize(
    ("runtime", "extras", "groups", "expected"),
    [
        ("python3.13", [], [], ["core==2.0"]),
        ("python3.11", [], [], ["core==1.0"]),
        ("python3.13", ["TLS"], [], ["core==2.0", "Tls==3.0"]),
        ("python3.13", [], ["dev"], ["core==2.0", "pytest==9"]),
        ("python3.11", ["tls"], ["Dev"], ["core==1.0", "Tls==3.0", "pytest==9"]),
    ],
)
def test_groups_extras_and_markers_of_the_target_choose(
    runtime: str, extras: list[str], groups: list[str], expected: list[str]
) -> None:
    """A marker counts for the group it stands for."""
    assert asked(read_lock(runtime=runtime, extras=extras, groups=groups)) == expected


def test_hashes_are_demanded() -> None:
    """Of all files that the lock names; nothing without one may come in."""
    inputs = read_lock().inputs

    assert inputs.requests[0].hashes == {f"sha256:{A}", f"sha256:{B}"}
    assert inputs.require_hashes
    assert str(inputs.requests[0].origin) == "poetry.lock"


def source(table: str, files: str = "[]") -> str:
    return (
        f"[[package]]\nname = 'x'\nversion = '1'\ngroups = ['main']\nfiles = {files}\n\n"
        f"[package.source]\n{table}\n\n[metadata]\nlock-version = '2.1'\n"
    )


@pytest.mark.parametrize(
    ("table", "direct"),
    [
        (
            "type = 'git'\nurl = 'https://h/r.git'\nreference = 'main'\nresolved_reference = 'abc'",
            "git+https://h/r.git@abc",
        ),
        ("type = 'url'\nurl = 'https://h/x-1.zip'", "https://h/x-1.zip"),
        ("type = 'directory'\nurl = 'pkg'", f"{(CWD / 'pkg').as_uri()}/"),
        ("type = 'file'\nurl = 'dist/demo-1.0.tar.gz'", (CWD / "dist/demo-1.0.tar.gz").as_uri()),
    ],
)
def test_what_comes_from_no_index_is_a_direct_reference(table: str, direct: str) -> None:
    """Then hash mode is off: repositories and folders have no hashes."""
    inputs = read_lock(source(table)).inputs

    assert inputs.requests[0].direct == direct
    assert not inputs.require_hashes


def test_an_index_of_a_package_is_asked_too() -> None:
    """The hashes see to it that no other index gives other files."""
    text = source("type = 'legacy'\nurl = 'https://h/simple'", f"[{{file='x.whl', hash='sha256:{A}'}}]")
    inputs = read_lock(text).inputs

    assert inputs.index.extra_index_urls == ("https://h/simple",)
    assert str(inputs.requests[0].requirement) == "x==1"
    assert inputs.require_hashes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "it is no TOML"),
        ("", "it is no lock of Poetry"),
        (LOCK.replace('"2.0"', "2"), "it is no lock of Poetry"),
        (LOCK.replace('"2.1"', '"2.0"'), "it is of lock version 2.0"),
        (LOCK.replace('"2.1"', '"3.0"'), "it is of lock version 3.0"),
        (LOCK.replace('"2.1"', '"new"'), "it is no lock of Poetry"),
        (LOCK.replace("python_version >=", "python >="), "is no marker"),
        (LOCK.replace(A, "xyz"), "is no sha256 digest"),
        (source("type = 'legion'\nurl = 'x'"), "`x` comes from a source that lbuild does not know"),
        (source("type = 'git'\nurl = 'https://h/r'"), "`x` comes from a source that lbuild does not know"),
    ],
)
def test_what_is_no_lock_is_told(text: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_lock(text)

    assert caught.value.summary.startswith("poetry.lock: ")
    assert words in caught.value.summary


@pytest.mark.parametrize(
    ("options", "words", "hint"),
    [
        ({"extras": ["tsl"]}, "it has no extra `tsl`", "Did you mean `tls`?"),
        ({"groups": ["docs"]}, "it has no group `docs`", "It has `dev`"),
    ],
)
def test_what_a_lock_does_not_have_cannot_be_chosen(options: Any, words: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_lock(**options)

    assert words in caught.value.summary
    assert caught.value.hint == hint
