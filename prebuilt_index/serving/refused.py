"""Requests that waitress refuses by itself are in the access log too: no application ever sees them."""

from __future__ import annotations

import time
from typing import Any

from waitress.task import ErrorTask

from prebuilt_index.serving.sending import log_line

_TOO_LARGE = 431
"""Of these waitress puts another request in the place of the one that came."""


class Refusal(ErrorTask):  # type: ignore[misc]  # waitress comes without types
    """An answer of waitress itself: 400, 413, 431, 501, or 500 where the application failed."""

    def execute(self) -> None:
        """Tell `told` of the server, if there is one, and send the answer."""
        told, error = self.channel.server.told, self.request.error
        if told is not None:
            _, _, body = error.to_response(self.channel.server.adj.ident)
            told(
                log_line(
                    address=str(self.channel.addr[0]),
                    asked=asked(self.request),
                    status=int(error.code),
                    size=len(body),
                    seconds=time.time() - self.start_time,
                    agent=self.request.headers.get("USER_AGENT"),
                )
            )
        super().execute()


def asked(request: Any) -> str:
    """The request's first line without its version, as far as it came; `-` for none."""
    whole = b"" if request.error.code == _TOO_LARGE else getattr(request, "first_line", b"")
    line = whole or request.header_plus.lstrip().partition(b"\r\n")[0]
    return line.partition(b" HTTP/")[0].decode("latin-1") or "-"
