"""Progress bars on a terminal, for work that takes long: rich is imported when the first one appears."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

PATIENCE = 0.4
"""Seconds that work may take before a bar appears."""


@dataclass(slots=True)
class _Task:
    started: float
    total: int | None
    done: int = 0
    bar: "TaskID | None" = None


class Bars:
    """The Progress port on a terminal; several tasks may run at once, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tasks: dict[str, _Task] = {}
        self._rich: RichProgress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            if self._rich is not None:
                self._rich.stop()

    def start(self, task: str, total: int | None = None) -> None:
        with self._lock:
            self._tasks[task] = _Task(started=time.monotonic(), total=total)

    def add_total(self, task: str, amount: int) -> None:
        with self._lock:
            state = self._tasks[task]
            state.total = (state.total or 0) + amount
            self._draw(task, state)

    def advance(self, task: str, amount: int) -> None:
        with self._lock:
            state = self._tasks[task]
            state.done += amount
            self._draw(task, state)

    def finish(self, task: str) -> None:
        with self._lock:
            state = self._tasks.pop(task, None)
            if state is not None and state.bar is not None and self._rich is not None:
                self._rich.remove_task(state.bar)

    def _draw(self, task: str, state: _Task) -> None:
        if state.bar is None:
            if time.monotonic() - state.started < PATIENCE:
                return
            state.bar = self._screen().add_task(task, total=state.total)
        self._screen().update(state.bar, completed=state.done, total=state.total)

    def _screen(self) -> "RichProgress":
        if self._rich is None:
            from rich.console import Console
            from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

            columns = (
                TextColumn("{task.description:>8}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
            )
            self._rich = Progress(*columns, console=Console(stderr=True), transient=True)
            self._rich.start()
        return self._rich
