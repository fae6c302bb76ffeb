"""`uv.lock` to what a target needs of it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.pylock import Package, Pylock

from builder.errors import InvalidLockError
from builder.lock import read_lock
from factories.targets import make_target
from manylinux.errors import UsageError

A, B = "a" * 64, "b" * 64
HEAD = 'version = 1\nrevision = 3\nrequires-python = ">=3.10"\n'
PROJECT = """
[[package]]
name = "demo"
version = "0.1"
source = { virtual = "." }
dependencies = [
    { name = "core", version = "1.0", source = { registry = "X://h" }, marker = "python_version < '3.12'" },
    { name = "core", version = "2.0", source = { registry = "X://h" }, marker = "python_version >= '3.12'" },
    { name = "helper", extra = ["fast"] },
]

[package.optional-dependencies]
web_all = [{ name = "flask" }]

[package.dev-dependencies]
dev = [{ name = "pytest", marker = "sys_platform == 'linux'" }, { name = "wine", marker = "os_name == 'nt'" }]
"""


def of_index(name: str, version: str, more: str = "") -> str:
    file = f'https://h/files/{name}-{version}-py3-none-any.whl", hash = "sha256:{A}", size = 9'
    return f"""
[[package]]
name = "{name}"
version = "{version}"
source = {{ registry = "X://h" }}
sdist = {{ url = "https://h/files/{name}-{version}.tar.gz", hash = "sha256:{B}" }}
wheels = [{{ url = "{file} }}]
{more}
"""


HELPER = """
[[package]]
name = "helper"
source = { editable = "packages/helper" }
dependencies = [{ name = "flask" }]

[package.optional-dependencies]
fast = [{ name = "speed" }]
"""
LOCK = "".join(
    (
        HEAD,
        PROJECT,
        HELPER,
        of_index("core", "1.0"),
        of_index("core", "2.0"),
        of_index("flask", "3.0", 'dependencies = [{ name = "core", version = "2.0" }, { name = "helper" }]'),
        of_index("pytest", "9.0"),
        of_index("speed", "1.0"),
        of_index("unused", "1.0"),
    )
)


def read(
    text: str = LOCK, runtime: str = "python3.13", extras: Sequence[str] = (), groups: Sequence[str] = ()
) -> Pylock:
    environment = make_target(runtime).environment()
    return read_lock(text.encode(), "uv.lock", "uv.lock", environment, extras, groups)


def held(pylock: Pylock) -> list[str]:
    return [f"{package.name} {package.version or ''}".strip() for package in pylock.packages]


@pytest.mark.parametrize(
    ("runtime", "extras", "groups", "expected"),
    [
        ("python3.13", [], [], ["core 2.0", "flask 3.0", "helper", "speed 1.0"]),
        ("python3.13", ["Web.All"], [], ["core 2.0", "flask 3.0", "helper", "speed 1.0"]),
        ("python3.13", [], ["dev"], ["core 2.0", "flask 3.0", "helper", "pytest 9.0", "speed 1.0"]),
    ],
)
def test_what_the_project_reaches_on_the_target_is_taken(
    runtime: str, extras: list[str], groups: list[str], expected: list[str]
) -> None:
    """Markers are the target's; groups, the default one too, come when they are asked for."""
    assert held(read(runtime=runtime, extras=extras, groups=groups)) == expected


def test_forks_are_told_apart_by_version() -> None:
    """Circles end; an extra nobody asks for brings nothing."""
    text = LOCK.replace(', extra = ["fast"]', "").replace(
        'core", version = "2.0" }, {', 'core", version = "1.0" }, {'
    )

    assert held(read(text, "python3.11")) == ["core 1.0", "flask 3.0", "helper"]


def package(pylock: Pylock, name: str) -> Package:
    return next(each for each in pylock.packages if each.name == name)


def test_files_keep_their_place_hash_and_size() -> None:
    found = package(read(), "flask")
    assert found.wheels is not None
    assert found.sdist is not None

    assert found.wheels[0].url == "https://h/files/flask-3.0-py3-none-any.whl"
    assert (found.wheels[0].hashes, found.wheels[0].size) == ({"sha256": A}, 9)
    assert found.sdist.hashes == {"sha256": B}
    assert found.index == "X://h"
    assert found.dependencies == [{"name": "core"}, {"name": "helper"}]


def test_members_of_the_workspace_are_folders() -> None:
    """Built from where they lie, as the lock does not hold them."""
    directory = package(read(), "helper").directory
    assert directory is not None

    assert (directory.path, directory.editable) == ("packages/helper", True)


def one(source: str, more: str = "") -> Package:
    """The package of a lock that holds this one beside its project."""
    project = '[[package]]\nname = "p"\nsource = { editable = "." }\ndependencies = [{ name = "x" }]\n'
    return read(
        f'{HEAD}{project}\n[[package]]\nname = "x"\nversion = "1"\nsource = {{ {source} }}\n{more}'
    ).packages[0]


def test_a_repository_has_its_commit() -> None:
    found = one('git = "https://h/r.git?subdirectory=a%2Fb&rev=main#abc123"').vcs
    assert found is not None

    assert (found.type, found.url, found.commit_id) == ("git", "https://h/r.git", "abc123")
    assert (found.requested_revision, found.subdirectory) == ("main", "a/b")


@pytest.mark.parametrize(
    ("source", "file", "url", "path"),
    [
        ('url = "https://h/x-1.zip"', f'{{ hash = "sha256:{A}" }}', "https://h/x-1.zip", None),
        ('path = "x-1.zip"', f'{{ hash = "sha256:{A}" }}', None, "x-1.zip"),
    ],
)
def test_an_archive_has_its_hash(source: str, file: str, url: str | None, path: str | None) -> None:
    found = one(source, f"sdist = {file}").archive
    assert found is not None

    assert (found.url, found.path, found.hashes) == (url, path, {"sha256": A})


@pytest.mark.parametrize(
    ("source", "more"),
    [
        ('git = "https://[::1?rev=main#abc123"', ""),
        (
            'registry = "X://h"',
            f'wheels = [{{ url = "https://[::1/x-1.whl", hash = "sha256:{A}" }}]',
        ),
    ],
)
def test_a_url_that_is_none_is_told(source: str, more: str) -> None:
    with pytest.raises(InvalidLockError, match="is no lock of uv"):
        one(source, more)


def test_a_folder_of_files_is_where_their_paths_begin() -> None:
    wheels = one(
        'registry = "wheels"', f'wheels = [{{ path = "x-1-py3-none-any.whl", hash = "sha256:{A}" }}]'
    ).wheels
    assert wheels is not None

    assert (wheels[0].path, wheels[0].name) == ("wheels/x-1-py3-none-any.whl", "x-1-py3-none-any.whl")


def test_a_folder_that_is_no_package_brings_what_it_needs() -> None:
    text = LOCK.replace(
        'source = { editable = "packages/helper" }', 'source = { virtual = "packages/helper" }'
    )

    assert held(read(text)) == ["core 2.0", "flask 3.0", "speed 1.0"]
    assert package(read(text), "flask").dependencies == [{"name": "core"}]


def test_a_script_has_its_requirements_in_the_manifest() -> None:
    text = f'{HEAD}\n[manifest]\nrequirements = [{{ name = "core" }}]\n{of_index("core", "1.0")}'

    assert held(read(text)) == ["core 1.0"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no lock of uv"),
        ("x = [", "is no lock of uv"),
        (LOCK.replace("version = 1\n", "version = 2\n"), "is of version 2 of uv's format"),
        (LOCK.replace('name = "speed"\nversion = "1.0"', 'name = "speed"\nversion = 1'), "is no lock of uv"),
        (
            LOCK.replace('name = "speed"\nversion = "1.0"', 'name = "speed"\nversion = "one"'),
            "is no lock of uv",
        ),
        (LOCK.replace('name = "speed"\n', 'name = "spede"\n'), "has no packages for `speed`"),
        (LOCK + of_index("speed", "2.0"), "has 2 packages for `speed`"),
        (LOCK.replace("python_version >= '3.12'", "python > 3"), "neither true nor false"),
        (LOCK.replace(f', hash = "sha256:{A}"', ""), "is no lock of uv"),
        (
            HEAD + "conflicts = [[{ package = 'demo', extra = 'a' }]]\n",
            "holds extras or groups that conflict",
        ),
        (
            LOCK.replace('{ editable = "packages/helper" }', '{ moon = "x" }'),
            "a source that lbuild does not know",
        ),
        (LOCK.replace(">=3.10", "new"), "is no lock of uv"),
    ],
)
def test_what_is_no_lock_is_told(text: str, words: str) -> None:
    with pytest.raises(InvalidLockError) as caught:
        read(text)

    assert words in caught.value.summary


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        (LOCK, {"extras": ["wbe"]}, "`uv.lock` has no extra `wbe`"),
        (LOCK, {"groups": ["docs"]}, "`uv.lock` has no group `docs`"),
        (HEAD + HELPER, {}, "`uv.lock` is of a workspace without a project of its own"),
    ],
)
def test_what_a_lock_does_not_have_cannot_be_chosen(
    text: str, options: dict[str, list[str]], words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read(text, **options)

    assert caught.value.summary == words


def test_other_names_are_read_as_pep_751(tmp_path: Path) -> None:
    environment = make_target().environment()

    with pytest.raises(InvalidLockError, match=r"`pylock\.toml` is not a valid lock file"):
        read_lock(LOCK.encode(), "pylock.toml", "pylock.toml", environment)
