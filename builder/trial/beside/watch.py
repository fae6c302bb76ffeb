"""The function's process, started and watched: what it did, and how it ended in Lambda's words."""

from __future__ import annotations

import json
import queue
import signal
import subprocess
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from builder.trial.beside.process import FunctionProcess, Listener
from builder.trial.beside.runtime_api import Event, RuntimeApi, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LAST_WORDS = 2.0
"""Seconds for a runtime that has reported an error to end by itself."""


class Launch(NamedTuple):
    """How the function's process begins."""

    command: Sequence[str]
    environ: Mapping[str, str]
    folder: str


class Invocation(NamedTuple):
    """One event, and the patience with who answers it."""

    event: bytes
    arn: str
    patience: float
    """Seconds until the event is asked for."""
    timeout: float
    """Seconds from then to the answer."""


class Outcome(NamedTuple):
    """What came of one cold start; the fields are those of `builder.trial.values.Start`."""

    verdict: str
    payload: bytes
    init_seconds: float | None = None
    call_seconds: float | None = None
    peak_memory: int | None = None


class Reading(NamedTuple):
    """What a process left in a file, and how it ended."""

    content: bytes
    ending: str


def start(launch: Launch, invocation: Invocation, hear: Listener) -> Outcome:
    """The function started and called once; its process and all in its group are gone.

    `hear` gets what it prints, line by line, from another thread. Raises OSError when it cannot be started.
    """
    api = RuntimeApi(invocation.event, invocation.arn, invocation.timeout)
    try:
        environ = {**launch.environ, "AWS_LAMBDA_RUNTIME_API": api.address}
        began = perf_counter()
        with FunctionProcess(
            launch.command, environ, launch.folder, hear, lambda status: api.tell(Step.ENDED, status=status)
        ) as process:
            return _watched(api, invocation, process, began)
    finally:
        api.close()


def read(launch: Launch, file: str, seconds: float, hear: Listener) -> Reading:
    """What the process, which nobody calls, has written to `file` after so long at most.

    Raises OSError when it cannot be started.
    """
    with FunctionProcess(launch.command, launch.environ, launch.folder, hear, lambda status: None) as process:
        try:
            ending = f"the interpreter ended with status {process.wait(seconds)}"
        except subprocess.TimeoutExpired:
            ending = "it took too long"
    try:
        with open(file, "rb") as results:
            return Reading(results.read(), ending)
    except FileNotFoundError:
        return Reading(b"", ending)


def _watched(api: RuntimeApi, invocation: Invocation, process: FunctionProcess, began: float) -> Outcome:
    first = _next(api, invocation.patience)
    if first is None or first.step is not Step.ASKED:
        if first is not None and first.step is Step.INIT_FAILED:
            _let_end(process)
        payload = _error(api, first, invocation.patience)
        return Outcome("not-loaded", payload, None if first is None else first.at - began)
    last = _next(api, invocation.timeout)
    answered = last is not None and last.step is Step.ANSWERED
    return Outcome(
        verdict="ok" if answered else "failed",
        payload=last.body if last and answered else _error(api, last, invocation.timeout),
        init_seconds=first.at - began,
        call_seconds=None if last is None else last.at - first.at,
        peak_memory=process.peak_memory(),
    )


def _next(api: RuntimeApi, seconds: float) -> Event | None:
    try:
        return api.events.get(timeout=seconds)
    except queue.Empty:
        return None


def _let_end(process: FunctionProcess) -> None:
    """The runtime ends by itself after it has reported; it may still be printing."""
    try:
        process.wait(_LAST_WORDS)
    except subprocess.TimeoutExpired:
        return


def _error(api: RuntimeApi, event: Event | None, seconds: float) -> bytes:
    """The error as Lambda hands it to who called: the runtime's own words, or Lambda's about the process."""
    if event is not None and event.step in (Step.FAILED, Step.INIT_FAILED):
        return event.body
    if event is None:
        kind, told = "Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"
    else:
        kind, told = "Runtime.ExitError", _ending(event.status)
    return json.dumps(
        {"errorType": kind, "errorMessage": f"RequestId: {api.request_id} Error: {told}"}
    ).encode()


def _ending(status: int) -> str:
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    words = signal.strsignal(-status) or f"signal {-status}"
    return f"Runtime exited with error: signal: {words.lower()}"
