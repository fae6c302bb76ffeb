"""The Runtime API, spoken by a client that keeps to the protocol and by some that do not."""

import http.client
import json
import socket
from collections.abc import Iterator
from time import time

import pytest

from builder.trial.beside.runtime_api import RuntimeApi, Step


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    """A server with one event."""
    api = RuntimeApi(b'{"a": 1}', "arn:x", 5.0)
    yield api
    api.close()


def ask(api: RuntimeApi, method: str, path: str, body: bytes | Iterator[bytes] | None = None) -> int:
    """The status of an answer."""
    connection = http.client.HTTPConnection(api.address, timeout=5)
    connection.request(method, f"/2018-06-01/runtime/{path}", body)
    status = connection.getresponse().status
    connection.close()
    return status


def test_an_event_comes_with_what_the_context_is_made_of(api: RuntimeApi) -> None:
    """Request id, deadline in milliseconds, ARN, trace id."""
    connection = http.client.HTTPConnection(api.address, timeout=5)
    connection.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (200, b'{"a": 1}')
    assert answer.headers["Lambda-Runtime-Aws-Request-Id"] == api.request_id
    assert 3000 < int(answer.headers["Lambda-Runtime-Deadline-Ms"]) - time() * 1000 <= 5000
    assert answer.headers["Lambda-Runtime-Invoked-Function-Arn"] == "arn:x"
    assert answer.headers["Lambda-Runtime-Trace-Id"].startswith("Root=1-")
    assert api.events.get(timeout=1).step is Step.ASKED
    connection.close()


def test_answers_and_errors_are_told_as_they_came(api: RuntimeApi) -> None:
    """In one piece or in chunks."""
    pieces = [b'{"a"', b": ", b"1}"]
    paths = {
        f"invocation/{api.request_id}/response": Step.ANSWERED,
        f"invocation/{api.request_id}/error": Step.FAILED,
        "init/error": Step.INIT_FAILED,
    }
    for path, step in paths.items():
        for body in (b"".join(pieces), iter(pieces)):
            assert ask(api, "POST", path, body) == 202
            event = api.events.get(timeout=1)

            assert (event.step, json.loads(event.body)) == (step, {"a": 1})


def test_what_is_not_of_the_protocol_changes_nothing(api: RuntimeApi) -> None:
    """Other paths, other requests' ids, lengths that are none."""
    assert ask(api, "GET", "nothing") == 404
    assert ask(api, "POST", "invocation/another/response", b"{}") == 404
    for head in ("Content-Length: x", "Content-Length: -1", "Transfer-Encoding: chunked"):
        with socket.create_connection(api.address.split(":"), timeout=5) as client:
            client.sendall(f"POST /2018-06-01/runtime/init/error HTTP/1.1\r\n{head}\r\n\r\nzz\r\n".encode())
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100).startswith(b"HTTP/1.1 400")

    assert api.events.empty()


def test_a_client_that_leaves_is_no_trouble(api: RuntimeApi, capfd: pytest.CaptureFixture[str]) -> None:
    """A function's process may end at any moment; a second question waits until the end."""
    with socket.create_connection(api.address.split(":"), timeout=5) as client:
        client.sendall(b"POST /2018-06-01/runtime/init/error HTTP/1.1\r\nContent-Length: 9\r\n\r\nx")
    assert api.events.empty()
    assert ask(api, "GET", "invocation/next") == 200
    with socket.create_connection(api.address.split(":"), timeout=5) as client:
        client.sendall(b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n")
    api.close()

    assert "Traceback" not in capfd.readouterr().err
