"""Locks written, and read back."""

import json
import tomllib
from collections.abc import Mapping

import jsonschema
import pytest

from builder.errors import InvalidLockError
from builder.lock import mismatches, read_pylock, resolution_from_pylock, to_pylock, without_hash, write
from builder.model import Request, Resolution
from factories.corpora import corpus
from factories.locks import (
    HASH,
    PLACE,
    TARGET,
    locked,
    reread,
    resolution_of,
    stack,
)
from factories.requests import ask_direct, pinned, solve
from prebuilt_index.artefacts import IndexFile


def test_a_lock_reads_back_as_what_was_written() -> None:
    """Pins, files, hashes, sizes, dependencies and extras."""
    resolution = solve(stack(), "web[tls]")
    again = reread(locked("web[tls]"))

    assert pinned(again) == {"core": "2.0", "tls": "3.0", "web": "1.0"}
    for before, after in zip(resolution.pins, again.pins, strict=True):
        assert (after.file.filename, after.file.url) == (before.file.filename, before.file.url)
        assert (after.file.hashes, after.file.size) == (before.file.hashes, before.file.size)
        assert (after.dependencies, after.extras) == (before.dependencies, before.extras)
        assert after.file.upload_time == before.file.upload_time
    assert [pin.required_by for pin in again.pins] == [("web 1.0",), ("web 1.0",), ("pylock.toml",)]


def test_the_same_resolution_has_the_same_text() -> None:
    """In whatever order pins come."""
    resolution = solve(stack(), "web[tls]")
    shuffled = Resolution(target=resolution.target, pins=resolution.pins[::-1])

    assert write(to_pylock(shuffled, (), PLACE)) == write(to_pylock(resolution, (), PLACE))


def test_a_lock_says_whom_it_is_for() -> None:
    """The target as a marker, the Python range, the runtime and the architecture."""
    form = tomllib.loads(locked("web"))

    assert form["lock-version"] == "1.0"
    assert form["created-by"] == "lbuild"
    assert form["requires-python"] == "==3.13.*"
    assert 'platform_machine == "x86_64"' in form["environments"][0]
    assert form["tool"]["lbuild"] == {"runtime": "python3.13", "arch": "x86_64"}


def test_a_lock_fits_the_schema() -> None:
    """The schema the specification publishes."""
    schema = json.loads(corpus("pylock-spec/pylock.schema.json").read_text(encoding="utf-8"))
    form = json.loads(json.dumps(tomllib.loads(locked("web[tls]")), default=str))

    # At its root the schema forbids every key, and then points here.
    version = {"$ref": "#/definitions/1.0", "definitions": schema["definitions"]}

    jsonschema.Draft7Validator(version).validate(form)


def test_credentials_are_never_written() -> None:
    """Neither in URLs of files, nor of indexes, nor of direct references."""
    file = IndexFile(
        filename="x-1-py3-none-any.whl",
        url="https://user:secret@host.example/x-1-py3-none-any.whl",
        hashes={"sha256": HASH},
        index="https://user:secret@host.example/simple/",
    )
    direct = IndexFile(
        filename="y-1-py3-none-any.whl",
        url="https://host.example/y-1-py3-none-any.whl",
        hashes={"sha256": HASH},
        direct=f"https://user:secret@host.example/y-1-py3-none-any.whl#sha256={HASH}",
    )
    text = write(to_pylock(resolution_of(x=file, y=direct), (), PLACE))

    assert "secret" not in text
    assert "https://host.example/simple/" in text


def test_local_wheels_are_written_relative_to_the_lock() -> None:
    """A folder of wheels moves along with the lock."""
    url = (PLACE.folder.parent / "wheels" / "my x" / "x-1-py3-none-any.whl").as_uri()
    file = IndexFile(filename="x-1-py3-none-any.whl", url=url, hashes={"sha256": HASH})
    text = write(to_pylock(resolution_of(x=file), (), PLACE))

    assert tomllib.loads(text)["packages"][0]["wheels"][0]["path"] == "../wheels/my x/x-1-py3-none-any.whl"
    assert reread(text).pins[0].file.url == url


def test_a_file_without_a_hash_cannot_be_locked() -> None:
    """The caller is told which, and can download it to know."""
    resolution = resolution_of(x=IndexFile(filename="x-1-py3-none-any.whl", url="https://host.example/x"))

    assert [pin.name for pin in without_hash(resolution)] == ["x"]
    with pytest.raises(InvalidLockError, match="a hash for every file"):
        to_pylock(resolution, (), PLACE)


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("asked", "exact", "entry"),
    [
        (
            "git+https://host.example/r.git@main",
            f"git+https://host.example/r.git@{COMMIT}#subdirectory=sub",
            {
                "vcs": {
                    "type": "git",
                    "url": "https://host.example/r.git",
                    "requested-revision": "main",
                    "commit-id": COMMIT,
                    "subdirectory": "sub",
                }
            },
        ),
        (
            "git+https://user:secret@host.example/r.git@main",
            f"git+https://host.example/r.git@{COMMIT}",
            {
                "vcs": {
                    "type": "git",
                    "url": "https://host.example/r.git",
                    "requested-revision": "main",
                    "commit-id": COMMIT,
                }
            },
        ),
        (
            "https://host.example/x-1.tar.gz",
            f"https://host.example/x-1.tar.gz#sha256={HASH}",
            {"archive": {"url": "https://host.example/x-1.tar.gz", "hashes": {"sha256": HASH}}},
        ),
        (
            "https://host.example/x-1.tar.gz?download=1",
            f"https://host.example/x-1.tar.gz?download=1#sha256={HASH}",
            {"archive": {"url": "https://host.example/x-1.tar.gz?download=1", "hashes": {"sha256": HASH}}},
        ),
        (
            (PLACE.folder / "lib").as_uri() + "/",
            (PLACE.folder / "lib").as_uri() + "/",
            {"directory": {"path": "lib"}},
        ),
    ],
)
def test_direct_references_are_locked_exactly(asked: str, exact: str, entry: Mapping[str, object]) -> None:
    """A repository with its commit, an archive with its hash; read back they are references again."""
    file = IndexFile(
        filename="x-1-py3-none-any.whl", url="file:///store/x", hashes={"sha256": "b" * 64}, direct=exact
    )
    subdirectory = "sub" if "subdirectory" in exact else None
    request = ask_direct(asked, subdirectory=subdirectory)
    text = write(to_pylock(resolution_of(x=file), [request], PLACE))
    pylock = read_pylock(text.encode(), "pylock.toml")
    built: list[Request] = []

    def build(request: Request) -> IndexFile:
        built.append(request)
        return file

    again = resolution_from_pylock(pylock, TARGET, PLACE, build)

    assert tomllib.loads(text)["packages"][0] == {"name": "x", **entry}
    assert pinned(again) == {"x": "1"}
    assert built[0].direct == exact.partition("#")[0]
    assert built[0].subdirectory == subdirectory
    assert mismatches(pylock, TARGET, [request], (), PLACE) == ()
