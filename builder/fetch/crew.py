"""Jobs on threads of their own, all stopped by the first that fails.

`concurrent.futures` would wait, at the latest when the interpreter ends, for a job that hangs in a read; here
a person's Ctrl-C, or an error, is told at once. Jobs that stop late change nothing any more.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from manylinux.errors import IntegrityError, LbuildError, SeveralErrors

Result = TypeVar("Result")
_PATIENCE = 2.0
"""Seconds that jobs may take to notice that they are to stop: to kill what they run, to finish a verdict."""
_LOOK = 0.2
"""Seconds between looks for an interrupt, where waiting cannot be interrupted (Windows)."""


class _StopError(Exception):
    """The job is not wanted any more."""


class Pulse:
    """What a job calls several times a second."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._abandoned = threading.Event()

    def __call__(self) -> None:
        """Raises when the job is to stop."""
        if self._stopped.is_set():
            raise _StopError

    def last(self) -> None:
        """Raises when nobody waits any more. What may find one more fault to tell goes on until then."""
        if self._abandoned.is_set():
            raise _StopError

    def stop(self) -> None:
        """A job has failed, or all have ended."""
        self._stopped.set()

    def abandon(self) -> None:
        """The run is being interrupted, or has waited long enough."""
        self._abandoned.set()
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()


@dataclass(slots=True)
class _Crew(Generic[Result]):
    jobs: Sequence[Callable[[Pulse], Result]]
    todo: "SimpleQueue[int]" = field(default_factory=SimpleQueue)
    ended: "SimpleQueue[None]" = field(default_factory=SimpleQueue)
    """One item for each job that ended, well or not."""
    results: dict[int, Result] = field(default_factory=dict)
    failures: list[BaseException] = field(default_factory=list)
    """In the order in which they came."""
    pulse: Pulse = field(default_factory=Pulse)

    def work(self) -> None:
        while not self.pulse.stopped:
            try:
                number = self.todo.get_nowait()
            except Empty:
                return
            try:
                self.results[number] = self.jobs[number](self.pulse)
            except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
                self.failures.append(error)
                self.pulse.stop()
            self.ended.put(None)

    def wait(self) -> None:
        """Every job has ended, or one has failed."""
        left = len(self.jobs)
        while left and not self.failures:
            with suppress(Empty):
                self.ended.get(timeout=_LOOK)
                left -= 1


def gather(
    jobs: Sequence[Callable[[Pulse], Result]], workers: int, patience: float = _PATIENCE
) -> list[Result]:
    """The jobs' results, in their order; they are started in that order too.

    Raises what the first job to fail raised; faults of content (IntegrityError) that other jobs find before
    all has stopped are told with it. Those that have not stopped after `patience` seconds are left behind.
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
        crew.wait()
    except BaseException:
        crew.pulse.abandon()
        raise
    finally:
        crew.pulse.stop()
        _join(threads, patience)
        crew.pulse.abandon()
    if crew.failures:
        _raise(crew.failures)
    return [crew.results[number] for number in range(len(jobs))]


def _join(threads: Sequence[threading.Thread], patience: float) -> None:
    deadline = time.monotonic() + patience
    for thread in threads:
        if thread.ident is not None:
            thread.join(max(0.0, deadline - time.monotonic()))


def _raise(failures: Sequence[BaseException]) -> None:
    first = failures[0]
    if not isinstance(first, LbuildError):
        raise first
    others = [error for error in failures[1:] if isinstance(error, IntegrityError)]
    SeveralErrors.raise_any([first, *others])
