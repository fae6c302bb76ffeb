"""One answer that is still being read."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import urllib3

from prebuilt_index.errors import BadAnswerError
from prebuilt_index.urls import redacted

_CHUNK = 64 * 1024
"""Bytes a read may give. TLS hands out 16 KiB, and a buffer of 256 for them costs twice the work."""
_LARGE = 4 * 1024 * 1024
"""Bytes waited for in one call where a body's length is told: half the work of a page. More would trust a
length, which may be a lie, with memory."""
_SMALL = 16 * 1024
"""Bytes of an unwanted body that are read to keep its connection."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer whose body is still to be read."""

    response: urllib3.BaseHTTPResponse
    url: str
    """Where it came from, after redirects."""

    @property
    def status(self) -> int:
        return self.response.status

    def header(self, name: str) -> str | None:
        return self.response.headers.get(name)

    def chunks(self, *, most: int = _CHUNK, decode: bool = False) -> Iterator[bytes]:
        """The body, at most `most` bytes at a time; what has come in does not wait for more."""
        while chunk := self.response.read1(most, decode_content=decode):
            yield chunk

    def body(self, limit: int, *, decode: bool) -> bytes:
        """The whole body; BadAnswerError when it has more than `limit` bytes."""
        decode = decode and self.header("content-encoding") is not None
        told = getattr(self.response, "length_remaining", None)
        if told is None or decode:
            chunks = self.chunks(decode=decode)
        elif told > limit:
            raise self._too_long(limit)
        else:
            chunks = iter(partial(self.response.read, _LARGE, decode_content=False), b"")
        parts: list[bytes] = []
        size = 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise self._too_long(limit)
            parts.append(chunk)
        return b"".join(parts)

    def _too_long(self, limit: int) -> BadAnswerError:
        return BadAnswerError(f"`{redacted(self.url)}` sent more than {limit:,} bytes")


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
    if left is None or left > _SMALL:
        drop(response)
        return
    try:
        while not response.closed and response.read1(_SMALL, decode_content=False):
            pass
    except RuntimeError:  # urllib3 skips nothing of what it has begun to decompress
        drop(response)
    else:
        response.release_conn()


def drop(response: urllib3.BaseHTTPResponse) -> None:
    """The connection is closed unless it is free already; its place in the pool is free in either case."""
    response.close()
    # Without this a pool that blocks would wait for ever once each of its places had been closed.
    response.release_conn()
