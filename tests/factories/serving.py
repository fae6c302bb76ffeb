"""A server of a prebuilt index on loopback, and clients that say exactly what a test wants said."""

import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prebuilt_index.serving.application import IndexApplication
from prebuilt_index.serving.limits import Limits
from prebuilt_index.serving.server import Server


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it came over the wire."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A server that runs, and what it said."""

    server: Server
    told: list[str]
    faults: list[str]

    @property
    def url(self) -> str:
        return self.server.url

    def get(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """What one request on a connection of its own gets. `_` in a header's name stands for `-`."""
        connection = http.client.HTTPConnection(*self.server.address, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name.replace("_", "-"), value)
            if body is not None:
                connection.putheader("Content-Length", f"{len(body)}")
            connection.endheaders(body)
            answer = connection.getresponse()
            read = answer.read()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(status=answer.status, headers=named, body=read)
        finally:
            connection.close()

    def raw(self, sent: bytes, *, timeout: float = 30) -> bytes:
        """Everything that comes back for these bytes, until the server closes."""
        with self.connect(timeout=timeout) as client:
            client.sendall(sent)
            return b"".join(iter(lambda: client.recv(65536), b""))

    def connect(self, *, timeout: float = 30) -> socket.socket:
        """A connection on which nothing was said so far."""
        return socket.create_connection(self.server.address, timeout)


@contextmanager
def serving(root: Path, limits: Limits | None = None) -> Iterator[Serving]:
    """The index at `root` is served; at the end the server has ended."""
    told, faults = list[str](), list[str]()
    application = IndexApplication(root, told=told.append, faults=faults.append)
    server = Server(application, limits=limits, told=told.append)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield Serving(server=server, told=told, faults=faults)
    finally:
        server.stop()
        thread.join(30)
        assert not thread.is_alive()
