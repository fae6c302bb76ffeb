"""Jobs on threads of their own, all stopped by the first that fails.

`concurrent.futures` would wait, at the latest when the interpreter ends, for a job that hangs in a read; here
a person's Ctrl-C, or an error, is told at once. Jobs that stop late change nothing any more.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from manylinux.errors import IntegrityError, LbuildError, SeveralErrors

Result = TypeVar("Result")
Pulse = Callable[[], None]
"""To be called several times a second by a job; raises when the job is to stop."""

_PATIENCE = 2.0
"""Seconds that jobs may take to notice that they are to stop: to kill what they run, to finish a verdict."""
_LOOK = 0.2
"""Seconds between looks for an interrupt, where waiting cannot be interrupted (Windows)."""


class _StopError(Exception):
    """The job is not wanted any more."""


@dataclass(slots=True)
class _Crew(Generic[Result]):
    jobs: Sequence[Callable[[Pulse], Result]]
    todo: "SimpleQueue[int]" = field(default_factory=SimpleQueue)
    done: "SimpleQueue[tuple[int, Result | BaseException, bool]]" = field(default_factory=SimpleQueue)
    """Number of the job, what came of it, whether it failed."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def pulse(self) -> None:
        if self.stopped.is_set():
            raise _StopError

    def work(self) -> None:
        while not self.stopped.is_set():
            try:
                number = self.todo.get_nowait()
            except Empty:
                return
            try:
                self.done.put((number, self.jobs[number](self.pulse), False))
            except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
                self.done.put((number, error, True))


def gather(jobs: Sequence[Callable[[Pulse], Result]], workers: int) -> list[Result]:
    """The jobs' results, in their order; they are started in that order too.

    Raises what the first job to fail raised; faults of content (IntegrityError) that other jobs find before
    all has stopped are told with it.
    """
    crew = _Crew(jobs)
    for number in range(len(jobs)):
        crew.todo.put(number)
    threads = [
        threading.Thread(target=crew.work, name=f"lbuild-fetch-{number}", daemon=True)
        for number in range(max(1, min(workers, len(jobs))))
    ]
    try:
        for thread in threads:
            thread.start()
        results, failures = _collect(crew)
    finally:
        crew.stopped.set()
        _join(threads)
    if failures:
        _raise([*failures, *_late_failures(crew)])
    return [results[number] for number in range(len(jobs))]


def _collect(crew: _Crew[Result]) -> tuple[dict[int, Result], list[BaseException]]:
    """The results of all jobs, or of those that ended before the first failure."""
    results: dict[int, Result] = {}
    while len(results) < len(crew.jobs):
        try:
            number, outcome, failed = crew.done.get(timeout=_LOOK)
        except Empty:
            continue
        if isinstance(outcome, BaseException) and failed:
            return results, [outcome]
        results[number] = outcome  # type: ignore[assignment]  # not a failure, so a result
    return results, []


def _late_failures(crew: _Crew[Result]) -> list[BaseException]:
    failures = []
    while True:
        try:
            _, outcome, failed = crew.done.get_nowait()
        except Empty:
            return failures
        if failed and isinstance(outcome, BaseException):
            failures.append(outcome)


def _join(threads: Sequence[threading.Thread]) -> None:
    deadline = time.monotonic() + _PATIENCE
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))


def _raise(failures: Sequence[BaseException]) -> None:
    first = failures[0]
    if not isinstance(first, LbuildError):
        raise first
    others = [error for error in failures[1:] if isinstance(error, IntegrityError)]
    SeveralErrors.raise_any([first, *others])
