"""Downloads: whole and as promised, or not kept at all."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from factories.indexes import HASTY, PATIENT, blobs, make_client, make_file, make_session
from factories.patience import FOR_EVER
from manylinux.errors import UsageError
from prebuilt_index.errors import (
    BadAnswerError,
    HashMismatchError,
    IndexRefusedError,
    IndexUnreachableError,
    OfflineError,
)
from prebuilt_index.index.download import Downloads
from prebuilt_index.store import Store
from servers import faults
from servers.index_server import IndexServer

CONTENT = bytes(range(256)) * 1000
DIGESTS = {name: hashlib.new(name, CONTENT).hexdigest() for name in ("sha256", "md5", "blake2b", "sha3_256")}
PROMISED: dict[str, Any] = {"hashes": {"sha256": DIGESTS["sha256"]}, "size": len(CONTENT)}


def test_a_file_is_fetched_once(tmp_path: Path) -> None:
    """By this client or a later one, with or without a hash from the index."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        for promised in (PROMISED, {}):
            for _ in range(2):
                with make_client(tmp_path, server) as client:
                    paths = [client.download(make_file(url, **promised)) for _ in range(2)]

                assert [path.read_bytes() for path in paths] == [CONTENT] * 2
        with make_client(tmp_path, server, offline=True) as client:
            assert client.download(make_file(url)).read_bytes() == CONTENT

        assert len(server.requests) == 2


def test_the_credentials_of_a_direct_reference_are_sent(tmp_path: Path) -> None:
    """In the header that is for them; the store is told nothing of them."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.wants("user", "sesame"))
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url.replace("://", "://user:sesame@")))

    assert path.read_bytes() == CONTENT
    assert not any(b"sesame" in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


@pytest.mark.parametrize("size", [None, 10**15])
def test_no_file_fills_the_disk(tmp_path: Path, size: int | None) -> None:
    """Where the index says no size, or one that nobody has, there is a limit all the same."""
    heard: list[int] = []
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        session = make_session()
        downloads = Downloads(
            Store.open(tmp_path), http=lambda: session, offline=False, refresh=False, most=1000
        )
        with pytest.raises(BadAnswerError, match="more than 1,000 bytes"):
            downloads.download(make_file(url, size=size), heard.append)
        session.close()

    assert sum(heard) == 1001
    assert blobs(tmp_path) == []


def test_refresh_fetches_a_file_without_a_hash_again(tmp_path: Path) -> None:
    """Its URL may give another file by now."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        with make_client(tmp_path, server) as client:
            client.download(make_file(url))
        server.fail(faults.body(b"new"))
        with make_client(tmp_path, server, refresh=True) as client:
            assert client.download(make_file(url)).read_bytes() == b"new"


def test_progress_adds_up_to_the_size(tmp_path: Path) -> None:
    """Also when a cut made some of it void, and when the store had the file already."""
    for cuts in (0, 2):
        heard: list[int] = []
        with IndexServer() as server:
            url = server.add("demo", "demo-1.0.zip", CONTENT)
            server.fail(faults.no_etag())
            server.fail(faults.cut(100_000), times=cuts)
            with make_client(tmp_path / str(cuts), server) as client:
                client.download(make_file(url, **PROMISED), heard.append)
            with make_client(tmp_path / str(cuts), server) as client:
                again: list[int] = []
                client.download(make_file(url, **PROMISED), again.append)

        assert sum(heard) == sum(again) == len(CONTENT)
        assert (min(heard) < 0) == (cuts > 0)


@pytest.mark.parametrize("hashes", [{name: digest} for name, digest in DIGESTS.items()] + [DIGESTS])
def test_every_promised_digest_is_checked(tmp_path: Path, hashes: dict[str, str]) -> None:
    """Whatever the algorithm; one that differs is enough."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        with make_client(tmp_path / "right", server) as client:
            client.download(make_file(url, hashes=hashes))
        for algorithm, digest in hashes.items():
            wrong = hashes | {algorithm: digest[::-1]}
            with (
                make_client(tmp_path / "wrong", server) as client,
                pytest.raises(HashMismatchError) as caught,
            ):
                client.download(make_file(url, hashes=wrong))

            assert f"expected {algorithm}:{digest[::-1]}" in caught.value.evidence
            assert f"got {algorithm}:{digest}" in caught.value.evidence
            assert blobs(tmp_path / "wrong") == []


@pytest.mark.parametrize(
    ("fault", "promised"),
    [
        (faults.truncated(1000), PROMISED),
        (faults.truncated(0), PROMISED),
        (faults.truncated(1000), {"size": len(CONTENT)}),
        (faults.bit_flipped(999), PROMISED),
        (faults.longer(b"x"), PROMISED),
        (faults.longer(b"x"), {"size": len(CONTENT)}),
        (faults.gzipped(), PROMISED),
        (faults.body(b"<html>sorry</html>"), PROMISED),
    ],
)
def test_what_is_not_as_promised_is_not_kept(
    tmp_path: Path, fault: faults.Fault, promised: dict[str, Any]
) -> None:
    """One request, one error, no trace in the store, and the next healthy run works."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(fault)
        with make_client(tmp_path, server) as client, pytest.raises(HashMismatchError):
            client.download(make_file(url, **promised))

        assert len(server.requests) == 1
        assert blobs(tmp_path) == []

        server.heal()
        with make_client(tmp_path, server) as client:
            assert client.download(make_file(url, **promised)).read_bytes() == CONTENT


def test_an_endless_file_is_read_one_byte_too_far(tmp_path: Path) -> None:
    """Its size is known, so more is proof enough."""
    heard: list[int] = []
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.longer(bytes(20_000_000)))
        with make_client(tmp_path, server) as client, pytest.raises(HashMismatchError) as caught:
            client.download(make_file(url, **PROMISED), heard.append)

    assert sum(heard) == len(CONTENT) + 1
    assert f"got more than {len(CONTENT):,} bytes" in caught.value.evidence


# -- cuts --------------------------------------------------------------------------------------------------


def ranges(server: IndexServer) -> list[str | None]:
    """The Range header of each request."""
    return [request.headers.get("range") for request in server.requests]


def test_a_cut_file_goes_on_where_it_was_cut(tmp_path: Path) -> None:
    """With a strong validator: only what is missing is sent."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.cut(100_000), times=2)
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url, **PROMISED))

        assert path.read_bytes() == CONTENT
        assert ranges(server) == [None, "bytes=100000-", "bytes=200000-"]


@pytest.mark.parametrize("etag", ['W/"weak"', "unquoted"])
def test_a_weak_validator_is_no_ground_to_go_on(tmp_path: Path, etag: str) -> None:
    """It does not promise equal bytes, so the file is fetched from its beginning."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.header("ETag", etag))
        server.fail(faults.cut(100_000), times=1)
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url, **PROMISED))

        assert path.read_bytes() == CONTENT
        assert ranges(server) == [None, None]


@pytest.mark.parametrize(
    "fault", [faults.range_from(0), faults.range_from(99_999), faults.status(416), faults.no_ranges(CONTENT)]
)
def test_a_wrong_continuation_means_starting_over(tmp_path: Path, fault: faults.Fault) -> None:
    """Bytes from another place are not appended."""

    def only_ranges(request: faults.Request, reply: faults.Reply) -> faults.Reply:
        return fault(request, reply) if "range" in request.headers else reply

    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.cut(100_000), times=1)
        server.fail(only_ranges)
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url, **PROMISED))

        assert path.read_bytes() == CONTENT


def test_a_file_that_changed_between_is_not_mixed(tmp_path: Path) -> None:
    """If-Range: another validator gets the whole new file."""
    other = CONTENT[::-1]
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.cut(100_000), times=1)
        server.replace("demo-1.0.zip", other, after=1)
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url))

        assert path.read_bytes() == other


def test_a_file_that_is_always_cut_ends_with_what_came(tmp_path: Path) -> None:
    """Bytes got and expected, four tries, nothing kept."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.no_etag())
        server.fail(faults.cut(100_000))
        with make_client(tmp_path, server) as client, pytest.raises(IndexUnreachableError) as caught:
            client.download(make_file(url, **PROMISED))

    assert "was cut off after 100,000 of 256,000 bytes (4 tries)" in caught.value.summary
    assert blobs(tmp_path) == []


@pytest.mark.parametrize("after", [0, 1, 2, 63, 1000, 65_535, 65_536, 65_537, 131_072, 255_998, 255_999])
def test_no_cut_goes_unseen(tmp_path: Path, after: int) -> None:
    """Wherever the connection broke, the file is whole in the end."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(faults.cut(after), times=2)
        with make_client(tmp_path, server) as client:
            assert client.download(make_file(url)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (faults.status(401), IndexRefusedError, "wants credentials"),
        (faults.status(403), IndexRefusedError, "forbids access"),
        (faults.status(404), BadAnswerError, "is not there"),
        (faults.status(410), BadAnswerError, "is gone"),
        (faults.status(418), BadAnswerError, "answered 418"),
        (faults.status(503), IndexUnreachableError, "answered 503"),
        (faults.hang(FOR_EVER), IndexUnreachableError, f"sent nothing for {HASTY.read_timeout:g} s"),
        (faults.drip(1, 0.01), IndexUnreachableError, "sends too slowly"),
    ],
)
def test_each_fault_has_its_words(
    tmp_path: Path, fault: faults.Fault, error: type[Exception], words: str
) -> None:
    """A person can tell what to do from them."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        server.fail(fault)
        # What is silent or slow is soon given up; what answers may take its time.
        policy = HASTY if words.startswith("sen") else PATIENT
        with make_client(tmp_path, server, policy=policy) as client, pytest.raises(error, match=words):
            client.download(make_file(url, **PROMISED))

    assert blobs(tmp_path) == []


# -- local files and the store -----------------------------------------------------------------------------


def test_local_files_are_copied_and_checked_alike(tmp_path: Path) -> None:
    """With a promise or without; changed content is seen."""
    path = tmp_path / "in dir" / "demo-1.0.zip"
    path.parent.mkdir()
    with make_client(tmp_path / "store") as client:
        for content in (CONTENT, b"other content"):
            path.write_bytes(content)
            with make_client(tmp_path / "store") as fresh:
                assert fresh.download(make_file(path.as_uri())).read_bytes() == content
        with pytest.raises(HashMismatchError):
            client.download(make_file(path.as_uri(), hashes={"sha256": "0" * 64}))
        with pytest.raises(HashMismatchError):
            client.download(make_file(path.as_uri(), size=3))


@pytest.mark.parametrize("promised", [{}, PROMISED])
def test_an_absent_local_file_is_said(tmp_path: Path, promised: dict[str, Any]) -> None:
    """By its path."""
    with make_client(tmp_path / "store") as client, pytest.raises(UsageError, match=r"gone\.zip"):
        client.download(make_file((tmp_path / "gone.zip").as_uri(), **promised))


def test_a_damaged_file_in_the_store_is_fetched_again(tmp_path: Path) -> None:
    """Nothing damaged is handed out."""
    with IndexServer() as server:
        url = server.add("demo", "demo-1.0.zip", CONTENT)
        with make_client(tmp_path, server) as client:
            path = client.download(make_file(url, **PROMISED))
        path.chmod(0o644)
        path.write_bytes(b"damaged" + CONTENT[7:])
        with make_client(tmp_path, server) as client:
            assert client.download(make_file(url, **PROMISED)).read_bytes() == CONTENT


def test_offline_says_what_is_missing(tmp_path: Path) -> None:
    """By file name."""
    with make_client(tmp_path, offline=True) as client, pytest.raises(OfflineError, match=r"demo-1\.0\.zip"):
        client.download(make_file("https://files.test/demo-1.0.zip", **PROMISED))
