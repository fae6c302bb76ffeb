"""Which projects a question finds, and which of them one page shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prebuilt_index.serving.browse.values import Project

PAGE_ROWS: Final = 200
"""Projects of a page."""
_QUESTION_LIMIT: Final = 200
"""Characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a question found in an index."""

    question: str
    matching: tuple[Project, ...]
    number: int
    """The page, from 1."""
    all_projects: int
    all_wheels: int
    all_bytes: int

    @property
    def page_count(self) -> int:
        return max(-(-len(self.matching) // PAGE_ROWS), 1)

    @property
    def shown(self) -> tuple[Project, ...]:
        """The projects of this page."""
        return self.matching[(self.number - 1) * PAGE_ROWS : self.number * PAGE_ROWS]

    def link(self, number: int) -> str:
        """The path of another page of the same question."""
        fields = {"q": self.question} if self.question else {}
        return f"/?{urlencode(fields | {'page': number})}"


def find(projects: Sequence[Project], question: str, number: str) -> Found:
    """The projects that have every word of `question`; a page that is none is the nearest that is."""
    asked = " ".join(question[:_QUESTION_LIMIT].split())
    words = asked.lower().split()
    matching = tuple(project for project in projects if project.matches(words))
    last = max(-(-len(matching) // PAGE_ROWS), 1)
    wanted = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else 1
    return Found(
        question=asked,
        matching=matching,
        number=min(max(wanted, 1), last),
        all_projects=len(projects),
        all_wheels=sum(len(project.wheels) for project in projects),
        all_bytes=sum(project.size for project in projects),
    )
