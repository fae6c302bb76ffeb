"""The server under clients that are many, slow, rude, or there when it has to end."""

import hashlib
import os
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from factories.patience import PATIENCE
from factories.served import Prebuilt
from factories.serving import Serving, serving
from prebuilt_index.errors import CannotListenError
from prebuilt_index.serving.channel import Channel
from prebuilt_index.serving.limits import Limits
from prebuilt_index.serving.server import Server

IMPATIENT = Limits(request_seconds=1.0, idle_seconds=1, drain_seconds=5.0)
PAGE = b"GET /simple/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@pytest.fixture
def index(tmp_path: Path) -> Prebuilt:
    index = Prebuilt(tmp_path / "index")
    index.add("demo", "1.0", files={"demo.py": os.urandom(300_000)})
    return index


def test_two_hundred_clients_all_get_whole_answers(index: Prebuilt) -> None:
    (wheel,) = (index.root / "files/demo").glob("*.whl")
    expected = {
        f"/files/demo/{wheel.name}": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "/simple/demo/": hashlib.sha256(index.page("demo", "index.html")).hexdigest(),
    }
    together = threading.Barrier(200)

    def client(number: int) -> list[str]:
        path = list(expected)[number % 2]
        together.wait(60)
        answers = [server.get(path) for _ in range(3)]
        return [path for answer in answers if hashlib.sha256(answer.body).hexdigest() != expected[path]]

    with serving(index.root) as server, ThreadPoolExecutor(200) as clients:
        assert [fault for faults in clients.map(client, range(200)) for fault in faults] == []


def test_a_connection_serves_many_requests(index: Prebuilt) -> None:
    with serving(index.root) as server, server.connect() as client:
        for _ in range(3):
            client.sendall(b"HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
            assert client.recv(65536).startswith(b"HTTP/1.1 404 ")


def test_requests_sent_together_are_answered_in_order(index: Prebuilt) -> None:
    asked = b"".join(
        b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in (b"/simple/", b"/nothing", b"/simple")
    )
    with serving(index.root) as server:
        answered = server.raw(asked + PAGE)
    starts = [line for line in answered.split(b"\r\n") if b"HTTP/1.1 " in line]
    assert [line[line.index(b"HTTP/1.1 ") + 9 :][:3] for line in starts] == [b"200", b"404", b"301", b"200"]


def test_the_loop_leaves_a_connection_to_the_thread_that_sends(
    index: Prebuilt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it holds the lock, the loop would ask for that without end, and keep it from running."""
    send = Channel.send
    sent: list[tuple[bool, bool]] = []

    def watched(channel: Channel, *arguments: Any, **options: Any) -> Any:
        sent.append((threading.current_thread().name.startswith("waitress-"), bool(channel.writable())))
        return send(channel, *arguments, **options)

    monkeypatch.setattr(Channel, "send", watched)
    with serving(index.root) as server:
        assert server.get("/simple/demo/").status == 200

    assert (True, False) in sent
    assert (True, True) not in sent


def test_more_than_is_kept_for_a_client_waits_until_it_reads(index: Prebuilt) -> None:
    """Requests that are sent together for more than waitress lets lie about (16 MB): all whole, in order."""
    content = os.urandom(20_000_000)
    index.add("large", "1.0", files={"large.py": content})
    (wheel,) = (index.root / "files/large").glob("*.whl")
    asked = b"GET /files/large/%b HTTP/1.1\r\nHost: x\r\n\r\n" % wheel.name.encode()

    with serving(index.root) as server:
        answered = server.raw(asked * 3 + PAGE)

    assert answered.count(wheel.read_bytes()) == 3
    assert answered.endswith(index.page("", "index.html"))


@pytest.mark.parametrize("drip", [b"GET /simple/ HTTP/1.1\r\n", b"X: y\r\n", b"\r\n", b""])
def test_a_request_that_does_not_end_is_cut_off_and_others_are_served(index: Prebuilt, drip: bytes) -> None:
    with serving(index.root, IMPATIENT) as server:
        slow = [server.connect() for _ in range(50)]
        for client in slow:
            client.sendall(drip)
        deadline = time.monotonic() + PATIENCE
        open_ones = set(slow)
        while open_ones and time.monotonic() < deadline:
            assert server.get("/simple/").status == 200
            for client in list(open_ones):
                try:
                    # Within every idle time, so that only the bound on the whole request can end it.
                    client.send(b"a" if drip else b"")
                    client.settimeout(0.001)
                    gone = client.recv(1000) == b""
                except TimeoutError:
                    gone = False
                except OSError:
                    gone = True
                if gone:
                    open_ones.discard(client)
                    client.close()
        assert not open_ones


def test_who_does_not_read_an_answer_is_cut_off(index: Prebuilt) -> None:
    filename = index.add("large", "1.0", files={"large.py": os.urandom(20_000_000)})
    with serving(index.root, IMPATIENT) as server:
        slow = [server.connect() for _ in range(20)]
        for client in slow:
            client.sendall(f"GET /files/large/{filename} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        size = len(index.wheel(filename))
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            assert server.get("/simple/").status == 200
        for client in slow:
            received = 0
            try:
                while block := client.recv(1 << 20):
                    received += len(block)
            except ConnectionError:
                pass
            client.close()
            assert received < size


def test_headers_that_are_too_large(index: Prebuilt) -> None:
    with serving(index.root) as server:
        many = b"".join(b"X-%d: y\r\n" % number for number in range(5000))
        for sent in (
            b"GET / HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n",
            b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
            b"GET / HTTP/1.1\r\n" + many + b"\r\n",
        ):
            assert _status(server, sent) == 431


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"get / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\r\n b\x00\r\n\r\n",
    ],
)
def test_what_is_no_request_is_400(index: Prebuilt, sent: bytes) -> None:
    with serving(index.root) as server:
        assert _status(server, sent) == 400
        assert server.get("/simple/").status == 200


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"get /x HTTP/1.1\r\n\r\n", '"get /x" 400 '),
        (b"GET /y?z HTTP/1.1\r\nUser-Agent: odd\r\nContent-Length: 99999999\r\n\r\n", '"GET /y?z" 413 '),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", " 431 "),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", '"GET /" 501 '),
        (b"\x1b[2J\r\x16\x03\r\n\r\n", '"-" 400 '),
    ],
)
def test_requests_that_never_reach_the_application_are_in_the_log(
    index: Prebuilt, sent: bytes, told: str
) -> None:
    with serving(index.root) as server:
        server.raw(sent)
        server.get("/simple/", User_Agent="tests")
        refused, answered = server.told
    assert told in refused
    assert refused.startswith("20")
    assert " 127.0.0.1 " in refused
    assert refused.isprintable()
    assert refused.endswith('"odd"' if b"odd" in sent else '"-"')
    assert len(refused) < 500
    assert '"GET /simple/" 200 ' in answered


def test_a_length_of_too_many_digits_harms_nobody(index: Prebuilt) -> None:
    with serving(index.root) as server:
        server.raw(b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 6000 + b"\r\n\r\n")
        assert server.get("/simple/").status == 200


def test_a_body_is_not_waited_for(index: Prebuilt) -> None:
    with serving(index.root) as server:
        assert _status(server, b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n") == 413


def test_more_connections_than_are_held_wait_for_their_turn(index: Prebuilt) -> None:
    # Two of them are the server's own: where it listens, and where it is woken.
    with serving(index.root, Limits(connections=7, idle_seconds=1)) as server:
        idle = [server.connect() for _ in range(20)]
        assert server.get("/simple/").status == 200
        for client in idle:
            client.close()


def test_an_answer_that_is_being_sent_is_finished_when_the_server_ends(index: Prebuilt) -> None:
    filename = index.add("large", "1.0", files={"large.py": os.urandom(20_000_000)})
    wheel = index.wheel(filename)
    server = Server(_application(index))
    thread = threading.Thread(target=server.run)
    thread.start()
    with socket.create_connection(server.address, 30) as client, socket.create_connection(server.address):
        client.sendall(f"GET /files/large/{filename} HTTP/1.0\r\n\r\n".encode())
        received = [client.recv(1000)]
        server.stop()
        time.sleep(0.2)
        with pytest.raises(OSError, match=r"refused|reset"):
            socket.create_connection(server.address, 5)
        received += iter(lambda: client.recv(1 << 20), b"")
    thread.join(20)
    assert not thread.is_alive()
    assert b"".join(received).endswith(wheel)


def test_asked_a_second_time_the_server_waits_for_nobody(index: Prebuilt) -> None:
    filename = index.add("large", "1.0", files={"large.py": os.urandom(20_000_000)})
    server = Server(_application(index), limits=Limits(drain_seconds=600))
    thread = threading.Thread(target=server.run)
    thread.start()
    with socket.create_connection(server.address, 30) as client:
        client.sendall(f"GET /files/large/{filename} HTTP/1.0\r\n\r\n".encode())
        client.recv(1000)
        server.stop()
        thread.join(0.5)
        assert thread.is_alive()
        server.stop()
        thread.join(20)
    assert not thread.is_alive()


def test_an_address_that_is_taken_is_told(index: Prebuilt) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(CannotListenError, match="cannot be listened on") as caught:
            Server(_application(index), port=taken.getsockname()[1])
        assert "in use" in caught.value.evidence[0]
    with pytest.raises(CannotListenError):
        Server(_application(index), host="no.such.host.invalid")


def test_ipv6(index: Prebuilt) -> None:
    try:
        server = Server(_application(index), host="::1")
    except CannotListenError:
        pytest.skip("this machine has no IPv6 loopback")
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        assert server.url.startswith("http://[::1]:")
        with socket.create_connection(server.address, 30) as client:
            client.sendall(PAGE)
            assert client.recv(100).startswith(b"HTTP/1.1 200 OK")
    finally:
        server.stop()
        thread.join(20)


def _application(index: Prebuilt) -> object:
    from prebuilt_index.serving.application import IndexApplication

    return IndexApplication(index.root, faults=lambda line: None)


def _status(server: Serving, sent: bytes) -> int:
    return int(server.raw(sent).split(b" ", 2)[1])
