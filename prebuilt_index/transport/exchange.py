"""One answer that is still being read."""

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import urllib3

from prebuilt_index.errors import BadAnswerError
from prebuilt_index.transport.wire import OverdueError
from prebuilt_index.urls import redacted

_CHUNK = 256 * 1024
_SMALL = 16 * 1024
"""Bytes of an unwanted body that are read to keep its connection."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer whose body is still to be read."""

    response: urllib3.BaseHTTPResponse
    url: str
    """Where it came from, after redirects."""
    end: float
    """The `time.monotonic()` at which reading stops."""

    @property
    def status(self) -> int:
        return self.response.status

    def header(self, name: str) -> str | None:
        return self.response.headers.get(name)

    def chunks(self, *, most: int = _CHUNK, decode: bool = False) -> Iterator[bytes]:
        """The body as it comes in, at most `most` bytes at a time.

        Where its length is told, in pieces of `most` bytes: one call instead of one for each 16 KiB that TLS
        hands out is half the work of a page.
        """
        read = self.response.read if self._has_length() and not decode else self.response.read1
        while chunk := read(most, decode_content=decode):
            yield chunk
            if time.monotonic() > self.end:
                raise OverdueError("overdue")

    def body(self, limit: int, *, decode: bool) -> bytes:
        """The whole body; BadAnswerError when it has more than `limit` bytes."""
        parts: list[bytes] = []
        size = 0
        decode = decode and self.header("content-encoding") is not None
        most = limit if self._has_length() else _CHUNK
        for chunk in self.chunks(most=most, decode=decode):
            size += len(chunk)
            if size > limit:
                raise BadAnswerError(f"`{redacted(self.url)}` sent more than {limit:,} bytes")
            parts.append(chunk)
        return b"".join(parts)

    def _has_length(self) -> bool:
        length = self.header("content-length")
        return length is not None and length.isdecimal()


class Opener(Protocol):
    """Begins an exchange."""

    def __call__(
        self, url: str, headers: Mapping[str, str], statuses: frozenset[int], end: float
    ) -> AbstractContextManager[Exchange]: ...


def put_back(response: urllib3.BaseHTTPResponse) -> None:
    """The connection is free again: kept when little or nothing is left to read, else closed.

    Nothing is decompressed: the body of a redirect may be a bomb.
    """
    left = getattr(response, "length_remaining", None)
    if left is not None and left <= _SMALL:
        while response.read1(_SMALL, decode_content=False):
            pass
        response.release_conn()
    else:
        drop(response)


def drop(response: urllib3.BaseHTTPResponse) -> None:
    """The connection is closed unless it is free already; its place in the pool is free in either case."""
    response.close()
    # Without this a pool that blocks would wait for ever once each of its places had been closed.
    response.release_conn()
