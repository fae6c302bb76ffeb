"""The bytes of one file, over as many connections as it takes."""

from collections.abc import Callable

from prebuilt_index.transport.exchange import Exchange, Opener
from prebuilt_index.transport.port import Sink

_CHUNK = 64 * 1024


class Transfer:
    """A file on its way into a sink. It goes on where it was cut only if the server says it is the same."""

    def __init__(
        self, opener: Opener, url: str, sink: Sink, limit: int | None, on_bytes: Callable[[int], None]
    ) -> None:
        self._open = opener
        self._url = url
        self._sink = sink
        self._limit = limit
        self._on_bytes = on_bytes
        self._etag: str | None = None

    def attempt(self, end: float) -> None:
        """The sink holds the whole file, or one byte more than the limit. Raises PassingFaultError."""
        while not self._once(end):
            self._start_over()

    def _once(self, end: float) -> bool:
        """Whether the answer could be used; False is possible only for an answer to a range."""
        # Asked for as it is: a compressed copy would have other bytes than the promised hash.
        headers = {"accept-encoding": "identity"}
        statuses = frozenset({200})
        if self._sink.size and self._etag is not None:
            headers |= {"range": f"bytes={self._sink.size}-", "if-range": self._etag}
            statuses |= {206, 416}
        elif self._sink.size:
            self._start_over()
        with self._open(self._url, headers, statuses, end) as exchange:
            if exchange.status == 416:
                return False
            if exchange.status == 206 and _first_byte(exchange.header("content-range")) != self._sink.size:
                return False
            if exchange.status == 200 and self._sink.size:
                self._start_over()
            self._etag = _strong(exchange.header("etag"))
            self._copy(exchange)
        return True

    def _copy(self, exchange: Exchange) -> None:
        for chunk in exchange.chunks(most=self._most()):
            wanted = chunk if self._limit is None else chunk[: self._limit + 1 - self._sink.size]
            self._sink.write(wanted)
            self._on_bytes(len(wanted))
            if self._limit is not None and self._sink.size > self._limit:
                return

    def _most(self) -> int:
        return _CHUNK if self._limit is None else min(_CHUNK, self._limit + 1)

    def _start_over(self) -> None:
        self._on_bytes(-self._sink.size)
        self._sink.restart()
        self._etag = None


def _strong(etag: str | None) -> str | None:
    """`etag` when it promises equal bytes; a weak one (`W/`) promises less."""
    return etag if etag is not None and etag.startswith('"') else None


def _first_byte(content_range: str | None) -> int | None:
    """Where a `Content-Range: bytes 5-9/10` begins."""
    unit, _, rest = (content_range or "").strip().partition(" ")
    first = rest.strip().partition("-")[0]
    return int(first) if unit.lower() == "bytes" and first.isascii() and first.isdecimal() else None
