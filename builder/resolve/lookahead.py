"""Asks for facts before they are needed, so that the network works on many at once.

resolvelib decides one project at a time, and would wait for each page and each metadata file in turn. This
walk goes breadth first instead: the pages of one level arrive together, then the metadata of the best
candidates on them, which names the next level. It decides nothing; where it guesses wrong, metadata was
fetched for nothing.
"""

from collections.abc import Iterable, Sequence

from packaging.utils import NormalizedName

from builder.resolve.demands import Demand
from builder.resolve.pool import Candidate, Pool
from manylinux.errors import LbuildError


def look_ahead(pool: Pool, roots: Sequence[Demand]) -> None:
    """The facts of the likely resolution were asked for. Raises what asking for the roots' pages raises."""
    demands: dict[NormalizedName, list[Demand]] = {}
    seen: set[Candidate] = set()
    level: Iterable[Demand] = roots
    for demand in roots:
        # These are needed whatever is chosen: what goes wrong here goes wrong for good.
        if demand.direct is None:
            pool.world.project(demand.name)
    while level:
        names = dict.fromkeys(demand.name for demand in level)
        for demand in level:
            demands.setdefault(demand.name, []).append(demand)
        candidates = [_likely(pool, name, demands[name]) for name in names]
        fresh = [each for each in candidates if each is not None and each not in seen]
        seen.update(fresh)
        level = [demand for candidate in fresh for demand in _dependencies(pool, candidate)]


def _likely(pool: Pool, name: NormalizedName, demands: Sequence[Demand]) -> Candidate | None:
    """The candidate that would be taken now; finding it asks for its metadata."""
    try:
        return next(pool.candidates(name, demands), None)
    except LbuildError:
        # Perhaps this project is not needed in the end. If it is, the resolver meets the same error.
        return None


def _dependencies(pool: Pool, candidate: Candidate) -> Sequence[Demand]:
    """What a wheel demands; metadata of an sdist may need a build, and is not worth one for a guess."""
    if not candidate.file.is_wheel:
        return ()
    try:
        return [demand for demand in pool.dependencies(candidate) if not demand.refusal]
    except LbuildError:
        # As above.
        return ()
