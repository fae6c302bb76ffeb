"""Who does the jobs: processes of this machine, or the workers of a Dask cluster. Either is an Executor.

A worker may die over a job: killed, out of memory. Its jobs are told as lost then, and may be given out
again; doing one twice harms nobody, as the same job gives the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from typing import TYPE_CHECKING, Any, Protocol

from builder.errors import SchedulerError
from builder.farm.working import work

if TYPE_CHECKING:
    from typing import Self

    from builder.farm.values import Job, Outcome, Site

DASK = "dask:"


class Crew(Protocol):
    """Gives jobs to workers."""

    def submit(self, job: Job, site: Site) -> Future[Outcome]:
        """The job is under way, or waits."""
        ...

    def lost(self, error: BaseException) -> bool:
        """Whether what a future raised means that its worker is gone; jobs may be submitted again then."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class Locals:
    """Processes of this machine, which end with this one."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._executor: Executor | None = None

    def submit(self, job: Job, site: Site) -> Future[Outcome]:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent
            )
        try:
            return self._executor.submit(work, job, site)
        except BrokenProcessPool as error:
            broken: Future[Outcome] = Future()
            broken.set_exception(error)
            return broken

    def lost(self, error: BaseException) -> bool:
        if not isinstance(error, BrokenProcessPool):
            return False
        if self._executor is not None:
            # All its futures have failed, or do so this moment; the next job gets a new pool.
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._executor is None:
            return
        if error[0] is not None:
            _kill(self._executor)
        self._executor.shutdown(wait=True, cancel_futures=True)


def _kill(executor: Executor) -> None:
    """Nobody waits for work that is not wanted any more; what it started ends with it."""
    processes: dict[int, Any] = getattr(executor, "_processes", None) or {}
    for process in list(processes.values()):
        process.kill()


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it, and ends its workers
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait_for([parent.sentinel])
        os._exit(1)  # what it started ends with it

    threading.Thread(target=watch, name="parent", daemon=True).start()


def crew_of(scheduler: str | None, jobs: int) -> Crew:
    """The crew by the word of `--scheduler`. Raises SchedulerError."""
    if scheduler is None:
        return Locals(jobs)
    if not scheduler.startswith(DASK) or not scheduler.removeprefix(DASK):
        raise SchedulerError(
            f"`{scheduler}` is no scheduler that lbuild knows",
            hint=f"Write `{DASK}ADDRESS`, such as `{DASK}tcp://...`",
        )
    from builder.farm.cluster import DaskCluster  # Dask takes a second to load

    return DaskCluster(scheduler.removeprefix(DASK))
