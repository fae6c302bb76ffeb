"""METADATA of wheels: the cheapest way that the index allows, and never anything but METADATA."""

import hashlib
import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from factories.indexes import DEMO, make_client, make_file
from factories.wheels import make_wheel
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import BadArchiveError, HashMismatchError, NetworkError, OfflineError
from prebuilt_index.index.client import IndexClient
from prebuilt_index.index.core_metadata import SMALL_WHEEL
from prebuilt_index.index.wheel_tail import NotUnderstoodError, directory_span, find_metadata, read_metadata
from servers import faults
from servers.index_server import IndexServer

SMALL = make_wheel("demo", "1.0", requires_dist=["other>=2"])
LARGE = make_wheel("demo", "1.0", {"demo.bin": os.urandom(SMALL_WHEEL + 1000)}, requires_dist=["other>=2"])
WHEEL = "demo-1.0-py3-none-any.whl"


def metadata_of(wheel: bytes) -> bytes:
    """METADATA as zipfile reads it."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        return archive.read("demo-1.0.dist-info/METADATA")


def listed(client: IndexClient) -> IndexFile:
    """The one file of demo."""
    return client.page(DEMO).files[0]


def far_apart() -> bytes:
    """A wheel whose METADATA comes first and whose large content follows: its end does not hold it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("demo-1.0.dist-info/METADATA", metadata_of(SMALL))
        archive.writestr("demo.bin", os.urandom(SMALL_WHEEL + 1000))
    return target.getvalue()


def files_asked(server: IndexServer) -> list[str]:
    """What was asked for besides pages."""
    return [path for path in server.paths() if path.startswith("/files/")]


def test_the_metadata_file_is_preferred(tmp_path: Path) -> None:
    """PEP 658: one small request, and the wheel stays where it is."""
    with IndexServer() as server:
        server.add("demo", WHEEL, LARGE, metadata=b"Name: demo\n")
        with make_client(tmp_path, server) as client:
            content = client.core_metadata(listed(client))

        assert content == b"Name: demo\n"
        assert files_asked(server) == [f"/files/{WHEEL}.metadata"]


def test_a_metadata_file_that_lies_about_its_hash_is_refused(tmp_path: Path) -> None:
    """Both values are told, and the wheel is not taken instead."""
    with IndexServer() as server:
        server.add("demo", WHEEL, SMALL, metadata=b"Name: demo\n")
        server.fail(faults.body(b"Name: evil\n"), on="*.metadata")
        with make_client(tmp_path, server) as client, pytest.raises(HashMismatchError) as caught:
            client.core_metadata(listed(client))

    expected, got = (hashlib.sha256(content).hexdigest() for content in (b"Name: demo\n", b"Name: evil\n"))
    assert f"expected sha256:{expected}" in caught.value.evidence
    assert f"got sha256:{got}" in caught.value.evidence


def test_an_absent_metadata_file_is_replaced_by_the_wheels_own(tmp_path: Path) -> None:
    """Mirrors offer what they did not copy; the wheel knows best anyway."""
    with IndexServer() as server:
        server.add("demo", WHEEL, SMALL, metadata=b"")
        server.fail(faults.status(404), on="*.metadata")
        with make_client(tmp_path, server) as client:
            content = client.core_metadata(listed(client))

        assert content == metadata_of(SMALL)


def test_a_small_wheel_is_fetched_whole_and_kept(tmp_path: Path) -> None:
    """It will be needed, and its end would cost as much."""
    with IndexServer() as server:
        server.add("demo", WHEEL, SMALL)
        with make_client(tmp_path, server) as client:
            file = listed(client)
            content = client.core_metadata(file)
            path = client.download(file)

        assert content == metadata_of(SMALL)
        assert path.read_bytes() == SMALL
        assert files_asked(server) == [f"/files/{WHEEL}"]


def test_one_request_for_its_end_is_enough_for_most_large_wheels(tmp_path: Path) -> None:
    """Directory and METADATA lie there."""
    with IndexServer() as server:
        server.add("demo", WHEEL, LARGE)
        with make_client(tmp_path, server) as client:
            content = client.core_metadata(listed(client))

        assert content == metadata_of(LARGE)
        assert len(files_asked(server)) == 1
        assert server.requests[-1].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("size", ["known", "unknown"])
def test_metadata_far_from_the_end_takes_two_requests(tmp_path: Path, size: str) -> None:
    """Whether or not the index says how large the wheel is."""
    wheel = far_apart()
    with IndexServer() as server:
        url = server.add("demo", WHEEL, wheel)
        with make_client(tmp_path, server) as client:
            content = client.core_metadata(make_file(url, size=len(wheel) if size == "known" else None))

        assert content == metadata_of(wheel)
        spans = [request.headers["range"] for request in server.requests]
        assert len(spans) == 2
        assert sum(map(span_length, spans)) < 200_000


def span_length(span: str) -> int:
    """Bytes that a Range header asks for."""
    first, _, last = span.removeprefix("bytes=").partition("-")
    return int(last) - int(first) + 1 if first else int(last)


@pytest.mark.parametrize(
    "fault",
    [
        faults.no_ranges(LARGE),
        faults.range_from(7),
        faults.status(416),
        faults.status(501),
        faults.truncated(100),
    ],
)
def test_servers_without_good_ranges_send_the_whole_wheel(tmp_path: Path, fault: faults.Fault) -> None:
    """What the range gave is forgotten."""

    def only_ranges(request: faults.Request, reply: faults.Reply) -> faults.Reply:
        return fault(request, reply) if "range" in request.headers else reply

    with IndexServer() as server:
        server.add("demo", WHEEL, LARGE)
        server.fail(only_ranges, on="/files/*")
        with make_client(tmp_path, server) as client:
            file = listed(client)
            content = client.core_metadata(file)

        assert content == metadata_of(LARGE)
        assert client.download(file).read_bytes() == LARGE


def test_a_server_without_ranges_is_asked_for_one_only_once(tmp_path: Path) -> None:
    """The next wheel of that server is fetched whole at once."""
    with IndexServer() as server:
        urls = [server.add("demo", f"demo-{n}.0-py3-none-any.whl", LARGE) for n in range(3)]
        server.fail(faults.no_ranges(LARGE), on="/files/*")
        with make_client(tmp_path, server) as client:
            for url in urls:
                client.core_metadata(make_file(url))

        assert ["range" in request.headers for request in server.requests] == [True, False, False, False]


def test_metadata_is_remembered(tmp_path: Path) -> None:
    """By hash, else by URL; offline too. What was never seen is said to be missing."""
    with IndexServer() as server:
        url = server.add("demo", WHEEL, LARGE)
        digest = hashlib.sha256(LARGE).hexdigest()
        for offline in (False, True):
            with make_client(tmp_path, server, offline=offline) as client:
                contents = [
                    client.core_metadata(make_file(url, hashes={"sha256": digest})),
                    client.core_metadata(make_file(url)),
                ]

            assert contents == [metadata_of(LARGE)] * 2
        with make_client(tmp_path, server, offline=True) as client, pytest.raises(OfflineError):
            client.core_metadata(make_file(f"{server.url}/files/other-1.0-py3-none-any.whl"))

        assert len(server.requests) == 2


def test_local_wheels_are_looked_into_where_they_are(tmp_path: Path) -> None:
    """Nothing is copied, and a changed file is seen."""
    path = tmp_path / WHEEL
    for requires in (["a"], ["b"]):
        path.write_bytes(make_wheel("demo", "1.0", requires_dist=requires))
        with make_client(tmp_path / "store") as client:
            content = client.core_metadata(make_file(path.as_uri()))

        assert f"Requires-Dist: {requires[0]}".encode() in content


def test_an_unlisted_wheel_is_a_network_error(tmp_path: Path) -> None:
    """404 after all."""
    with IndexServer() as server, make_client(tmp_path, server) as client:
        for size in (10, None):
            with pytest.raises(NetworkError, match="is not there"):
                client.core_metadata(make_file(f"{server.url}/files/{WHEEL}", size=size))


# -- hostile archives --------------------------------------------------------------------------------------


def read(wheel: bytes) -> bytes:
    """METADATA as the reader of ends finds it."""
    span = directory_span(wheel[-200:], len(wheel))
    place = find_metadata(wheel[span.start : span.end])
    return read_metadata(place, wheel[place.span.start : place.span.end])


def patched(wheel: bytes, signature: bytes, at: int, value: bytes) -> bytes:
    """`value` put into the last record of that kind."""
    start = wheel.rindex(signature) + at
    return wheel[:start] + value + wheel[start + len(value) :]


def with_entry(name: str, content: bytes = b"") -> bytes:
    """A wheel with one more member."""
    return make_wheel("demo", "1.0", {name: content})


def metadata_record(wheel: bytes) -> int:
    """Where the directory's entry of METADATA begins."""
    return wheel.rindex(b"demo-1.0.dist-info/METADATA") - 46


def in_metadata_record(at: int, value: bytes) -> Callable[[bytes], bytes]:
    """A change of METADATA's entry in the directory."""

    def change(wheel: bytes) -> bytes:
        start = metadata_record(wheel) + at
        return wheel[:start] + value + wheel[start + len(value) :]

    return change


END = b"PK\5\6"


@pytest.mark.parametrize(
    "change",
    [
        lambda wheel: b"",
        lambda wheel: wheel[:100],
        lambda wheel: wheel[:-1],
        lambda wheel: wheel + b"\0",
        lambda wheel: patched(wheel, END, 20, b"\1\0"),
        lambda wheel: patched(wheel, END, 4, b"\1\0"),
        lambda wheel: patched(wheel, END, 8, b"\xff\xff\xff\xff"),
        lambda wheel: patched(wheel, END, 12, struct.pack("<I", 2**31)),
        lambda wheel: patched(wheel, END, 16, struct.pack("<I", 5)),
        lambda wheel: patched(wheel, END, 16, b"\xff\xff\xff\xff"),
        lambda wheel: with_entry("evil-1.0.dist-info/METADATA"),
        in_metadata_record(0, b"PK\0\0"),
        in_metadata_record(8, b"\1\0"),
        in_metadata_record(10, b"\x0c\0"),
        in_metadata_record(16, b"\0\0\0\0"),
        in_metadata_record(20, struct.pack("<I", 1)),
        in_metadata_record(20, struct.pack("<I", 2**31)),
        in_metadata_record(24, struct.pack("<I", 1)),
        in_metadata_record(24, struct.pack("<I", 2**31)),
        in_metadata_record(24, b"\xff\xff\xff\xff"),
        in_metadata_record(28, b"\xff\xff"),
        in_metadata_record(42, struct.pack("<I", 3)),
        in_metadata_record(42, struct.pack("<I", 2**31)),
    ],
)
def test_what_is_odd_is_left_to_the_whole_wheel(change: Callable[[bytes], bytes]) -> None:
    """No guess, no crash, no unbounded work."""
    with pytest.raises(NotUnderstoodError):
        read(change(SMALL))


def test_a_bomb_stops_at_its_promised_size() -> None:
    """The inflated bytes are counted, not believed."""
    wheel = make_wheel("demo", "1.0", metadata=b"0" * 10**7)
    with pytest.raises(NotUnderstoodError):
        read(in_metadata_record(24, struct.pack("<I", 1000))(wheel))


def test_every_byte_may_be_damaged_without_a_crash() -> None:
    """Read right, or not understood; nothing else."""
    right = metadata_of(SMALL)
    for position in range(len(SMALL)):
        wheel = bytearray(SMALL)
        wheel[position] ^= 0xFF
        try:
            content = read(bytes(wheel))
        except NotUnderstoodError:
            continue
        assert content == right


@pytest.mark.parametrize("content", [b"", b"rubbish", SMALL[:-5], with_entry("evil-1.0.dist-info/METADATA")])
def test_a_wheel_without_readable_metadata_is_named(tmp_path: Path, content: bytes) -> None:
    """It arrived as promised, so its maker is to blame."""
    with IndexServer() as server:
        server.add("demo", WHEEL, content)
        with make_client(tmp_path, server) as client, pytest.raises(BadArchiveError) as caught:
            client.core_metadata(listed(client))

    assert WHEEL in caught.value.summary
