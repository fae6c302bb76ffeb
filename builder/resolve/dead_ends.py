"""Candidates that can never be part of a resolution, so that a search meets each of them only once.

What the user asks for holds whatever is chosen. A candidate that demands of some project what no version
gives beside the user's own demands on it is therefore out for good, and so is one for which only such
candidates are left. resolvelib only remembers conflicts within the branch it is in: without this, `boto3`,
`botocore<1.30` and `urllib3>=2` would try every boto3 anew for each of a thousand versions of botocore.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from packaging.utils import NormalizedName

from builder.resolve.demands import Demand
from builder.resolve.pool import Candidate, Pool


class DeadEnds:
    """What is known of candidates whose demands were read."""

    def __init__(self, pool: Pool, roots: Sequence[Demand]) -> None:
        self._pool = pool
        self._roots: dict[NormalizedName, tuple[Demand, ...]] = {}
        for demand in roots:
            self._roots[demand.name] = (*self._roots.get(demand.name, ()), demand)
        self._fatal: dict[Candidate, Demand] = {}
        self._count: Counter[NormalizedName] = Counter()
        """Dead candidates of a project: only a change of these can make another candidate one."""
        self._tried: set[Candidate] = set()
        self._looked: dict[Candidate, int] = {}
        """The counts, summed, at which a candidate was found alive."""

    def tried(self, candidate: Candidate) -> None:
        """The candidate was rejected once. Before, it is no dead end: that conflict is what is told."""
        self._tried.add(candidate)

    def fatal(self, candidate: Candidate) -> Demand | None:
        """The demand of a candidate that can never be met; None as long as none is known."""
        if candidate not in self._tried:
            return None
        found = self._fatal.get(candidate)
        demands = self._pool.known_dependencies(candidate)
        if found is not None or not demands:
            return found
        changes = sum(self._count[demand.name] for demand in demands)
        if self._looked.get(candidate) == changes:
            return None
        for demand in demands:
            if not self._can_be_met(demand):
                self._fatal[candidate] = demand
                self._count[candidate.name] += 1
                return demand
        self._looked[candidate] = changes
        return None

    def causes(self, names: Sequence[NormalizedName]) -> Iterator[tuple[Demand, Candidate | None]]:
        """What is to be told with a conflict about `names`: the dead ends there, and the user's demands."""
        told: set[NormalizedName] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name in told:
                continue
            told.add(name)
            yield from ((demand, None) for demand in self._roots.get(name, ()))
            for candidate, demand in self._fatal.items():
                if candidate.name == name:
                    yield demand, candidate
                    waiting.append(demand.name)

    def _can_be_met(self, demand: Demand) -> bool:
        if demand.refusal is not None:
            return False
        if demand.direct is None and not self._pool.world.knows(demand.name):
            # Its page is not worth asking for only for this.
            return True
        demands = (*self._roots.get(demand.name, ()), demand)
        return any(other not in self._fatal for other in self._pool.candidates(demand.name, demands))
