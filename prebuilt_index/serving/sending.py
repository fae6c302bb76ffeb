"""A WSGI request as the application sees it, and its answer on the way out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from prebuilt_index.serving.answers import Answer, FileAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from wsgiref.types import StartResponse

_BLOCK: Final = 256 * 1024
_SHOWN: Final = 300
"""Characters of a request's line and of its user agent in the log."""
_NO_SNIFFING: Final = ("X-Content-Type-Options", "nosniff")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request."""

    environ: Mapping[str, Any]

    @property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @property
    def path(self) -> str | None:
        """Decoded; None when it is not UTF-8."""
        try:
            return str(self.environ.get("PATH_INFO") or "/").encode("latin-1").decode()
        except UnicodeError:
            return None

    @property
    def query_string(self) -> str:
        """As it came, when it is safe in a header; else empty."""
        query = str(self.environ.get("QUERY_STRING") or "")
        return query if query.isascii() and query.isprintable() else ""

    def header(self, name: str) -> str | None:
        """The value of a header, its name as WSGI has it: `ACCEPT_ENCODING`."""
        value = self.environ.get(f"HTTP_{name}")
        return None if value is None else str(value)

    def line(self, answer: Answer | FileAnswer, seconds: float) -> str:
        """The access log's line."""
        asked = f"{self.method} {self.environ.get('PATH_INFO', '')}"
        if self.environ.get("QUERY_STRING"):
            asked += f"?{self.environ['QUERY_STRING']}"
        return log_line(
            address=str(self.environ.get("REMOTE_ADDR", "-")),
            asked=asked,
            status=answer.status.value,
            size=answer.part.length if isinstance(answer, FileAnswer) else len(answer.body),
            seconds=seconds,
            agent=self.header("USER_AGENT"),
        )


def log_line(*, address: str, asked: str, status: int, size: int, seconds: float, agent: str | None) -> str:
    """A line of an access log; nothing a client sends can begin another, or steer a terminal."""
    moment = datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = f"{_quoted(asked)} {status} {size} {1000 * seconds:.1f}ms {_quoted(agent or '-')}"
    return f"{moment} {address} {told}"


def send(answer: Answer | FileAnswer, request: Request, start_response: StartResponse) -> Iterable[bytes]:
    """Begin the answer; its body."""
    length = answer.part.length if isinstance(answer, FileAnswer) else len(answer.body)
    headers = [*answer.headers, ("Content-Length", f"{length}"), _NO_SNIFFING]
    start_response(f"{answer.status.value} {answer.status.phrase}", headers)
    if isinstance(answer, Answer):
        return [] if request.method == "HEAD" else [answer.body]
    if request.method == "HEAD":
        answer.file.stream.close()
        return []
    answer.file.stream.seek(answer.part.offset)
    wrapper: Callable[[BinaryIO, int], Iterable[bytes]] | None = request.environ.get("wsgi.file_wrapper")
    if wrapper is not None:
        # The server sends as many bytes as Content-Length says, without a thread that waits for the client.
        return wrapper(answer.file.stream, _BLOCK)
    return _blocks(answer)


def _blocks(answer: FileAnswer) -> Iterable[bytes]:
    left = answer.part.length
    with answer.file.stream as stream:
        while left > 0 and (block := stream.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


def _quoted(text: str) -> str:
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return '"' + shown.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
