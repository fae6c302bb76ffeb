"""Who does the jobs: processes of this machine, or the workers of a Dask cluster. Either is an Executor.

A worker may die over a job: killed, out of memory. Its jobs are told as lost then, and may be given out
again; doing one twice harms nobody, as the same job gives the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
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
    """Processes of this machine, which end with this one. Who dies takes no other's job along.

    Each of so many threads has a process of its own: in one pool for all, a death would break every job.
    """

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="farm")
        self._own = threading.local()
        self._lock = threading.Lock()
        self._pools: set[ProcessPoolExecutor] = set()
        self._over = False

    def submit(self, job: Job, site: Site) -> Future[Outcome]:
        return self._threads.submit(self._done, job, site)

    def lost(self, error: BaseException) -> bool:
        return isinstance(error, BrokenProcessPool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._over = True
            pools = tuple(self._pools)
        if error[0] is not None:
            # Nobody waits for work that is not wanted any more; what it started ends with it.
            for pool in pools:
                _kill(pool)
        self._threads.shutdown(wait=True, cancel_futures=True)
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)

    def _done(self, job: Job, site: Site) -> Outcome:
        """The job, done in the process of this thread; a new one if the last has died."""
        pool: ProcessPoolExecutor | None = getattr(self._own, "pool", None)
        if pool is None:
            pool = self._own.pool = self._new_pool()
        try:
            return pool.submit(work, job, site).result()
        except BrokenProcessPool:
            self._own.pool = None
            pool.shutdown()
            with self._lock:
                self._pools.discard(pool)
            raise

    def _new_pool(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._over:
                raise BrokenProcessPool("the run is over")
            spawning = multiprocessing.get_context("spawn")
            pool = ProcessPoolExecutor(1, mp_context=spawning, initializer=_end_with_parent)
            self._pools.add(pool)
            return pool


def _kill(pool: ProcessPoolExecutor) -> None:
    processes: dict[int, Any] = getattr(pool, "_processes", None) or {}
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
