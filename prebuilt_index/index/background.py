"""Work begun before its result is asked for, done once however often it is asked."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")
_Job = Callable[[], None]


class Workers:
    """Threads that start with the first job and never hold up the end of the process."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()

    def add(self, job: _Job) -> None:
        """`job`, which must not raise, is run by some thread, soon."""
        with self._lock:
            if len(self._threads) < self._count:
                # Daemons: what they write is either whole or not there, so they may be killed at any moment.
                thread = threading.Thread(target=self._work, name="lbuild-index", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._jobs.put(job)

    def close(self) -> None:
        """No thread begins another job."""
        with self._lock:
            with suppress(Empty):
                while True:
                    self._jobs.get_nowait()
            for _ in self._threads:
                self._jobs.put(None)

    def join(self, patience: float) -> None:
        """Every thread has ended, or `patience` seconds have passed; `close` comes before."""
        deadline = time.monotonic() + patience
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class Once(Generic[Result]):
    """Results by key: `hint` begins to find one, `ask` gives it; two who ask wait for the same."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._lock = threading.Lock()
        self._futures: dict[Hashable, Future[Result]] = {}

    def hint(self, key: Hashable, find: Callable[[], Result]) -> None:
        """`find` is being called, or has been; what it raises is raised by `ask`."""
        with self._lock:
            if key in self._futures:
                return
            future: Future[Result] = Future()
            self._futures[key] = future
        self._workers.add(lambda: _run(future, find))

    def forget(self, key: Hashable) -> None:
        """The next `ask` finds the result anew; who waits for the present one still gets it."""
        with self._lock:
            self._futures.pop(key, None)

    def ask(self, key: Hashable, find: Callable[[], Result]) -> Result:
        """The result; found in this thread when no other has begun to."""
        with self._lock:
            future = self._futures.get(key)
            mine = future is None or future.cancel()
            if mine:
                future = self._futures[key] = Future()
        if future is None:  # never: it is made above
            raise KeyError(key)
        if mine:
            _run(future, find)
        return future.result()


def _run(future: "Future[Any]", find: Callable[[], Any]) -> None:
    """`future` has what `find` returns or raises, unless someone else took the work over."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = find()
    except BaseException as error:  # noqa: BLE001 - carried to the thread that asks, and raised there
        future.set_exception(error)
    else:
        future.set_result(result)
