"""What the reading side asks of HTTP, and the values that decide how patient it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpPolicy:
    """How long, how often and how much. Times are in seconds, sizes in bytes."""

    connect_timeout: float = 10.0
    read_timeout: float = 30.0
    """Longest silence inside an answer."""
    patience: float = 30.0
    """How far an answer may fall behind `least_rate` before it is given up, without another try."""
    least_rate: float = 1024.0
    """Bytes a second."""
    deadline: float = 1800.0
    """For one request with all its tries and pauses."""
    tries: int = 4
    first_pause: float = 0.5
    longest_pause: float = 30.0
    longest_retry_after: float = 60.0
    redirects: int = 10
    connections: int = 6
    """To one host at once. More of them keep each other from the interpreter: 12 take a sixth longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """How the network is reached from here: what pip's configuration and the environment say."""

    ca_bundle: Path | None = None
    """A file or folder of certificates to trust instead of the system's."""
    client_cert: Path | None = None
    """A PEM file with certificate and key."""
    trusted_hosts: tuple[str, ...] = ()
    """`host` or `host:port`, whose certificates are not checked."""
    proxies: Mapping[str, str] = field(default_factory=dict)
    """Scheme (`http`, `https`) to the proxy's URL; `all` for both."""
    no_proxy: tuple[str, ...] = ()
    """Hosts reached directly: names, `.domain` suffixes, `*`."""
    netrc: Path | None = None
    keyring: bool = True
    """Ask the `keyring` package, where it is installed, after a 401."""
    user_agent: str = "lbuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer: what small things come as."""

    status: int
    url: str
    """After redirects, without credentials."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


class Sink(Protocol):
    """What takes the bytes of a file, in order."""

    size: int

    def write(self, chunk: bytes) -> None: ...

    def restart(self) -> None:
        """Forget what was written."""
        ...


class Http(Protocol):
    """An HTTP client. Every method may be called from any thread.

    Raises IndexUnreachableError, IndexRefusedError (401, 403) and BadAnswerError.
    """

    def get(
        self, url: str, *, headers: Mapping[str, str], limit: int, statuses: frozenset[int] = frozenset({200})
    ) -> Answer:
        """The answer to a GET, at most `limit` bytes of it after decompression, with one of `statuses`."""
        ...

    def get_range(self, url: str, *, span: str, limit: int) -> Answer | None:
        """The answer to a GET of `span` (`bytes=0-9`); None when the server does not give just that."""
        ...

    def receive(self, url: str, sink: Sink, *, limit: int | None, on_bytes: Callable[[int], None]) -> None:
        """Every byte of the file at `url` is in `sink`, or one more than `limit` when it is longer."""
        ...

    def learn(self, url: str) -> str:
        """`url` without its credentials, which are sent to its origin from now on."""
        ...

    def close(self) -> None:
        """Running requests end soon, with an error."""
        ...
