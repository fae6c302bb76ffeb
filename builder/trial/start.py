"""One cold start: a new process, one event, and what came of it, told as Lambda tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.trial.beside.watch import Invocation, Launch
from builder.trial.environment import ARN, environment
from builder.trial.values import Function, Start, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.trial.beside.process import Listener
    from builder.trial.place import Stage

CALL_LIMIT = 3.0
"""Seconds for one call, where a function is not configured otherwise."""
INIT_LIMIT = 10.0
"""Seconds Lambda gives a function to start; then it starts anew, within the time of the invocation."""
_INIT_PATIENCE = 60.0
"""Seconds given here: what is slow is shown, not cut off."""


def cold_start(function: Function, stage: Stage, hear: Listener) -> Start:
    """The function started and called once; its process and all in its group are gone.

    `hear` gets what it prints, line by line, from another thread.
    """
    invocation = Invocation(
        event=function.event,
        arn=ARN,
        patience=max(_INIT_PATIENCE, function.timeout),
        timeout=function.timeout,
    )
    tree = stage.tree
    outcome = stage.start(launch(function, stage), invocation, lambda line: hear(tree.as_on_lambda(line)))
    verdict = Verdict(outcome.verdict)
    return Start(
        verdict=verdict,
        payload=outcome.payload if verdict is Verdict.OK else tree.as_on_lambda(outcome.payload),
        init_seconds=outcome.init_seconds,
        call_seconds=outcome.call_seconds,
        peak_memory=outcome.peak_memory,
    )


def launch(function: Function, stage: Stage, wish: Sequence[str] = ()) -> Launch:
    """How the function's process is started; `wish` are further words for the bootstrap."""
    tree = stage.tree
    return Launch(
        command=[
            str(function.interpreter.path),
            *("-S", "-s", stage.bootstrap, tree.prefix, function.runtime.sdk_dir, *wish),
        ],
        environ=environment(function, tree),
        folder=str(tree.task),
    )
