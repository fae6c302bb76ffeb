"""Which newer versions were not taken, and why: a few lines for a project, not one for each version."""

from collections.abc import Iterator, Mapping, Sequence

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.model import Skip
from builder.resolve.demands import Demand
from builder.resolve.judging import Refusal, Rule
from builder.resolve.pool import Candidate, Pool
from builder.resolve.projects import Project, Wish
from builder.resolve.reasons import Reasons

LOOKED_AT = 200
"""Newer versions looked at, newest first: a project with more of them has told its reason by then."""
_UNTOLD = (Rule.YANKED, Rule.NAME)
"""A yanked version is not better, and a broken name is nobody's version."""


def skips(
    pool: Pool, candidate: Candidate, demands: Sequence[Demand], chosen: Mapping[NormalizedName, Candidate]
) -> Iterator[Skip]:
    """The newest version of each kind of reason, newest first."""
    project = None if candidate.direct else pool.world.project(candidate.name)
    if project is None:
        return
    wish = pool.wish(candidate.name, (*demands, *pool.constraints(candidate.name)))
    reasons = Reasons(pool.world.target, pool.world.judge)
    told: set[Rule] = set()
    for version in _newer(project, candidate, wish):
        refusal = reasons.of_version(project, version, wish) or of_choice(
            pool, candidate, version, wish, chosen
        )
        if refusal.rule not in told and refusal.rule not in _UNTOLD:
            told.add(refusal.rule)
            yield Skip(name=candidate.name, taken=candidate.version, skipped=version, reason=refusal.reason)


def _newer(project: Project, candidate: Candidate, wish: Wish) -> Iterator[Version]:
    """Versions above the one taken that would have been as welcome."""
    prereleases = wish.prereleases or candidate.version.is_prerelease
    for count, version in enumerate(project.in_range(wish.specifier)):
        if version <= candidate.version or count == LOOKED_AT:
            return
        if prereleases or not version.is_prerelease:
            yield version


def of_choice(
    pool: Pool,
    candidate: Candidate,
    version: Version,
    wish: Wish,
    chosen: Mapping[NormalizedName, Candidate],
) -> Refusal:
    """Why a version with a usable file was given up: what it demands is not what the others allow."""
    if wish.preferred == candidate.version:
        return Refusal(rule=Rule.PREFERRED, reason=f"{candidate.version} was asked to be kept")
    for demand in _known_demands(pool, candidate.name, version):
        if demand.refusal:
            return Refusal(rule=Rule.METADATA, reason=f"it {demand.refusal}")
        other = chosen.get(demand.name)
        if other is not None and not demand.allows(other.version):
            return Refusal(
                rule=Rule.CONFLICT, reason=f"it requires {demand.text}, and {_instead(pool, demand, other)}"
            )
        if demand.name in pool.world.absent:
            return Refusal(rule=Rule.CONFLICT, reason=f"it requires {demand.name}, which no index has")
    return Refusal(rule=Rule.CONFLICT, reason="what it requires conflicts with the other requirements")


def _instead(pool: Pool, demand: Demand, other: Candidate) -> str:
    """Why a version that `demand` does not allow was taken, as far as that is known without asking."""
    project = None if other.direct else pool.world.project(other.name)
    if project is None or any(True for _ in project.in_range(demand.specifier)):
        return f"{other} is taken"
    return f"no index has such a version: {other} is taken"


def _known_demands(pool: Pool, name: NormalizedName, version: Version) -> Sequence[Demand]:
    """What a version demands, if the resolver came to ask."""
    return next(
        (demands for each, demands in pool.explored() if each.name == name and each.version == version), ()
    )
