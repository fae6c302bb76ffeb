"""Lambda's Runtime API (2018-06-01) on the loopback, for one process of a function and one event."""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
import uuid
from enum import Enum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

_PREFIX = "/2018-06-01/runtime/"
_LONGEST = 6_291_556
"""Bytes of a response that Lambda takes."""
_READ = 64 << 20
"""Bytes of a request that are read at all."""


class Step(Enum):
    """What the function's process did."""

    ASKED = auto()
    ANSWERED = auto()
    FAILED = auto()
    INIT_FAILED = auto()
    ENDED = auto()


class Event(NamedTuple):
    """One such step."""

    step: Step
    at: float
    """By `time.perf_counter()`."""
    body: bytes = b""
    status: int = 0
    """Of a process that ended, as `subprocess` has it."""


class RuntimeApi:
    """A server that hands out `event` once and tells through `events` what it hears; closed by `close`."""

    def __init__(self, event: bytes, arn: str, timeout: float) -> None:
        self.event, self.arn, self.timeout = event, arn, timeout
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.request_id = str(uuid.uuid4())
        self.handed_out = threading.Lock()
        """Held from the moment the event has been given away."""
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def tell(self, step: Step, body: bytes = b"", status: int = 0) -> None:
        """`events` knows of the step, as of now."""
        self.events.put(Event(step=step, at=time.perf_counter(), body=body, status=status))

    def close(self) -> None:
        """No thread and no socket is left."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], api: RuntimeApi) -> None:
        self.api = api
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A function that was ended, or ended itself, leaves its connections as they are.
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        if self.path != _PREFIX + "invocation/next":
            self._answer(HTTPStatus.NOT_FOUND, b"{}")
            return
        api = self.server.api
        if not api.handed_out.acquire(blocking=False):
            # One event is all there is: Lambda too would let it wait.
            api.closing.wait()
            self.close_connection = True
            return
        deadline = int((time.time() + api.timeout) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": api.request_id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": api.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }
        api.tell(Step.ASKED)
        self._answer(HTTPStatus.OK, api.event, headers)

    def do_POST(self) -> None:
        try:
            body = self._body()
        except ValueError:
            self._answer(HTTPStatus.BAD_REQUEST, b"{}")
            self.close_connection = True
            return
        api = self.server.api
        invocation = f"{_PREFIX}invocation/{api.request_id}"
        steps = {
            f"{_PREFIX}init/error": Step.INIT_FAILED,
            f"{invocation}/error": Step.FAILED,
            f"{invocation}/response": Step.ANSWERED,
        }
        step = steps.get(self.path)
        if step is None:
            self._answer(HTTPStatus.NOT_FOUND, b"{}")
        elif step is Step.ANSWERED and len(body) > _LONGEST:
            api.tell(Step.FAILED, _too_large())
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b"{}")
        else:
            api.tell(step, body)
            self._answer(HTTPStatus.ACCEPTED, b'{"status":"OK"}\n')

    def _body(self) -> bytes:
        """The whole body, or its first 64 MiB. Raises ValueError when it is not what the headers promise."""
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self._exactly(int(self.headers.get("Content-Length", 0)))
        pieces, total = [], 0
        while size := int(self.rfile.readline(1024).split(b";")[0], 16):
            pieces.append(self._exactly(size))
            total += size
            if total >= _READ:
                self.close_connection = True
                return b"".join(pieces)
            self.rfile.readline(16)
        while self.rfile.readline(65536).strip():
            pass  # trailers
        return b"".join(pieces)

    def _exactly(self, size: int) -> bytes:
        if size < 0:
            raise ValueError("a negative length")
        self.close_connection = self.close_connection or size > _READ
        data = self.rfile.read(min(size, _READ))
        if len(data) < min(size, _READ):
            raise ValueError("the body was cut")
        return data

    def _answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what is worth telling is told through `events`."""


def _too_large() -> bytes:
    told = f"Response payload size exceeded maximum allowed payload size ({_LONGEST} bytes)."
    return json.dumps({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": told}).encode()
