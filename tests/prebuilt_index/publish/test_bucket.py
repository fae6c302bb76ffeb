"""Publishing to storages that speak like S3: what is served how, errors, and two real processes at once."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen
from uuid import uuid4

import pytest

from factories.commands import only
from factories.places import dangling, on_pages
from factories.wheels import make_wheel, write_wheel
from manylinux.errors import LbuildError
from prebuilt_index.errors import (
    BucketRefusedError,
    BucketUnreachableError,
    DuplicateFileError,
    NoBucketError,
)
from prebuilt_index.publish import bucket as bucket_module
from prebuilt_index.publish.bucket import Bucket
from prebuilt_index.publish.publishing import publish
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.upkeep import set_yanked
from servers.buckets import Storage, answering_storage, moto_storage

pytest.importorskip("boto3")
pytest.importorskip("moto")
# What moto and boto3 use of others is their business.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def storage() -> Iterator[Storage]:
    with moto_storage() as found:
        yield found


@pytest.fixture
def prefix() -> str:
    return f"team a/{uuid4().hex}"


@pytest.fixture(autouse=True)
def environ(storage: Storage, tmp_path: Path) -> Iterator[None]:
    """What a user who publishes there has; nothing of this machine's own configuration of AWS."""
    with only({**storage.environ, "HOME": str(tmp_path), "PATH": os.environ["PATH"]}):
        yield


def make_index(root: Path, *names: tuple[str, str]) -> Path:
    folder = root.with_name(f"{root.name}-wheels")
    folder.mkdir(exist_ok=True)
    paths = [write_wheel(folder, name, version) for name, version in names]
    add(root, [Candidate(path=path, filename=path.name) for path in paths])
    return root


def test_a_bucket_gets_an_index_that_is_served_as_it_should(
    storage: Storage, prefix: str, tmp_path: Path
) -> None:
    root = make_index(tmp_path / "index", ("demo", "1.0+opt"), ("other", "2"))
    done = publish(root, Bucket(storage.bucket, prefix))
    assert (len(done.sent), done.total) == (2, 2)
    objects = storage.objects(f"{prefix}/")
    assert dangling(objects) == []
    assert len(on_pages(objects)) == 2
    assert {key for key in objects if key.endswith("/")} == {"simple/", "simple/demo/", "simple/other/"}
    base = f"{storage.url}/{storage.bucket}/{prefix.replace(' ', '%20')}"
    expected = {
        "simple/demo/": ("text/html; charset=utf-8", "public, max-age=60"),
        "simple/demo/index.html": ("text/html; charset=utf-8", "public, max-age=60"),
        "simple/index.json": ("application/vnd.pypi.simple.v1+json", "public, max-age=60"),
        "files/demo/demo-1.0%2Bopt-py3-none-any.whl": (
            "application/octet-stream",
            "public, max-age=31536000, immutable",
        ),
        "files/demo/demo-1.0%2Bopt-py3-none-any.whl.metadata": (
            "text/plain; charset=utf-8",
            "public, max-age=31536000, immutable",
        ),
    }
    for key, headers in expected.items():
        with urlopen(f"{base}/{key}") as answer:
            seen = answer.headers["content-type"], answer.headers["cache-control"]
            assert (key, seen) == (key, headers)
    done = publish(root, Bucket(storage.bucket, prefix))
    assert (len(done.sent), len(done.present), done.pages) == (0, 2, 0)


def test_yanking_and_what_others_published(storage: Storage, prefix: str, tmp_path: Path) -> None:
    root = make_index(tmp_path / "index", ("demo", "1"))
    publish(root, Bucket(storage.bucket, prefix))
    publish(make_index(tmp_path / "other", ("demo", "2")), Bucket(storage.bucket, prefix))
    set_yanked(root, lambda entry: True, 'because of "this"')
    done = publish(root, Bucket(storage.bucket, prefix))
    assert len(done.changed) == 1
    page = storage.objects(f"{prefix}/")["simple/demo/index.html"].decode()
    assert page.count("<a ") == 2
    assert page.count("data-yanked=") == 1


def test_other_bytes_are_refused(storage: Storage, prefix: str, tmp_path: Path) -> None:
    publish(make_index(tmp_path / "index", ("demo", "1")), Bucket(storage.bucket, prefix))
    before = storage.objects(f"{prefix}/")
    path = tmp_path / "demo-1-py3-none-any.whl"
    path.write_bytes(make_wheel("demo", "1", {"demo.py": b"another = True\n"}))
    mine = make_index(tmp_path / "mine", ("innocent", "1"))
    add(mine, [Candidate(path=path, filename=path.name)])
    with pytest.raises(DuplicateFileError):
        publish(mine, Bucket(storage.bucket, prefix))
    assert storage.objects(f"{prefix}/") == before


def test_an_object_is_created_once_and_replaced_only_as_it_was_seen(storage: Storage, prefix: str) -> None:
    place = Bucket(storage.bucket, prefix)
    assert place.write("simple/x/index.html", b"one", None)
    assert not place.write("simple/x/index.html", b"two", None)
    tag = place.listed("simple/")["simple/x/index.html"].tag
    assert place.tag_of(b"one") == tag
    assert place.write("simple/x/index.html", b"three", tag)
    assert not place.write("simple/x/index.html", b"four", tag)
    assert place.read("simple/x/index.html") == (b"three", place.tag_of(b"three"))
    assert not place.write("simple/absent", b"x", tag)
    assert place.read("simple/absent") is None
    assert place.sha256("simple/absent") is None


def test_a_storage_without_conditions_is_looked_at_instead(
    storage: Storage, prefix: str, tmp_path: Path
) -> None:
    place = Bucket(storage.bucket, prefix)
    place.replaces_blindly = True
    root = make_index(tmp_path / "index", ("demo", "1"))
    assert publish(root, place).total == 1
    assert not place.write("simple/index.html", b"x", None)
    assert dangling(storage.objects(f"{prefix}/")) == []


def failure(place: Bucket, root: Path) -> LbuildError:
    with pytest.raises(LbuildError) as caught:
        publish(root, place)
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "error", "exit_status"),
    [
        (403, "AccessDenied", BucketRefusedError, 3),
        (403, "InvalidAccessKeyId", BucketRefusedError, 3),
        (403, "SignatureDoesNotMatch", BucketRefusedError, 3),
        (400, "ExpiredToken", BucketRefusedError, 3),
        (404, "NoSuchBucket", NoBucketError, 2),
        (503, "SlowDown", BucketUnreachableError, 3),
        (500, "InternalError", BucketUnreachableError, 3),
        (418, "Teapot", BucketUnreachableError, 3),
    ],
)
def test_what_a_storage_refuses_is_told(
    tmp_path: Path,
    status: int,
    code: str,
    error: type[LbuildError],
    exit_status: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bucket_module, "_TRIES", 2)
    root = make_index(tmp_path / "index", ("demo", "1"))
    with answering_storage(status, code) as storage:
        told = failure(Bucket(storage.bucket, "x", endpoint=storage.url), root)
    assert type(told) is error
    assert told.status == exit_status
    assert told.evidence == (f"{code}: as wished",)
    assert told.hint


def test_missing_credentials_are_told(tmp_path: Path, storage: Storage) -> None:
    root = make_index(tmp_path / "index", ("demo", "1"))
    environ = {"HOME": str(tmp_path), "AWS_ENDPOINT_URL": storage.url, "AWS_EC2_METADATA_DISABLED": "true"}
    with only(environ):
        told = failure(Bucket(storage.bucket, "x"), root)
    assert isinstance(told, BucketRefusedError)
    assert "AWS_PROFILE" in (told.hint or "")


def test_an_unknown_profile_is_told(tmp_path: Path) -> None:
    with (
        only({"HOME": str(tmp_path), "AWS_PROFILE": "nobody"}),
        pytest.raises(BucketUnreachableError) as caught,
    ):
        Bucket("wheels", "x")
    assert "nobody" in caught.value.evidence[0]


def test_nobody_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket_module, "_TRIES", 1)
    root = make_index(tmp_path / "index", ("demo", "1"))
    told = failure(Bucket("wheels", "x", endpoint="http://127.0.0.1:9"), root)
    assert isinstance(told, BucketUnreachableError)


def test_two_real_processes_lose_nothing(storage: Storage, prefix: str, tmp_path: Path) -> None:
    """Some runs, begun at odd moments, one of them killed and begun again."""
    randomly = random.Random(20261127)
    roots = [
        make_index(
            tmp_path / f"index{number}",
            *((f"own{number}", f"1.{minor}") for minor in range(3)),
            ("demo", f"{number}"),
            ("shared", "1"),
        )
        for number in range(2)
    ]

    def start(root: Path) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "builder", "index", "publish", str(root)]
        return subprocess.Popen(
            [*command, "--to", f"s3://{storage.bucket}/{prefix}", "-q"],
            cwd=Path(__file__).parents[3],
            env={**os.environ},
            stderr=subprocess.PIPE,
        )

    doomed = start(roots[1])
    processes = [start(roots[0])]
    time.sleep(randomly.uniform(1.0, 2.5))
    doomed.kill()
    doomed.communicate()
    assert dangling(storage.objects(f"{prefix}/")) == []
    processes.append(start(roots[1]))
    for process in processes:
        _, errors = process.communicate(timeout=120)
        assert (process.returncode, errors) == (0, b"")
    objects = storage.objects(f"{prefix}/")
    assert dangling(objects) == []
    assert len(on_pages(objects)) == 9
