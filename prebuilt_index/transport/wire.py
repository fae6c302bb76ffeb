"""urllib3 pools whose reads keep a pace, and the TLS settings they use."""

import http.client
import io
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from weakref import WeakSet

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from prebuilt_index.errors import IndexUnreachableError
from prebuilt_index.transport.lookups import Lookups
from prebuilt_index.transport.port import HttpConfig, HttpPolicy
from prebuilt_index.urls import split_credentials

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer  # exists for type checkers only


class TooSlowError(OSError):
    """An answer fell further behind its least rate than the policy's patience."""


class OverdueError(OSError):
    """The policy's deadline for one request has passed."""


class Wire:
    """Connections to every host, through proxies where they are configured."""

    def __init__(self, policy: HttpPolicy, config: HttpConfig) -> None:
        self._policy = policy
        self._config = config
        self._lock = threading.Lock()
        self._managers: dict[tuple[str | None, bool], urllib3.PoolManager] = {}
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._closed = False
        self._ends = threading.local()
        """Of each thread: when the answer it is asking for, which the pools make, must have ended."""
        self._pools = _paced_pools(policy, self._ends, self._register)

    def send(self, url: str, headers: dict[str, str], end: float) -> urllib3.BaseHTTPResponse:
        """The beginning of the answer to one GET: no redirect followed, no body read.

        Its body can be read until the `time.monotonic()` of `end`.
        """
        self._ends.end = end
        parts = urlsplit(url)
        host, scheme = parts.hostname or "", parts.scheme
        manager = self._manager(self._proxy(scheme, host), self._is_trusted(host, parts.port))
        timeout = urllib3.Timeout(connect=self._policy.connect_timeout, read=self._policy.read_timeout)
        return manager.request(
            "GET",
            url,
            headers=headers,
            timeout=timeout,
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )

    def close(self) -> None:
        """Every connection is closed; a read that waits ends now, with an error."""
        with self._lock:
            self._closed = True
            waiting, managers = list(self._sockets), list(self._managers.values())
        for sock in waiting:
            _shut(sock)
        for manager in managers:
            # `clear` alone leaves it to the garbage collector to close the pools.
            for key in manager.pools.keys():  # noqa: SIM118 - iterating over the container itself is refused
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
            manager.clear()

    def _register(self, sock: socket.socket) -> None:
        with self._lock:
            self._sockets.add(sock)
            closed = self._closed
        if closed:  # while its request was sent: nobody else would end what it reads
            _shut(sock)

    def _manager(self, proxy: str | None, trusted: bool) -> urllib3.PoolManager:
        with self._lock:
            if (proxy, trusted) not in self._managers:
                self._managers[proxy, trusted] = self._new_manager(proxy, trusted)
            return self._managers[proxy, trusted]

    def _new_manager(self, proxy: str | None, trusted: bool) -> urllib3.PoolManager:
        options: dict[str, Any] = {
            "num_pools": 16,
            "maxsize": self._policy.connections,
            "block": True,
            "ssl_context": tls_context(self._config, trusted=trusted),
        }
        if proxy is None:
            manager = urllib3.PoolManager(**options)
        else:
            clean, credentials = split_credentials(proxy)
            pair = f"{credentials.username}:{credentials.password}" if credentials else None
            proxy_headers = urllib3.make_headers(proxy_basic_auth=pair)
            manager = urllib3.ProxyManager(clean, proxy_headers=proxy_headers, **options)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def _proxy(self, scheme: str, host: str) -> str | None:
        proxy = self._config.proxies.get(scheme) or self._config.proxies.get("all")
        if not proxy or any(_covers(pattern, host) for pattern in self._config.no_proxy):
            return None
        return proxy if "://" in proxy else f"http://{proxy}"

    def _is_trusted(self, host: str, port: int | None) -> bool:
        trusted = {unquote(name).lower() for name in self._config.trusted_hosts}
        return host in trusted or f"{host}:{port}" in trusted


def _shut(sock: socket.socket) -> None:
    # One that is closed already is what is wanted.
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)


def _covers(pattern: str, host: str) -> bool:
    """Whether a `no_proxy` entry names `host` or a domain above it."""
    bare = pattern.strip().lower().lstrip(".").partition(":")[0]
    return bare == "*" or (bool(bare) and (host == bare or host.endswith(f".{bare}")))


def tls_context(config: HttpConfig, *, trusted: bool) -> ssl.SSLContext:
    """What certificates are checked against; nothing for a trusted host."""
    context = _unchecked() if trusted else _checked(config)
    if config.client_cert is not None:
        try:
            context.load_cert_chain(config.client_cert)
        except (OSError, ssl.SSLError) as error:
            raise _unreadable("client certificate", str(config.client_cert), error) from error
    return context


def _unchecked() -> ssl.SSLContext:
    # The user named the host as trusted; a warning for each connection would tell nothing new.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _checked(config: HttpConfig) -> ssl.SSLContext:
    bundle = config.ca_bundle
    if bundle is not None:
        try:
            folder = bundle.is_dir()
            return ssl.create_default_context(
                cafile=None if folder else str(bundle), capath=str(bundle) if folder else None
            )
        except (OSError, ssl.SSLError) as error:
            raise _unreadable("certificate bundle", str(bundle), error) from error
    if sys.platform not in ("win32", "darwin") and ssl.get_default_verify_paths().cafile:
        # truststore would load the same file once for every connection: 22 ms instead of 2 ms of CPU each.
        return ssl.create_default_context()
    import truststore  # here: only where the system's store is no file

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _unreadable(what: str, path: str, error: OSError) -> IndexUnreachableError:
    return IndexUnreachableError(
        f"the {what} `{path}` cannot be used",
        evidence=[str(error.strerror or error)],
        hint="Check `cert` in pip's configuration and SSL_CERT_FILE; no other certificates are tried instead",
    )


def _paced_pools(
    policy: HttpPolicy, ends: threading.local, register: Callable[[socket.socket], None]
) -> dict[str, type[HTTPConnectionPool]]:
    """Pool classes whose answers are read through `_Paced`: the pools take classes, not instances."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            raw: Any = self.fp
            register(sock)
            self.fp = io.BufferedReader(_Paced(raw.detach(), sock, policy, ends.end))

    lookups = Lookups()

    class Plain(HTTPConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return lookups.connect(self, super()._new_conn)

    class Secure(HTTPSConnection):
        response_class = Response

        def _new_conn(self) -> socket.socket:
            return lookups.connect(self, super()._new_conn)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Paced(io.RawIOBase):
    """The bytes of one answer, given up when they come too slowly.

    A time-out alone is for one `recv`: a byte a second would hold a build for days. Patience is a number of
    seconds; waiting uses it up and bytes at `least_rate` restore it, never beyond where it began.
    """

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, policy: HttpPolicy, end: float) -> None:
        self._raw = raw
        self._sock = sock
        self._policy = policy
        self._end = end
        """Also of headers: a server may send provisional answers (100) for ever, at any rate."""
        self._patience = policy.patience
        self._timeout = 0.0
        """What the socket was told last. Telling it gives up the interpreter's lock, which others want."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int | None:
        begun = time.monotonic()
        if begun > self._end:
            raise OverdueError("overdue")
        timeout = min(self._policy.read_timeout, self._patience)
        if timeout != self._timeout:
            self._sock.settimeout(timeout)
            self._timeout = timeout
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError as error:
            if self._patience < self._policy.read_timeout:
                raise TooSlowError("too slow") from error
            raise
        earned = (count or 0) / self._policy.least_rate
        left = self._patience - (time.monotonic() - begun) + earned
        self._patience = min(self._policy.patience, left)
        if count and self._patience <= 0:
            raise TooSlowError("too slow")
        # At the end of the answer the patience no longer matters, but no time-out may be negative.
        self._patience = max(self._patience, 0.001)
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
