"""From what the resolver chose to a Resolution: only what the requests reach, and who asked for it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.model import Pin
from builder.resolve.demands import Demand
from builder.resolve.pool import Candidate, Pool
from prebuilt_index.artefacts import ProjectStatus
from prebuilt_index.simple.versions import version_of


@dataclass(slots=True)
class Reached:
    """A project the requests need, while the graph is walked."""

    extras: frozenset[NormalizedName] = frozenset()
    demands: list[Demand] = field(default_factory=list)
    """All there are on it."""
    required_by: set[str] = field(default_factory=set)
    dependencies: set[NormalizedName] = field(default_factory=set)


def reach(
    pool: Pool, roots: Sequence[Demand], chosen: Mapping[NormalizedName, Candidate]
) -> dict[NormalizedName, Reached]:
    """Every project the roots reach. What a choice given up later had asked for is left behind."""
    extras = _extras_needed(pool, roots, chosen)
    reached = {name: Reached(extras=extras[name]) for name in extras}
    for demand in roots:
        reached[demand.name].demands.append(demand)
        reached[demand.name].required_by.add(demand.origin or "")
    for name, here in reached.items():
        candidate = chosen[name]
        for demand in pool.dependencies(pool.with_extras(candidate, here.extras)):
            here.dependencies.add(demand.name)
            reached[demand.name].demands.append(demand)
            reached[demand.name].required_by.add(str(candidate))
    return reached


def _extras_needed(
    pool: Pool, roots: Iterable[Demand], chosen: Mapping[NormalizedName, Candidate]
) -> dict[NormalizedName, frozenset[NormalizedName]]:
    """Every project that is reached, with the extras asked of it along the way."""
    extras: dict[NormalizedName, frozenset[NormalizedName]] = {}
    waiting = list(roots)
    while waiting:
        demand = waiting.pop()
        known = extras.get(demand.name)
        if known is not None and demand.extras <= known:
            continue
        extras[demand.name] = demand.extras | (known or frozenset())
        waiting += pool.dependencies(pool.with_extras(chosen[demand.name], extras[demand.name]))
    return extras


def pin(candidate: Candidate, reached: Reached, requires_python: str | None) -> Pin:
    """The pin for a project."""
    return Pin(
        name=candidate.name,
        version=candidate.version,
        file=candidate.file,
        extras=reached.extras,
        requires_python=candidate.file.requires_python or requires_python,
        dependencies=tuple(sorted(reached.dependencies)),
        required_by=tuple(sorted(reached.required_by)),
    )


def warnings_about(pool: Pool, candidate: Candidate, reached: Reached) -> Iterable[str]:
    """What a person should know of a pin."""
    missing = reached.extras - pool.world.metadata(candidate.file).provides_extra
    for extra in sorted(missing):
        yield f"`{candidate}` has no extra `{extra}`"
    if candidate.file.yanked is not None:
        reason = f": {candidate.file.yanked}" if candidate.file.yanked else ""
        yield f"`{candidate}` is yanked{reason}"
    project = None if candidate.direct else pool.world.project(candidate.name)
    if project is not None and project.page.left_aside:
        yield (
            f"`{candidate.name}` is taken from a prebuilt index alone: the project of that name on "
            f"{project.page.left_aside} has no version in common with it"
        )
    if project is not None and project.page.status in (ProjectStatus.ARCHIVED, ProjectStatus.DEPRECATED):
        reason = f": {project.page.status_reason}" if project.page.status_reason else ""
        yield f"`{candidate.name}` is {project.page.status.value}{reason}"


def notes_about(pool: Pool, candidate: Candidate) -> Iterable[str]:
    """That a project which a prebuilt index has is from elsewhere: nothing takes its place silently."""
    project = None if candidate.direct else pool.world.project(candidate.name)
    if project is None or candidate.file.prebuilt or not project.page.prebuilt:
        return
    versions = {version for name in project.page.prebuilt if (version := version_of(name)) is not None}
    where = f"`{candidate}` is from {candidate.file.index}"
    if candidate.version in versions:
        yield f"{where}: the prebuilt index has no file of it that can be used here"
    elif versions:
        yield f"{where}: the prebuilt index has not this version, but {_listed(versions)}"


def _listed(versions: Iterable[Version]) -> str:
    newest = sorted(versions, reverse=True)
    more = f" and {len(newest) - 3} older" if len(newest) > 3 else ""
    return f"{', '.join(map(str, newest[:3]))}{more}"
