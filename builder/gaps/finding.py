"""Pages asked for, fates judged, and for gaps what could help: a recipe, or a backend by a look at the
sdist."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from builder.gaps.judging import fates
from builder.gaps.values import Fate, Help, Kind, Row
from manylinux.errors import LbuildError, NoSolutionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from packaging.utils import NormalizedName

    from manylinux.backends.project import Project
    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile, ProjectPage
    from prebuilt_index.recipes import Catalogue

LARGEST = 32 << 20
"""Bytes of an sdist that is looked into."""
_AT_ONCE = 8


class Client(Protocol):
    """What is asked of indexes."""

    def page(self, project: NormalizedName) -> ProjectPage: ...

    def hint(self, projects: Sequence[NormalizedName]) -> None: ...

    def download(self, file: IndexFile) -> Path: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How sdists are looked into."""

    read: Callable[[str, Path, str, Path], Project]
    """By label, archive, file name and a new folder: what the sources say. Raises LbuildError."""
    refusals: Callable[[Project, Target], Sequence[tuple[str, str | None]]]
    """Of each backend, in the order in which they are tried: its name, and why it refuses."""


def gaps(
    projects: Sequence[NormalizedName],
    targets: Sequence[Target],
    client: Client,
    catalogue: Catalogue,
    looking: Looking | None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Row, ...]:
    """A row for each project, in their order. Raises NetworkError when an index cannot say.

    Without `looking` only recipes count as help. `advance` is called for each project that is done, from any
    thread.
    """
    client.hint(projects)

    def row(project: NormalizedName) -> Row:
        found = _row(project, targets, client, catalogue, looking)
        advance()
        return found

    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="gaps") as pool:
        try:
            return tuple(pool.map(row, projects))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _row(
    project: NormalizedName,
    targets: Sequence[Target],
    client: Client,
    catalogue: Catalogue,
    looking: Looking | None,
) -> Row:
    try:
        page = client.page(project)
    except NoSolutionError as error:
        unknown = [Fate(target=target, kind=Kind.UNKNOWN, evidence=error.summary) for target in targets]
        return Row(project=project, fates=tuple(unknown), help=(None,) * len(unknown))
    found = fates(page, targets)
    with tempfile.TemporaryDirectory(prefix="lbuild-gaps-") as scratch:
        asked = _Asked(project, page, client, catalogue, looking, Path(scratch))
        helps = tuple(asked.help(fate) if fate.is_gap else None for fate in found)
    return Row(project=project, fates=found, help=helps)


class _Asked:
    """What could help one project; each sdist is looked into once.

    Its sources stay in `scratch` meanwhile: what a project says of itself is read there when it is asked.
    """

    def __init__(
        self,
        project: NormalizedName,
        page: ProjectPage,
        client: Client,
        catalogue: Catalogue,
        looking: Looking | None,
        scratch: Path,
    ) -> None:
        self._project = project
        self._page = page
        self._client = client
        self._catalogue = catalogue
        self._recipe = catalogue.recipes.get(project)
        self._looking = looking
        self._scratch = scratch
        self._sources: dict[str, Project | str] = {}

    def help(self, fate: Fate) -> Help:
        recipe = self._recipe
        if recipe is not None and fate.target in recipe.targets and self._is_meant(fate):
            return Help(by="recipe", why=recipe.backend)
        assert fate.version is not None  # else it is no gap
        if reason := self._catalogue.reason(self._project, fate.version, fate.target):
            return Help(by="", why=reason.why, tried=str(reason.versions), instead=reason.instead)
        if fate.sdist is None:
            return Help(by="", why="there is no sdist")
        if self._looking is None:
            return Help(by="", why="not looked into")
        sources = self._looked_into(fate.sdist)
        if isinstance(sources, str):
            return Help(by="", why=sources)
        if not sources.may_compile:
            return Help(by="pure", why="no native code in its sdist")
        return self._backend(sources, fate.target)

    def _is_meant(self, fate: Fate) -> bool:
        assert self._recipe is not None
        assert fate.version is not None  # else it is no gap
        if self._recipe.newest is None:
            return fate.version in self._recipe.exactly
        return self._recipe.newest.contains(fate.version, prereleases=True)

    def _backend(self, sources: Project, target: Target) -> Help:
        assert self._looking is not None
        told = []
        for name, why in self._looking.refusals(sources, target):
            if why is None:
                return Help(by=name, why="as far as its sdist shows")
            told.append(f"{name}: {why.splitlines()[0]}")
        return Help(by="", why="; ".join(told))

    def _looked_into(self, filename: str) -> Project | str:
        """What the sdist says, or why that is not known."""
        if filename not in self._sources:
            self._sources[filename] = self._read(filename)
        return self._sources[filename]

    def _read(self, filename: str) -> Project | str:
        assert self._looking is not None
        file = next(each for each in self._page.files if each.filename == filename)
        if file.size is not None and file.size > LARGEST:
            return f"its sdist has {file.size >> 20} MB, and was not looked into"
        try:
            archive = self._client.download(file)
            folder = Path(tempfile.mkdtemp(dir=self._scratch))
            return self._looking.read(f"`{self._project}`", archive, filename, folder)
        except LbuildError as error:
            return f"its sdist cannot be looked into: {error.summary}"
