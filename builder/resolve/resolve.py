"""The one entry: requests in, a Resolution out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name
from resolvelib import BaseReporter, ResolutionImpossible, ResolutionTooDeep, Resolver
from resolvelib.resolvers import Criterion

from builder.errors import InvalidRequirementError, NoCompatibleArtifactError
from builder.model import Request, Resolution, ResolveOptions
from builder.ports import IndexFacts
from builder.resolve import failure
from builder.resolve.dead_ends import DeadEnds
from builder.resolve.demands import Demand, applies, demand_of
from builder.resolve.hashes import check_hashes, check_pinned
from builder.resolve.lookahead import look_ahead
from builder.resolve.pins import Reached, notes_about, pin, reach, warnings_about
from builder.resolve.pool import Candidate, Pool
from builder.resolve.provider import Provider
from builder.resolve.skips import skips
from builder.resolve.world import World
from manylinux.target import Target
from prebuilt_index.urls import redacted

STEPS = 20_000
"""Decisions before the search is given up. A stack of 100 projects takes about 100."""
REJECTIONS = 100_000
"""Candidates tried in vain before the search is given up: about half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """What was chosen, with all that was known when it was: what a Resolution is made of."""

    pool: Pool
    roots: tuple[Demand, ...]
    chosen: Mapping[NormalizedName, Candidate]
    reached: Mapping[NormalizedName, Reached]
    """The projects that the roots reach; `chosen` may hold more."""


def resolve(
    requests: Sequence[Request],
    constraints: Sequence[Request],
    target: Target,
    options: ResolveOptions,
    facts: IndexFacts,
) -> Resolution:
    """One file of every project the requests reach; the order of requests and files decides nothing.

    Raises what `solve` raises.
    """
    return _resolution(solve(requests, constraints, target, options, facts))


def solve(
    requests: Sequence[Request],
    constraints: Sequence[Request],
    target: Target,
    options: ResolveOptions,
    facts: IndexFacts,
    *,
    patience: int = REJECTIONS,
    beside: World | None = None,
) -> Solution:
    """The same as `resolve`, told with everything it rests on; given up after `patience` rejections.

    `beside` is the world of the same facts' solution for another target, to spare work.

    Raises ResolutionImpossibleError or NoCompatibleArtifactError when there is no such set,
    ProjectNotFoundError and QuarantinedProjectError, InvalidRequirementError for a reference to another
    project than it names, MissingHashError, and what `facts` raises.
    """
    world = World(facts, target, options, beside)
    pool = Pool(world, _by_project(constraints, world.environment))
    roots = _roots([request for request in requests if applies(request, world.environment)], world)
    if options.require_hashes:
        check_pinned(pool, roots)
    look_ahead(pool, roots)
    chosen = _choose(pool, roots, patience)
    reached = reach(pool, roots, chosen)
    if options.require_hashes:
        check_hashes(pool, [(chosen[name], reached[name].demands) for name in sorted(reached)])
    return Solution(pool=pool, roots=tuple(roots), chosen=chosen, reached=reached)


def _by_project(
    constraints: Iterable[Request], environment: Mapping[str, str]
) -> dict[NormalizedName, list[Request]]:
    """The constraints that hold on the target."""
    found: dict[NormalizedName, list[Request]] = {}
    for request in constraints:
        if request.requirement is None:
            raise InvalidRequirementError(
                f"The constraint `{redacted(str(request.direct))}` names no project",
                evidence=[f"written in {request.origin}"],
                hint="Write `name @` before the URL",
            )
        if applies(request, environment):
            found.setdefault(canonicalize_name(request.requirement.name), []).append(request)
    return found


def _roots(requests: Sequence[Request], world: World) -> list[Demand]:
    """What the user demands, in an order that does not depend on how it was written."""
    names = [
        canonicalize_name(each.requirement.name) for each in requests if each.requirement and not each.direct
    ]
    world.facts.hint(sorted(set(names)))
    demands = [_root(request, world) for request in requests]
    return sorted(
        demands, key=lambda demand: (demand.name, demand.text, demand.origin or "", sorted(demand.hashes))
    )


def _root(request: Request, world: World) -> Demand:
    if request.direct is not None:
        return _direct_root(request, world)
    if request.requirement is None:
        raise InvalidRequirementError(
            "A requirement names nothing", evidence=[f"written in {request.origin}"]
        )
    return demand_of(request, canonicalize_name(request.requirement.name))


def _direct_root(request: Request, world: World) -> Demand:
    name, direct = world.direct(request)
    if direct.refusal is None:
        return demand_of(request, name, direct)
    raise NoCompatibleArtifactError(
        f"`{direct.file.filename}` does not load on `{world.target.id}`",
        evidence=[f"it {direct.refusal}", f"asked for in {request.origin}"],
        hint="Name the project instead of the file, and lbuild chooses a wheel that loads",
    )


def _choose(pool: Pool, roots: Sequence[Demand], patience: int) -> Mapping[NormalizedName, Candidate]:
    dead_ends = DeadEnds(pool, roots)
    provider = Provider(pool, dead_ends)
    try:
        return Resolver(provider, Patience(dead_ends, patience)).resolve(roots, max_rounds=STEPS).mapping
    except ResolutionImpossible as error:
        causes = [(each.requirement, each.parent) for each in error.causes]
        names = sorted({demand.name for demand, _ in causes})
        known = {id(demand) for demand, _ in causes}
        causes += [each for each in dead_ends.causes(names) if id(each[0]) not in known]
        raise failure.impossible(pool, roots, causes) from error
    except ResolutionTooDeep as error:
        raise failure.too_deep(provider.conflicts, error.round_count) from error


class Patience(BaseReporter[Demand, Candidate, NormalizedName]):
    """Counts what is tried in vain, which resolvelib's own limit leaves out."""

    def __init__(self, dead_ends: DeadEnds, limit: int) -> None:
        self._dead_ends = dead_ends
        self._limit = limit
        self._rejected = 0

    def rejecting_candidate(self, criterion: Criterion[Demand, Candidate], candidate: Candidate) -> None:
        self._dead_ends.tried(candidate)
        self._rejected += 1
        if self._rejected > self._limit:
            raise ResolutionTooDeep(self._rejected)


def _resolution(solution: Solution) -> Resolution:
    pool, chosen, reached = solution.pool, solution.chosen, solution.reached
    names = sorted(reached)
    found_skips = [
        skip for name in names for skip in skips(pool, chosen[name], reached[name].demands, chosen)
    ]
    found_warnings = [text for name in names for text in warnings_about(pool, chosen[name], reached[name])]
    found_notes = [text for name in names for text in notes_about(pool, chosen[name])]
    return Resolution(
        target=pool.world.target,
        pins=tuple(
            pin(chosen[name], reached[name], pool.world.metadata(chosen[name].file).requires_python)
            for name in names
        ),
        skips=tuple(found_skips),
        warnings=tuple(found_warnings),
        notes=tuple(found_notes),
    )
