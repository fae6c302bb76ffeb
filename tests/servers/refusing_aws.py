"""An AWS on loopback that says no: the answers of services that a stand-in for AWS does not give."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any, Self


@dataclass(slots=True)
class RefusingAws:
    """Every request gets `status` with an error called `code`; the requests are counted.

    `cut`: the connection is closed instead of an answer.
    """

    status: int = 400
    code: str = ""
    message: str = ""
    cut: bool = False
    requests: list[str] = field(default_factory=list)
    """Method and path, in order."""
    _server: ThreadingHTTPServer = field(init=False)

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def variables(self, nowhere: str) -> Mapping[str, str]:
        """With which boto3 asks it, and waits little between tries."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_port}",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "eu-central-1",
            "AWS_DEFAULT_REGION": "eu-central-1",
            "AWS_CONFIG_FILE": f"{nowhere}/config",
            "AWS_SHARED_CREDENTIALS_FILE": f"{nowhere}/credentials",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "2",
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        aws = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                aws.requests.append(f"{self.command} {self.path}")
                if aws.cut:
                    self.close_connection = True
                    return
                body = json.dumps({"Type": "User", "message": aws.message}).encode()
                self.send_response(aws.status)
                self.send_header("x-amzn-ErrorType", aws.code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815  # names of http.server

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        return Handler
