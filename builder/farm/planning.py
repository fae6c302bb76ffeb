"""Recipes, pages and targets in, lines of steps out. Pure.

What an index offers is no reason to build: a step is planned where no wheel loads, or where everything is
wanted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder.farm.values import Fault, Line, Plan, Row, State, Step
from builder.gaps.judging import fate_of
from builder.gaps.values import Kind
from builder.resolve.releases import Releases
from manylinux.errors import ExitStatus, LbuildError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile, ProjectPage
    from prebuilt_index.recipes import Catalogue, Recipe


def planned(
    catalogue: Catalogue,
    pages: Mapping[NormalizedName, ProjectPage | LbuildError],
    wanted: Callable[[Target], bool],
    *,
    everything: bool = False,
) -> Plan:
    """What to build of the catalogue for `wanted` targets; `pages` of every project of it, or why there is
    none.

    `everything`: also what an index offers already.
    """
    lines: list[Line] = []
    rows: list[Row] = []
    for recipe in catalogue.recipes.values():
        targets = [target for target in recipe.targets if wanted(target)]
        page = pages[recipe.project]
        if isinstance(page, LbuildError):
            rows += [_failed(recipe, recipe.versions, target, fault_of(page)) for target in targets]
        elif targets:
            own = _Planning(recipe, page, everything)
            own.plan(targets)
            lines += own.lines()
            rows += own.rows
    return Plan(lines=tuple(lines), rows=tuple(rows))


def fault_of(error: LbuildError) -> Fault:
    """An error as a value."""
    return Fault(
        code=error.code, status=error.status, summary=error.summary, evidence=error.evidence, hint=error.hint
    )


class _Planning:
    """The plan for one project."""

    def __init__(self, recipe: Recipe, page: ProjectPage, everything: bool) -> None:
        self._recipe = recipe
        self._page = page
        self._everything = everything
        self._releases = Releases(page.name, page.filenames)
        self._steps: dict[Version, list[tuple[Step, IndexFile]]] = {}
        self.rows: list[Row] = []

    def plan(self, targets: Collection[Target]) -> None:
        for target in targets:
            versions = list(self._versions(target))
            if not versions:
                self._refuse(target, self._recipe.versions, "no version has an sdist for that Python")
            for version in versions:
                sdist = self._sdist(version, target)
                if sdist is None:
                    self._refuse(target, str(version), "it has no sdist for that Python")
                else:
                    self._step(target, version, sdist)

    def lines(self) -> Iterator[Line]:
        for version in sorted(self._steps):
            by_architecture: dict[str, list[tuple[Step, IndexFile]]] = {}
            for step, sdist in self._steps[version]:
                by_architecture.setdefault(step.target.architecture.value, []).append((step, sdist))
            for planned in by_architecture.values():
                yield Line(
                    recipe=replace(self._recipe, targets=()),
                    version=version,
                    architecture=planned[0][0].target.architecture,
                    sdist=planned[0][1],
                    steps=tuple(step for step, _ in planned),
                )

    def _step(self, target: Target, version: Version, sdist: IndexFile) -> None:
        fate = fate_of(self._page, self._releases, target, version)
        # A build tag says that the wheel is another one than what is offered.
        wanted = self._everything or self._recipe.build
        if fate.kind is Kind.USABLE and not wanted:
            self.rows.append(
                Row(
                    project=self._recipe.project,
                    version=str(version),
                    target=target.id,
                    state=State.OFFERED,
                    why=fate.evidence,
                )
            )
        else:
            step = Step(target=target, why=fate.evidence)
            self._steps.setdefault(version, []).append((step, sdist))

    def _versions(self, target: Target) -> Iterator[Version]:
        """Those that the recipe is for: named ones, or the newest there is for the target's Python."""
        if self._recipe.newest is None:
            yield from self._recipe.exactly
            return
        admitted = [each for each in self._releases if self._recipe.newest.contains(each, prereleases=True)]
        final = [each for each in admitted if not each.is_prerelease] or admitted
        yield from [each for each in final if self._sdist(each, target) is not None][:1]

    def _sdist(self, version: Version, target: Target) -> IndexFile | None:
        if version not in self._releases:
            return None
        files = (self._page.files[position] for position in self._releases.positions(version))
        fitting = (
            file
            for file in files
            if not file.is_wheel
            and file.yanked is None
            and file.unusable is None
            and target.satisfies_python(file.requires_python)
        )
        # A `.tar.gz` before the `.zip` that old releases have beside it.
        return min(fitting, key=lambda file: (not file.filename.endswith(".gz"), file.filename), default=None)

    def _refuse(self, target: Target, version: str, why: str) -> None:
        fault = Fault(
            code="no-source",
            status=ExitStatus.NO_SOLUTION,
            summary=f"`{self._recipe.project}` cannot be built for {target.id}",
            evidence=(why,),
            hint="Say in the recipe for which runtimes or versions it is",
        )
        self.rows.append(_failed(self._recipe, version, target, fault))


def _failed(recipe: Recipe, version: str, target: Target, fault: Fault) -> Row:
    return Row(project=recipe.project, version=version, target=target.id, state=State.FAILED, fault=fault)
