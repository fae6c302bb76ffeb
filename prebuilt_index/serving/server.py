"""Listening: the application behind waitress, bounded, and ended without cutting anybody off.

Waitress parses, queues and sends. What it lacks is here and in `channel.py`: a bound on how long a request
may take to arrive, and an end that lets answers be finished.
"""

from __future__ import annotations

import logging
import socket
import time
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.server import TcpWSGIServer

from prebuilt_index.errors import CannotListenError
from prebuilt_index.serving.channel import Channel
from prebuilt_index.serving.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable
    from wsgiref.types import WSGIApplication

_TICK: Final = 1.0
"""Seconds between two looks at who takes too long."""


class _Waitress(TcpWSGIServer):  # type: ignore[misc]  # waitress comes without types
    channel_class = Channel
    told: Callable[[str], None] | None = None
    """Of the access log."""


class Server:
    """An application that is listened for. `run` blocks; `stop`, of a handler or a thread, ends it."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        limits: Limits | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        """Listen on `host` and `port`, 0 for any that is free. Raises CannotListenError.

        `told` gets a line for each request that does not reach the application.
        """
        self._limits = limits or Limits()
        # Queues that are long and clients that go away are a server's daily bread, not warnings.
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._map: dict[int, Any] = {}
        self._waitress = self._listen(application, _bound(host, port))
        self._waitress.told = told
        self._stopping = False
        self._hurried = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are listened on."""
        host, port = self._waitress.effective_host, self._waitress.effective_port
        return str(host), int(port)

    @property
    def url(self) -> str:
        """Without a slash at its end."""
        host, port = self.address
        return f"http://{f'[{host}]' if ':' in host else host}:{port}"

    def run(self) -> None:
        """Answer until `stop`, then finish what is being answered, for `Limits.drain_seconds` at most."""
        try:
            self._loop(lambda: self._stopping)
            self._drain()
        finally:
            for channel in list(self._waitress.active_channels.values()):
                channel.handle_close()
            self._waitress.task_dispatcher.shutdown()
            wasyncore.close_all(self._map)

    def stop(self) -> None:
        """Take no more requests; asked a second time, wait for nobody."""
        self._hurried = self._stopping
        self._stopping = True
        self._waitress.pull_trigger()

    # ------------------------------------------------------------------------------------------------------

    def _listen(self, application: WSGIApplication, listening: socket.socket) -> _Waitress:
        limits = self._limits
        settings = Adjustments(
            sockets=[listening],
            threads=limits.threads,
            connection_limit=limits.connections,
            max_request_header_size=limits.header_bytes,
            max_request_body_size=limits.body_bytes,
            channel_timeout=limits.idle_seconds,
            asyncore_use_poll=True,
            log_socket_errors=False,
            ident="lbuild",
        )
        return _Waitress(
            application,
            map=self._map,
            _sock=listening,
            adj=settings,
            sockinfo=(listening.family, listening.type, listening.proto, listening.getsockname()),
            bind_socket=False,
        )

    def _loop(self, ended: Callable[[], bool]) -> None:
        looked = 0.0
        while not ended():
            wasyncore.loop(timeout=_TICK, use_poll=True, map=self._map, count=1)
            if time.monotonic() - looked > _TICK:
                looked = time.monotonic()
                self._cut_off()

    def _cut_off(self) -> None:
        """Waitress marks idle connections, and closes them once they can be written to: these never can."""
        for channel in list(self._waitress.active_channels.values()):
            if channel.is_stuck(self._limits):
                channel.handle_close()

    def _drain(self) -> None:
        latest = time.monotonic() + self._limits.drain_seconds
        self._waitress.accepting = False
        self._waitress.del_channel(self._map)
        self._waitress.socket.close()

        def ended() -> bool:
            for channel in self._waitress.active_channels.values():
                if not channel.requests and not channel.total_outbufs_len:
                    channel.will_close = True
            return not self._waitress.active_channels or self._hurried or time.monotonic() > latest

        self._loop(ended)


def _bound(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, place = found[0]
        listening = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise _cannot_listen(host, port, error) from error
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(place)
    except OSError as error:
        listening.close()
        raise _cannot_listen(host, port, error) from error
    return listening


def _cannot_listen(host: str, port: int, error: Exception) -> CannotListenError:
    said = error.strerror if isinstance(error, OSError) else None
    return CannotListenError(
        f"`{host}` port {port} cannot be listened on",
        evidence=[said or str(error)],
        hint="`--port 0` takes any port that is free; `--host 127.0.0.1` listens for this machine alone",
    )
