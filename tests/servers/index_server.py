"""A package index on loopback that can misbehave on demand.

    with IndexServer() as server:
        server.add("demo", "demo-1.0-py3-none-any.whl", wheel)
        server.fail(faults.status(500), on="/simple/*", times=1)
        ... use server.index_url ...
        assert len(server.requests) == 2

It speaks HTTP/1.1 with keep-alive: `/simple/<project>/` as PEP 691 JSON or PEP 503 HTML, whichever the client
prefers, `/files/<name>` with ranges and, where offered, `/files/<name>.metadata` (PEP 658).
"""

import hashlib
import html
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as the server saw it."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer, and how it is sent."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    announced: int | None = None
    """The Content-Length, when it is not the body's."""
    sent: int | None = None
    """Bytes of the body after which the connection is closed."""
    wait: float = 0.0
    """Seconds of silence before the answer."""
    drip: tuple[int, float] | None = None
    """Bytes at a time, and the seconds after each."""


Fault = Callable[[Request, Reply], Reply]
"""What becomes of a right answer."""


@dataclass(slots=True)
class _Planned:
    fault: Fault
    pattern: str
    left: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file of a project, as its page lists it."""

    filename: str
    content: bytes
    metadata: bytes | None
    extra: Mapping[str, Any]

    def entry(self) -> dict[str, Any]:
        """The PEP 691 entry."""
        offered = self.metadata is not None
        digests = {"sha256": hashlib.sha256(self.metadata).hexdigest()} if self.metadata is not None else {}
        return (
            {
                "filename": self.filename,
                "url": f"../../files/{self.filename}",
                "hashes": {"sha256": hashlib.sha256(self.content).hexdigest()},
                "size": len(self.content),
                "upload-time": "2026-01-02T03:04:05Z",
                "yanked": False,
            }
            | ({"core-metadata": digests} if offered else {})
            | dict(self.extra)
        )


class IndexServer:
    """The index. `validators` and `max_age` are what its pages say of caching; None says nothing."""

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        speaks_json: bool = True,
        validators: bool = False,
        max_age: int | None = None,
    ) -> None:
        self.requests: list[Request] = []
        self._speaks_json = speaks_json
        self._validators = validators
        self._max_age = max_age
        self._projects: dict[str, list[Listed]] = {}
        self._planned: list[_Planned] = []
        self._replaced: dict[str, tuple[int, bytes]] = {}
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}"
        self.index_url = f"{self.url}/simple/"

    def add(
        self, project: str, filename: str, content: bytes, *, metadata: bytes | None = None, **extra: Any
    ) -> str:
        """`project` lists a file; returns its URL. `extra` are keys of its entry, `_` standing for `-`."""
        keys = {name.replace("_", "-"): value for name, value in extra.items()}
        listed = Listed(filename=filename, content=content, metadata=metadata, extra=keys)
        self._projects.setdefault(project, []).append(listed)
        return f"{self.url}/files/{filename}"

    def replace(self, filename: str, content: bytes, *, after: int) -> None:
        """From the request after the next `after` on, `filename` has other content."""
        self._replaced[filename] = (after, content)

    def add_project(self, project: str) -> None:
        """`project` is known, and lists nothing so far."""
        self._projects.setdefault(project, [])

    def fail(self, fault: Fault, *, on: str = "*", times: float = float("inf")) -> None:
        """`fault` happens to the next `times` answers whose path matches `on`; several add up."""
        self._planned.append(_Planned(fault, on, times))

    def heal(self) -> None:
        """No fault happens any more."""
        self._planned.clear()

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.requests]

    def count_connections(self) -> Callable[[], int]:
        """A function that tells how many connections were accepted since now."""
        before = self._server.accepted
        return lambda: self._server.accepted - before

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()

    # -- answers -------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            faults = []
            for planned in self._planned:
                if planned.left > 0 and fnmatchcase(request.path, planned.pattern):
                    planned.left -= 1
                    faults.append(planned.fault)
        reply = self._right_answer(request)
        for fault in faults:
            reply = fault(request, reply)
        return reply

    def _right_answer(self, request: Request) -> Reply:
        parts = unquote(request.path).strip("/").split("/")
        if len(parts) == 2 and parts[0] == "simple" and parts[1] in self._projects:
            return self._page(parts[1], request)
        if len(parts) == 2 and parts[0] == "files":
            return self._file(parts[1], request)
        return Reply(status=404, body=b"no such thing")

    def _page(self, project: str, request: Request) -> Reply:
        entries = [listed.entry() for listed in self._projects[project]]
        if self._speaks_json and JSON in request.headers.get("accept", ""):
            document = {"meta": {"api-version": "1.4"}, "name": project, "files": entries}
            body, content_type = json.dumps(document).encode(), JSON
        else:
            body, content_type = _html_page(entries), "text/html; charset=utf-8"
        headers = {"Content-Type": content_type} | self._caching(body)
        if self._validators and request.headers.get("if-none-match") == headers["ETag"]:
            return Reply(status=304, headers=headers)
        return Reply(headers=headers, body=body)

    def _caching(self, body: bytes) -> dict[str, str]:
        headers = {}
        if self._validators:
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if self._max_age is not None:
            headers["Cache-Control"] = f"max-age={self._max_age}"
        return headers

    def _file(self, name: str, request: Request) -> Reply:
        for listed in (each for files in self._projects.values() for each in files):
            if listed.filename == name:
                return _ranged(self._content(listed), request)
            if f"{listed.filename}.metadata" == name and listed.metadata is not None:
                return Reply(body=listed.metadata)
        return Reply(status=404)

    def _content(self, listed: Listed) -> bytes:
        if listed.filename not in self._replaced:
            return listed.content
        left, other = self._replaced[listed.filename]
        self._replaced[listed.filename] = (left - 1, other)
        return listed.content if left > 0 else other

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        index = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                index._send(self, index._answer(Request(path=self.path, headers=headers)))

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        self._closing.wait(reply.wait)
        length = len(reply.body) if reply.announced is None else reply.announced
        lines = [f"HTTP/1.1 {reply.status} Here", f"Content-Length: {length}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        body = reply.body if reply.sent is None else reply.body[: reply.sent]
        if reply.drip is None:
            handler.wfile.write(head + body)
        else:
            handler.wfile.write(head)
            self._drip(handler, body, *reply.drip)
        handler.close_connection = reply.sent is not None or length != len(reply.body)

    def _drip(self, handler: BaseHTTPRequestHandler, body: bytes, count: int, seconds: float) -> None:
        for start in range(0, len(body), count):
            handler.wfile.write(body[start : start + count])
            if self._closing.wait(seconds):
                return


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    accepted = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.accepted += 1
        super().process_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """Quiet: clients that give up are what the tests are about."""


def _ranged(content: bytes, request: Request) -> Reply:
    """The file, or the part of it that a Range header asks for."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"Content-Type": "application/octet-stream", "ETag": tag, "Accept-Ranges": "bytes"}
    asked = request.headers.get("range", "")
    if not asked.startswith("bytes=") or request.headers.get("if-range", tag) != tag:
        return Reply(headers=headers, body=content)
    first, _, last = asked.removeprefix("bytes=").partition("-")
    start = int(first) if first else max(0, len(content) - int(last))
    end = min(int(last) + 1, len(content)) if first and last else len(content)
    if start >= len(content):
        return Reply(status=416, headers={"Content-Range": f"bytes */{len(content)}"})
    headers |= {"Content-Range": f"bytes {start}-{end - 1}/{len(content)}"}
    return Reply(status=206, headers=headers, body=content[start:end])


def _html_page(entries: list[dict[str, Any]]) -> bytes:
    return f"<!DOCTYPE html><html><body>{''.join(map(_anchor, entries))}</body></html>".encode()


def _anchor(entry: Mapping[str, Any]) -> str:
    algorithm, digest = next(iter(entry["hashes"].items()), ("", ""))
    fragment = f"#{algorithm}={digest}" if algorithm else ""
    attributes = {"href": entry["url"] + fragment}
    if entry.get("requires-python"):
        attributes["data-requires-python"] = entry["requires-python"]
    if entry.get("yanked"):
        attributes["data-yanked"] = entry["yanked"] if isinstance(entry["yanked"], str) else ""
    if entry.get("core-metadata"):
        attributes["data-core-metadata"] = f"sha256={entry['core-metadata']['sha256']}"
    written = " ".join(f'{name}="{html.escape(value)}"' for name, value in attributes.items())
    return f"<a {written}>{html.escape(entry['filename'])}</a><br>\n"


def closed_port_url() -> str:
    """The URL of an index that is not there: nothing listens on its port."""
    with _Server(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        return f"http://127.0.0.1:{server.server_address[1]}/simple/"


__all__ = ["HTML", "JSON", "Fault", "IndexServer", "Listed", "Reply", "Request", "closed_port_url"]
