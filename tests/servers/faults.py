"""What can go wrong with an index, each as a function of a right answer: see `IndexServer.fail`."""

import gzip
import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from servers.index_server import JSON, Fault, Reply, Request

_PORTAL = (
    b"<html><head><title>Welcome</title></head><body><a href='/login'>Log in</a> to go online</body></html>"
)


# -- the answer as a whole ---------------------------------------------------------------------------------


def status(code: int, **headers: str) -> Fault:
    """An error status; `retry_after="2"` becomes a Retry-After header."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, reply: Reply(status=code, headers=named, body=b"<html>sorry</html>")


def unasked_304() -> Fault:
    """304 to a request that did not ask whether anything changed."""
    return lambda request, reply: Reply(status=304)


def captive_portal() -> Fault:
    """A login page in place of every answer."""
    return lambda request, reply: Reply(headers={"Content-Type": "text/html"}, body=_PORTAL)


def html_as_json() -> Fault:
    """A login page that calls itself JSON."""
    return lambda request, reply: Reply(headers={"Content-Type": JSON}, body=_PORTAL)


def content_type(value: str) -> Fault:
    """The right body under another content type."""
    return header("Content-Type", value)


def redirect(to: str, code: int = 302) -> Fault:
    """A redirect; `{path}` in `to` is the path that was asked for."""

    def fault(request: Request, reply: Reply) -> Reply:
        return Reply(status=code, headers={"Location": to.replace("{path}", request.path)})

    return fault


def wants(username: str, password: str) -> Fault:
    """401 unless the request has these credentials."""
    right = "Basic " + b64encode(f"{username}:{password}".encode()).decode()

    def fault(request: Request, reply: Reply) -> Reply:
        return reply if request.headers.get("authorization") == right else Reply(status=401)

    return fault


# -- the way it is sent ------------------------------------------------------------------------------------


def cut(after: int) -> Fault:
    """The connection is closed after so many bytes of the body."""
    return lambda request, reply: replace(reply, sent=after)


def always_cut(after: int) -> Fault:
    """The connection is closed after so many bytes, and nothing tells that the rest is of the same file."""

    def fault(request: Request, reply: Reply) -> Reply:
        return replace(no_etag()(request, reply), sent=after)

    return fault


def hang(seconds: float) -> Fault:
    """Silence before the answer."""
    return lambda request, reply: replace(reply, wait=seconds)


def drip(count: int, seconds: float) -> Fault:
    """So many bytes at a time, a pause after each."""
    return lambda request, reply: replace(reply, drip=(count, seconds))


# -- the bytes of a file -----------------------------------------------------------------------------------


def truncated(to: int) -> Fault:
    """The beginning of the body, sent as if that were all."""
    return lambda request, reply: replace(reply, body=reply.body[:to])


def bit_flipped(at: int) -> Fault:
    """One bit of the body differs."""

    def fault(request: Request, reply: Reply) -> Reply:
        body = bytearray(reply.body)
        body[at] ^= 1
        return replace(reply, body=bytes(body))

    return fault


def longer(by: bytes) -> Fault:
    """More than the file."""
    return lambda request, reply: replace(reply, body=reply.body + by)


def body(content: bytes) -> Fault:
    """Other content."""
    return lambda request, reply: replace(reply, body=content)


def gzipped() -> Fault:
    """Compressed although it was asked for as it is, and said to be so."""

    def fault(request: Request, reply: Reply) -> Reply:
        headers = {**reply.headers, "Content-Encoding": "gzip"}
        return replace(reply, body=gzip.compress(reply.body), headers=headers)

    return fault


def range_from(start: int) -> Fault:
    """An answer to a range that is another range; other answers stay."""

    def fault(request: Request, reply: Reply) -> Reply:
        if reply.status != 206:
            return reply
        total = int(reply.headers["Content-Range"].rpartition("/")[2])
        span = f"bytes {start}-{start + len(reply.body) - 1}/{total}"
        return replace(reply, headers={**reply.headers, "Content-Range": span})

    return fault


def no_ranges(content: bytes) -> Fault:
    """The whole file, whatever range was asked for."""
    return lambda request, reply: Reply(body=content)


def header(name: str, value: str) -> Fault:
    """A header of that value."""
    return lambda request, reply: replace(reply, headers={**reply.headers, name: value})


def no_etag() -> Fault:
    """Nothing by which a client could know the file again."""

    def fault(request: Request, reply: Reply) -> Reply:
        return replace(
            reply, headers={name: value for name, value in reply.headers.items() if name != "ETag"}
        )

    return fault


# -- what a page says --------------------------------------------------------------------------------------


def edited(change: Callable[[dict[str, Any]], object]) -> Fault:
    """A JSON page after `change` was at it."""

    def fault(request: Request, reply: Reply) -> Reply:
        document = json.loads(reply.body)
        change(document)
        return replace(reply, body=json.dumps(document).encode())

    return fault


def files_say(**values: Any) -> Fault:
    """Every file's entry has these values, `_` standing for `-`."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return edited(lambda page: [entry.update(named) for entry in page["files"]])


def api_version(version: str) -> Fault:
    """A page of another version of the API."""
    return edited(lambda page: page["meta"].update({"api-version": version}))


def quarantined(reason: str) -> Fault:
    """A PEP 792 status, with no files, as PyPI does it."""
    status = {"status": "quarantined", "reason": reason}
    return edited(lambda page: page.update({"project-status": status, "files": []}))
