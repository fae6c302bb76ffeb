"""Which newer versions were passed over, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.resolve import Solution
from builder.resolve.judging import Rule
from builder.resolve.pool import Candidate
from builder.resolve.projects import Project, Wish
from builder.resolve.reasons import Reasons
from builder.resolve.skips import of_choice
from builder.why.asking import Edge
from builder.why.files import CAUSES, FAULTS, fates, yanked
from builder.why.values import Cause, FileFate, PassedVersion

NAMED = 2
"""Requirements that exclude a version are told up to this number, and counted beyond it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One project, as one resolution saw it."""

    solution: Solution
    project: Project
    taken: Candidate
    wish: Wish
    edges: Sequence[Edge]
    """Who demands the project."""


def wish_for(solution: Solution, name: NormalizedName) -> Wish:
    """All that is asked of a project in a resolution."""
    pool = solution.pool
    return pool.wish(name, (*solution.reached[name].demands, *pool.constraints(name)))


def passed_over(solution: Solution, name: NormalizedName, edges: Sequence[Edge]) -> tuple[PassedVersion, ...]:
    """Every version newer than the one taken, newest first; none for a direct reference."""
    taken = solution.chosen[name]
    project = None if taken.direct else solution.pool.world.project(name)
    if project is None:
        return ()
    case = _Case(solution=solution, project=project, taken=taken, wish=wish_for(solution, name), edges=edges)
    return tuple(_passed(case, version) for version in _newer(project, taken.version))


def _newer(project: Project, taken: Version) -> Iterator[Version]:
    for version in project.versions():
        if version <= taken:
            return
        yield version


def _passed(case: _Case, version: Version) -> PassedVersion:
    files = fates(case.project, version, case.wish, case.solution.pool.world.judge)
    cause, reason = (
        _of_range(case, version)
        or _of_kind(case, version)
        or _of_yank(case, version)
        or _of_rest(case, version, files)
    )
    return PassedVersion(version=version, cause=cause, reason=reason, files=files)


def _of_range(case: _Case, version: Version) -> tuple[Cause, str] | None:
    """Whose requirement or constraint excludes the version."""
    demands = [(edge.by, edge.demand) for edge in case.edges]
    demands += [(each.origin or "", each) for each in case.solution.pool.constraints(case.taken.name)]
    excluding = [f"`{demand.text}` ({by})" for by, demand in demands if not demand.allows(version)]
    if not excluding:
        return None
    rest = len(excluding) - NAMED
    told = " and ".join(excluding) if rest <= 0 else f"{', '.join(excluding[:NAMED])} and {rest} more"
    return Cause.SPECIFIER, f"excluded by {told}"


def _of_kind(case: _Case, version: Version) -> tuple[Cause, str] | None:
    if not version.is_prerelease or case.wish.prereleases or case.taken.version.is_prerelease:
        return None
    return Cause.PRE_RELEASE, "it is a pre-release, which only `--pre` or a requirement that names one admits"


def _of_yank(case: _Case, version: Version) -> tuple[Cause, str] | None:
    """A whole version that was withdrawn, whatever else would be said of it."""
    reasons = [file.yanked for file in case.project.files(version)]
    if case.wish.exact or any(reason is None for reason in reasons):
        return None
    told = sorted({reason for reason in reasons if reason})
    return Cause.YANKED, f"it {yanked(told[0] if told else '')}"


def _of_rest(case: _Case, version: Version, files: Sequence[FileFate]) -> tuple[Cause, str]:
    """Why none of its files was taken, or why the version was given up though one could be."""
    pool = case.solution.pool
    refusal = Reasons(pool.world.target, pool.world.judge).of_version(case.project, version, case.wish)
    if refusal is None:
        refusal = of_choice(pool, case.taken, version, case.wish, case.solution.chosen)
    if refusal.rule is not Rule.TAGS:
        return CAUSES[refusal.rule.name], refusal.reason
    faults = {file.cause for file in files} & set(FAULTS.values())
    # The fault of the file that is nearest to loading, in the order of Cause, is the version's.
    return next(cause for cause in Cause if cause in faults), refusal.reason
