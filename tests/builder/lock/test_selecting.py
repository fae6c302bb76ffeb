"""What a lock is for a target; locks of other tools, and locks that are none."""

import hashlib
from pathlib import Path

import pytest

from builder.errors import InvalidLockError
from builder.lock import read_pylock, resolution_from_pylock
from builder.model import Request, Resolution
from factories.corpora import corpus, corpus_files
from factories.locks import (
    HASH,
    PLACE,
    TARGET,
    lock_text,
    locked,
    no_direct,
    package,
    reread,
)
from factories.requests import files, pinned
from factories.targets import make_target
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile


@pytest.mark.parametrize("target", [make_target("python3.12"), make_target("python3.12", "x86_64")], ids=str)
def test_a_lock_for_several_platforms_gives_the_targets_files(target: Target) -> None:
    """The specification's example: of the wheels of numpy the one that loads."""
    text = corpus("pylock-spec/pylock.example.toml").read_text(encoding="utf-8")

    assert files(reread(text, target)) == [
        "attrs-25.1.0-py3-none-any.whl",
        "cattrs-24.1.2-py3-none-any.whl",
        "numpy-2.2.3-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ]


@pytest.mark.parametrize("runtime", ["python3.11", "python3.13"])
def test_a_lock_for_another_python_is_refused(runtime: str) -> None:
    """requires-python of the lock is a MUST."""
    text = corpus("pylock-spec/pylock.example.toml").read_text(encoding="utf-8")

    with pytest.raises(InvalidLockError, match=f"not for `{runtime}/x86_64`"):
        reread(text, make_target(runtime))


def test_a_lock_without_a_wheel_for_the_target_says_which() -> None:
    """And which target it was made for."""
    with pytest.raises(InvalidLockError) as caught:
        reread(locked("web"), make_target("python3.13", "arm64"))

    assert "the nearest wheel of core in it: built for x86_64" in caught.value.evidence
    assert "it was made for `python3.13/x86_64`" in caught.value.evidence


def test_extras_and_groups_of_a_lock_choose_packages() -> None:
    """As `uv` and others write them."""
    text = lock_text(
        package("a"),
        package("b", marker="'cli' in extras"),
        package("c", marker="'dev' in dependency_groups"),
        head='extras = ["cli"]\ndependency-groups = ["dev"]\ndefault-groups = ["dev"]\n',
    )

    assert list(pinned(reread(text))) == ["a", "c"]
    assert list(pinned(reread(text, extras=["cli"], groups=[]))) == ["a", "b"]


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_an_archives_hash_is_demanded_whatever_its_kind(algorithm: str) -> None:
    """A lock may hold any; the strongest are no less a promise than the usual one."""
    digest = hashlib.new(algorithm, b"x").hexdigest()
    archive = (
        f'[[packages]]\nname = "a"\narchive = {{ path = "a.zip", hashes = {{ {algorithm} = "{digest}" }} }}\n'
    )
    asked: list[Request] = []

    def direct(request: Request) -> IndexFile:
        asked.append(request)
        return IndexFile(filename="a-1-py3-none-any.whl", url="file:///store/a", hashes={"sha256": HASH})

    resolution_from_pylock(read_pylock(lock_text(archive).encode(), "pylock.toml"), TARGET, PLACE, direct)

    assert asked[0].hashes == {f"{algorithm}:{digest}"}


FAULTS = {
    "not TOML": ("lock-version = ", "Invalid value"),
    "no packages": ('lock-version = "1.0"\ncreated-by = "x"\n', "packages: Missing required value"),
    "unknown version": (lock_text().replace('"1.0"', '"2.0"') + "packages = []", "2.0 is not supported"),
    "no hashes": (
        lock_text(package("a"), package("b").replace(f'sha256 = "{HASH}"', "")),
        "packages[1].wheels[0].hashes: At least one hash must be provided",
    ),
    "weak hash": (
        lock_text(package("a").replace(f'sha256 = "{HASH}"', 'md5 = "aa"')),
        "packages[0].wheels[0].hashes: no hash of sha256, sha384, sha512",
    ),
    "malformed hash": (
        lock_text(package("a").replace(HASH, "A" * 64)),
        "packages[0].wheels[0].hashes.sha256: not a digest in lower-case hexadecimal",
    ),
    "two sources": (
        lock_text(package("a", extra='directory = { path = "x" }')),
        "packages[0]: None of vcs, directory, archive must be set if sdist or wheels are set",
    ),
    "another project's wheel": (
        lock_text(package("a").replace('name = "a"', 'name = "b"')),
        "packages[0].wheels[0]: Name in 'a-1-py3-none-any.whl' is not consistent with package name 'b'",
    ),
    "ambiguous": (
        lock_text(package("a"), package("a")),
        "Multiple packages with the name 'a' are selected at packages[1] and packages[0]",
    ),
    "wrong type": (lock_text(package("a", extra="requires-python = 3")), "packages[0].requires-python"),
    "marker of no meaning": (
        lock_text(package("a", marker="sys_platform ~= 'linux'")),
        "Undefined <Op('~=')> on 'linux' and 'linux'",
    ),
    "nested too deep": ("x = " + "[" * 100_000, "nested too deep"),
    "not UTF-8": (b"\xff", "can't decode"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_breaks_the_specification_is_refused_where_it_stands(fault: str) -> None:
    """Exit status 2, and the path of the key."""
    text, told = FAULTS[fault]
    data = text if isinstance(text, bytes) else text.encode()

    with pytest.raises(InvalidLockError) as caught:
        resolution_from_pylock(read_pylock(data, "pylock.toml"), TARGET, PLACE, no_direct)
    assert told in "\n".join(caught.value.evidence)


PIP_LOCKS = {
    "pylock.invalid.toml": "lock-version",
    "pylock.oldpython.toml": "not satisfy",
    "pylock.invalidhash.toml": None,  # the hash is another file's: only the download can tell
}


@pytest.mark.parametrize("path", corpus_files("pip-lockfiles", pattern="*.toml"))
def test_pips_locks_are_read_as_pip_reads_them(path: Path) -> None:
    """Wheels, sdists, archives and folders; the two that pip refuses for their text are refused."""
    told = PIP_LOCKS.get(path.name)

    def build(request: Request) -> IndexFile:
        name = (request.direct or "").rstrip("/").rpartition("/")[2].removesuffix(".tar.gz")
        filename = name if name.endswith(".whl") else f"{name.partition('-')[0]}-1-py3-none-any.whl"
        return IndexFile(filename=filename, url=request.direct or "", direct=request.direct)

    def read() -> Resolution:
        pylock = read_pylock(path.read_bytes(), path.name)
        return resolution_from_pylock(pylock, TARGET, PLACE, build)

    if told is None:
        assert read().pins
    else:
        with pytest.raises(InvalidLockError) as caught:
            read()
        assert told in "\n".join(caught.value.evidence)
