"""What a run tells while it goes on, and who hears it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from builder.ports import Progress, Silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import AbstractContextManager

    from builder.report.values import Stage


class Talk(Protocol):
    """Whoever is told of a run. What matters afterwards stands in its result too."""

    def say(self, lines: Iterable[str]) -> None:
        """What a run is about."""
        ...

    def detail(self, line: str) -> None:
        """What only the curious want to know."""
        ...

    def note(self, line: str) -> None: ...

    def warn(self, line: str) -> None: ...

    def stage(self, stage: Stage) -> None:
        """A stage has ended."""
        ...

    def progress(self) -> AbstractContextManager[Progress]:
        """Who is told how far long work is, for as long as the block lasts."""
        ...


class Quiet:
    """A Talk that says nothing, but tells `progress` how far it is."""

    def __init__(self, progress: Progress | None = None) -> None:
        self._progress = progress or Silent()

    def say(self, lines: Iterable[str]) -> None:
        """Nothing."""

    def detail(self, line: str) -> None:
        """Nothing."""

    def note(self, line: str) -> None:
        """Nothing."""

    def warn(self, line: str) -> None:
        """Nothing."""

    def stage(self, stage: Stage) -> None:
        """Nothing."""

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """The one that was given."""
        yield self._progress
