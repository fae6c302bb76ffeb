"""What the pure stages need of the world, worded for them. Adapters fit by shape; `composing` wires them.

The resolver needs metadata, metadata of an sdist needs a build, a build needs files: the circle is broken
here and joined in `facts`. `builder.testing` ships an in-memory implementation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.model import Request
    from prebuilt_index.artefacts import IndexFile, ProjectPage
    from prebuilt_index.index.source import Stamp


class IndexFacts(Protocol):
    """What the resolver asks of the world. Every answer is the same however often it is asked."""

    def page(self, project: NormalizedName) -> ProjectPage:
        """The files of `project`.

        Raises ProjectNotFoundError when no index knows it, NetworkError when one cannot say.
        """
        ...

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        """Which state of each project's page there is today, unknown projects included.

        Costs less than the pages. Raises NetworkError.
        """
        ...

    def core_metadata(self, file: IndexFile) -> bytes:
        """The core metadata (METADATA or PKG-INFO) of `file`; an sdist may have to be built to know it."""
        ...

    def direct(self, request: Request) -> IndexFile:
        """The wheel of a direct reference, built if need be; its file name tells name and version."""
        ...

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        """Pages that will likely be asked for soon. May be ignored."""
        ...

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        """Metadata that will likely be asked for soon. May be ignored."""
        ...


class RememberingFacts(IndexFacts, Protocol):
    """Facts of which some were learned by an earlier run."""

    def doubt(self, projects: Sequence[NormalizedName]) -> Sequence[NormalizedName]:
        """Those of `projects` whose page was remembered, and will be asked for when it is wanted again."""
        ...


class Progress(Protocol):
    """Long work says how far it is. Every method may be called from any thread."""

    def start(self, task: str, total: int | None = None) -> None:
        """`task` begins; `total` is in bytes or items, None when unknown."""
        ...

    def add_total(self, task: str, amount: int) -> None: ...

    def advance(self, task: str, amount: int) -> None: ...

    def finish(self, task: str) -> None: ...


class Silent:
    """A Progress that says nothing."""

    def start(self, task: str, total: int | None = None) -> None:
        """Nothing."""

    def add_total(self, task: str, amount: int) -> None:
        """Nothing."""

    def advance(self, task: str, amount: int) -> None:
        """Nothing."""

    def finish(self, task: str) -> None:
        """Nothing."""
