"""Who required a candidate, back to what a person wrote."""

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

from builder.resolve.demands import Demand
from builder.resolve.pool import Candidate, Pool

if TYPE_CHECKING:
    from packaging.utils import NormalizedName


class Chains:
    """The ways from the user's requirements to every candidate the resolver looked at."""

    def __init__(self, pool: Pool, roots: Sequence[Demand]) -> None:
        self._on: dict[NormalizedName, list[tuple[Demand, Candidate | None]]] = {}
        for demand in roots:
            self._on.setdefault(demand.name, []).append((demand, None))
        for candidate, demands in pool.explored():
            for demand in demands:
                self._on.setdefault(demand.name, []).append((demand, candidate))

    def via(self, candidate: Candidate) -> str:
        """` (via boto3 1.26.0, requirements.txt:1)`: a shortest way, nearest first, or nothing."""
        came_from: dict[Candidate, Candidate | None] = {candidate: None}
        waiting = deque([candidate])
        while waiting:
            here = waiting.popleft()
            makers = [
                (demand, maker)
                for demand, maker in self._on.get(here.name, ())
                if demand.allows(here.version)
            ]
            origins = sorted(demand.origin or "" for demand, maker in makers if maker is None)
            if origins:
                return f" (via {', '.join([*_back(came_from, here), origins[0]])})"
            for _, maker in makers:
                if maker is not None and maker not in came_from:
                    came_from[maker] = here
                    waiting.append(maker)
        return ""


def _back(came_from: dict[Candidate, Candidate | None], here: Candidate) -> list[str]:
    """The candidates between the first and `here`, nearest to the first one first."""
    names = []
    step: Candidate | None = here
    while step is not None and came_from[step] is not None:
        names.append(str(step))
        step = came_from[step]
    return names[::-1]
