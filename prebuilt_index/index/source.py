"""What every kind of index does, and the tag that tells whether a page has changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from packaging.utils import NormalizedName

from prebuilt_index.artefacts import IndexFile, ProjectPage


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which state of a page an index gives, and until when it need not be asked again."""

    known: bool
    digest: str
    """Empty when no index knows the project."""
    fresh_until: float
    """Epoch seconds; 0 for a local index, which is looked at every time."""


class Source(Protocol):
    """One index. Every method may be called from any thread."""

    url: str
    """For people: no credentials."""

    def page(self, project: NormalizedName) -> ProjectPage | None:
        """The index's page of `project`; None only when the index truly does not know it."""
        ...

    def stamp(self, project: NormalizedName) -> Stamp:
        """The stamp of what `page` gives, at less cost."""
        ...

    def doubt(self, project: NormalizedName) -> bool:
        """What was remembered of `project` is not used any more; whether anything was."""
        ...

    def names(self) -> Sequence[str]:
        """The projects it lists, when that costs nothing to say; for hints."""
        ...


class Addition(Protocol):
    """A flat list of files that are offered beside every index's."""

    url: str
    """For people: no credentials."""

    def files(self, project: NormalizedName) -> Sequence[IndexFile]:
        """The files of `project` in it."""
        ...

    def digest(self, project: NormalizedName) -> str:
        """What changes when one of them does."""
        ...

    def doubt(self) -> bool:
        """What was remembered of the list is not used any more; whether anything was."""
        ...

    def fresh_until(self) -> float:
        """Epoch seconds until which the list need not be asked for again; 0 for a local one."""
        ...

    def names(self) -> Sequence[str]:
        """The projects whose files are in it; for hints."""
        ...
