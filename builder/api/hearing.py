"""What a run says, gathered for its result and passed on to whoever else wants to hear it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from builder.composing.talk import Talk
    from builder.ports import Progress
    from builder.report.values import Stage


class Hearing:
    """A Talk that remembers warnings and notes."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def say(self, lines: Iterable[str]) -> None:
        self._talk.say(lines)

    def detail(self, line: str) -> None:
        self._talk.detail(line)

    def note(self, line: str) -> None:
        self.notes.append(line)
        self._talk.note(line)

    def warn(self, line: str) -> None:
        self.warnings.append(line)
        self._talk.warn(line)

    def stage(self, stage: Stage) -> None:
        self._talk.stage(stage)

    def progress(self) -> AbstractContextManager[Progress]:
        return self._talk.progress()
