"""One connection of waitress: what has arrived of a request, and what is still to be sent.

Waitress reads requests in one thread, the loop, and makes answers in others. Either may send.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from waitress.channel import HTTPChannel

from prebuilt_index.serving.refused import Refusal

if TYPE_CHECKING:
    from prebuilt_index.serving.limits import Limits

_PIECE: Final = 256 * 1024
"""Bytes of a file that are read and sent at once."""
_UNREAD: Final = 64
"""Pieces of what a client sent in vain that are read when its connection ends."""


class Channel(HTTPChannel):  # type: ignore[misc]  # waitress comes without types
    """A connection that remembers when the request began that is arriving."""

    error_task_class = Refusal
    began: float | None = None
    """Of the monotonic clock."""

    sendbuf_len: int
    _sending = False
    """Whether the thread that made an answer has the lock of what is to be sent."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Waitress reads as much of a file as the socket's whole buffer, and reads again what was not taken.
        self.sendbuf_len = min(self.sendbuf_len, _PIECE)

    def received(self, data: bytes) -> Any:
        if self.began is None:
            self.began = time.monotonic()
        taken = super().received(data)
        if self.request is None:
            self.began = None
        return taken

    def write_soon(self, data: Any) -> Any:
        self._sending = True
        try:
            return super().write_soon(data)
        finally:
            self._sending = False
            if self.writable():  # the loop has to look again: it passed this connection over
                self.server.pull_trigger()

    def _flush_outbufs_below_high_watermark(self) -> None:
        # The thread waits in here while the loop sends.
        was, self._sending = self._sending, False
        super()._flush_outbufs_below_high_watermark()
        self._sending = was

    def writable(self) -> bool:
        # Waitress asks for the lock again and again while a thread sends, and so keeps that thread from
        # running (of Python's threads one runs at a time).
        return not self._sending and bool(super().writable())

    def is_stuck(self, limits: Limits) -> bool:
        """Whether a request has been arriving, or an answer waiting to be taken, for too long."""
        if self.began is not None and time.monotonic() - self.began > limits.request_seconds:
            return True
        idle = time.time() - self.last_activity > limits.idle_seconds
        return bool(idle and (self.total_outbufs_len or not self.requests))

    def handle_close(self) -> None:
        if self.socket is None:  # closed already, in the same turn of the loop
            return
        # What the client sent and nobody read would turn the end of the connection into a reset, and take
        # from it the answer that says why.
        for _ in range(_UNREAD):
            try:
                if not self.socket.recv(65536):
                    break
            except OSError:
                break
        super().handle_close()
