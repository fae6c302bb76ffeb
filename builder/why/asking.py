"""Who asked for a project: every requirement on it, each with the way from what a person wrote."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packaging.utils import NormalizedName, canonicalize_name

from builder.model import Request
from builder.resolve import Solution
from builder.resolve.demands import Demand, UnusableRequirementError, parse, shown
from builder.resolve.world import World
from builder.why.values import Chain, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A requirement in a resolution."""

    maker: NormalizedName | None
    """The project that makes it; None: the user."""
    by: str
    """`requirements.txt:3` or `scipy 1.18.1`."""
    demand: Demand


class Graph:
    """Every requirement of a resolution; a shortest way to each project is known."""

    def __init__(self, solution: Solution, requests: Sequence[Request]) -> None:
        self._solution = solution
        self._requests = requests
        self._onto: dict[NormalizedName, list[Edge]] = {}
        self._walk([Edge(maker=None, by=demand.origin or "", demand=demand) for demand in solution.roots])

    def _walk(self, roots: Sequence[Edge]) -> None:
        """Breadth first, so that the first requirement met on a project lies on a shortest way."""
        waiting = deque([roots])
        while waiting:
            for edge in waiting.popleft():
                name = edge.demand.name
                if name not in self._onto:
                    waiting.append(self._edges_of(name))
                self._onto.setdefault(name, []).append(edge)

    def _edges_of(self, name: NormalizedName) -> list[Edge]:
        pool = self._solution.pool
        candidate = pool.with_extras(self._solution.chosen[name], self._solution.reached[name].extras)
        return [Edge(maker=name, by=str(candidate), demand=each) for each in pool.dependencies(candidate)]

    def onto(self, name: NormalizedName) -> Sequence[Edge]:
        """Every requirement on a project, the nearest to the user first."""
        return self._onto[name]

    def chains(self, name: NormalizedName) -> tuple[Chain, ...]:
        """One for each requirement on a project."""
        return tuple(self._chain(edge) for edge in self.onto(name))

    def _chain(self, edge: Edge) -> Chain:
        steps = [self._step(edge)]
        while edge.maker is not None:
            edge = self._onto[edge.maker][0]
            steps.append(self._step(edge))
        return Chain(steps=tuple(reversed(steps)))

    def _step(self, edge: Edge) -> Step:
        marker = self._written(edge.demand) if edge.maker is None else self._declared(edge.maker, edge.demand)
        return Step(by=edge.by, requirement=edge.demand.text, marker=marker)

    def _written(self, demand: Demand) -> str | None:
        """The marker of a requirement that a person wrote."""
        return marker_among(self._requests, demand)

    def _declared(self, maker: NormalizedName, demand: Demand) -> str | None:
        """The marker of a package's requirement: demands know none, as theirs were decided."""
        world = self._solution.pool.world
        metadata = world.metadata(self._solution.chosen[maker].file)
        lines = [line for line in metadata.requires_dist if _is_line_of(demand, line)]
        # An extra that was not asked for by name may be one that an asked one stands for.
        for extras in (self._solution.reached[maker].extras, metadata.provides_extra):
            for line in lines:
                if _holds(world, line, extras):
                    marker = parse(line).marker
                    return None if marker is None else str(marker)
        return None


def _is_line_of(demand: Demand, line: str) -> bool:
    """Whether a demand was made of this Requires-Dist, or of one that differs in its marker only."""
    try:
        requirement = parse(line)
    except UnusableRequirementError:
        return False
    name = canonicalize_name(requirement.name)
    extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
    bare = shown(name, extras, requirement.specifier)
    return name == demand.name and (demand.direct is not None or bare == demand.text)


def _holds(world: World, line: str, extras: frozenset[NormalizedName]) -> bool:
    try:
        return any(True for _ in world.requirements.applying((line,), extras))
    except UnusableRequirementError:
        return False  # of an extra that is not in use: one in use would have refused the candidate


def marker_among(requests: Iterable[Request], demand: Demand) -> str | None:
    """The marker of the request that a demand was made of."""
    for request in requests:
        requirement = request.requirement
        if str(request.origin) != demand.origin:
            continue
        if requirement is None and demand.direct is not None:
            return None if request.marker is None else str(request.marker)
        if (
            requirement is not None
            and canonicalize_name(requirement.name) == demand.name
            and requirement.specifier == demand.specifier
        ):
            return None if requirement.marker is None else str(requirement.marker)
    return None


def constraints_on(solution: Solution, name: NormalizedName, requests: Sequence[Request]) -> tuple[Step, ...]:
    """The constraints in force on a project."""
    return tuple(
        Step(by=demand.origin or "", requirement=demand.text, marker=marker_among(requests, demand))
        for demand in solution.pool.constraints(name)
    )
