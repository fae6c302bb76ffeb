"""Host names are looked up once, and every address is tried."""

import socket
import threading
from collections.abc import Sequence

import pytest
from urllib3.connection import HTTPConnection
from urllib3.exceptions import NameResolutionError, NewConnectionError

from prebuilt_index.transport.lookups import Lookups


class Resolver:
    """A lookup that counts, and answers only when it may."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._addresses = addresses

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self._addresses:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return self._addresses


def test_many_connections_ask_once() -> None:
    """A dozen threads that begin together make one question."""
    resolver = Resolver(["127.0.0.1"])
    lookups = Lookups(resolver)
    together = threading.Barrier(12)

    def ask() -> None:
        together.wait()
        lookups.addresses("index.test", 443)

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert resolver.asked == ["index.test"]


def test_the_next_address_is_tried() -> None:
    """A host with a dead address is still reached, and keeps its name."""
    connection = HTTPConnection("index.test", 80)
    tried: list[str] = []
    made = socket.socket()

    def connect() -> socket.socket:
        tried.append(connection._dns_host)
        if connection._dns_host == "192.0.2.1":
            raise NewConnectionError(connection, "no route")
        return made

    with made:
        found = Lookups(Resolver(["192.0.2.1", "192.0.2.2"])).connect(connection, connect)

    assert found is made
    assert tried == ["192.0.2.1", "192.0.2.2"]
    assert connection.host == "index.test"


def test_the_last_address_tells_why() -> None:
    """When none answers, the error is that of a connection, not of a lookup."""
    connection = HTTPConnection("index.test", 80)

    def connect() -> socket.socket:
        raise NewConnectionError(connection, f"no route to {connection._dns_host}")

    with pytest.raises(NewConnectionError, match=r"192\.0\.2\.2"):
        Lookups(Resolver(["192.0.2.1", "192.0.2.2"])).connect(connection, connect)


def test_an_unknown_host_is_told_as_such() -> None:
    """The message is about the name that was written."""
    connection = HTTPConnection("index.test", 80)
    with pytest.raises(NameResolutionError, match=r"index\.test"):
        Lookups(Resolver([])).connect(connection, socket.socket)
