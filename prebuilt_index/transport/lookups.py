"""Host names looked up once: a dozen connections that open together would ask a dozen times.

A resolver asked so often drops a question now and then, and who asked waits five seconds before asking again.
"""

import socket
import threading
from collections.abc import Callable, Sequence

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, NameResolutionError

Lookup = Callable[[str, int], Sequence[str]]


def system_lookup(host: str, port: int) -> Sequence[str]:
    """The host's addresses, best first. Raises socket.gaierror."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


class Lookups:
    """Addresses by host, kept as long as this is: one run."""

    def __init__(self, lookup: Lookup = system_lookup) -> None:
        self._lookup = lookup
        self._lock = threading.Lock()
        self._known: dict[str, Sequence[str]] = {}

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """The host's addresses; who asks while they are being looked up waits for the answer."""
        with self._lock:
            if host not in self._known:
                self._known[host] = self._lookup(host, port)
            return self._known[host]

    def connect(self, connection: HTTPConnection, connect: Callable[[], socket.socket]) -> socket.socket:
        """What `connect` of `connection` gives, tried with each address of its host in turn.

        `_dns_host` is urllib3's name for what is connected to; TLS and the request go on naming the host.
        """
        name = connection._dns_host
        try:
            *others, last = self.addresses(name, connection.port or 0)
        except OSError as error:
            raise NameResolutionError(name, connection, error) from error  # type: ignore[arg-type]  # a gaierror
        try:
            for address in others:
                connection._dns_host = address
                try:
                    return connect()
                except HTTPError:
                    continue  # the next address may answer
            connection._dns_host = last
            return connect()
        finally:
            connection._dns_host = name
