"""One cold start: a new process, one event, and what came of it, told as Lambda tells it."""

import json
import queue
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from builder.trial.environment import ARN, environment
from builder.trial.process import FunctionProcess, Listener
from builder.trial.runtime_api import Event, RuntimeApi, Step
from builder.trial.values import Function, Start, Tree, Verdict

CALL_LIMIT = 3.0
"""Seconds for one call, where a function is not configured otherwise."""
INIT_LIMIT = 10.0
"""Seconds Lambda gives a function to start; then it starts anew, within the time of the invocation."""
_INIT_PATIENCE = 60.0
"""Seconds given here: what is slow is shown, not cut off."""
_LAST_WORDS = 2.0
_BOOTSTRAP = Path(__file__).with_name("bootstrap.py")


def cold_start(function: Function, tree: Tree, hear: Listener) -> Start:
    """The function started and called once; its process and all in its group are gone.

    `hear` gets what it prints, line by line, from another thread.
    """
    api = RuntimeApi(function.event, ARN, function.timeout)
    try:
        began = perf_counter()
        with FunctionProcess(
            command(function, tree),
            environment(function, tree, api.address),
            tree.task,
            lambda line: hear(tree.as_on_lambda(line)),
            lambda status: api.tell(Step.ENDED, status=status),
        ) as process:
            return _watched(function, tree, api, process, began)
    finally:
        api.close()


def command(function: Function, tree: Tree, wish: Sequence[str] = ()) -> list[str]:
    """The words that start the function's process; `wish` are further ones for the bootstrap."""
    words = [function.interpreter.path, "-S", "-s", _BOOTSTRAP, tree.root, function.runtime.sdk_dir, *wish]
    return list(map(str, words))


def _watched(
    function: Function, tree: Tree, api: RuntimeApi, process: FunctionProcess, began: float
) -> Start:
    first = _next(api, max(_INIT_PATIENCE, function.timeout))
    if first is None or first.step is not Step.ASKED:
        if first is not None and first.step is Step.INIT_FAILED:
            _let_end(process)
        return Start(
            verdict=Verdict.NOT_LOADED,
            payload=_error(api, first, max(_INIT_PATIENCE, function.timeout), tree),
            init_seconds=None if first is None else first.at - began,
        )
    last = _next(api, function.timeout)
    memory = process.peak_memory()
    answered = last is not None and last.step is Step.ANSWERED
    return Start(
        verdict=Verdict.OK if answered else Verdict.FAILED,
        payload=last.body if last and answered else _error(api, last, function.timeout, tree),
        init_seconds=first.at - began,
        call_seconds=None if last is None else last.at - first.at,
        peak_memory=memory,
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


def _error(api: RuntimeApi, event: Event | None, seconds: float, tree: Tree) -> bytes:
    """The error as Lambda hands it to who called: the runtime's own words, or Lambda's about the process."""
    if event is not None and event.step in (Step.FAILED, Step.INIT_FAILED):
        return tree.as_on_lambda(event.body)
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
