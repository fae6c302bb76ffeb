"""`--require-hashes`: every requirement names one version, and every pin has a hash that was written down."""

from collections.abc import Sequence

from builder.errors import MissingHashError
from builder.resolve.demands import Demand, is_exact
from builder.resolve.pool import Candidate, Pool, allowed_hashes

LISTED = 10


def check_pinned(pool: Pool, roots: Sequence[Demand]) -> None:
    """Raises MissingHashError when a requirement of the user's leaves the version open."""
    loose = [
        demand
        for demand in roots
        if demand.direct is None
        and not any(is_exact(each.specifier) for each in (demand, *pool.constraints(demand.name)))
    ]
    if loose:
        raise MissingHashError(
            f"Hashes are required, and {_count(loose, 'requirement names', 'requirements name')} no version",
            evidence=_capped([f"`{demand.text}` in {demand.origin}" for demand in loose]),
            hint="Pin each with `==`: a hash belongs to one version",
        )


def check_hashes(pool: Pool, chosen: Sequence[tuple[Candidate, Sequence[Demand]]]) -> None:
    """Raises MissingHashError when a pin has none, also one that only another package requires."""
    missing = [
        (candidate, demands)
        for candidate, demands in chosen
        if allowed_hashes((*demands, *pool.constraints(candidate.name))) is None
    ]
    if missing:
        lines = [
            f"`{candidate.name}=={candidate.version}`, required by {_by(pool, demands)}"
            for candidate, demands in missing
        ]
        raise MissingHashError(
            f"Hashes are required, and {_count(missing, 'project has', 'projects have')} none",
            evidence=_capped(lines),
            hint="Add a line `name==version --hash=sha256:...` for each",
        )


def _by(pool: Pool, demands: Sequence[Demand]) -> str:
    """Who makes the first of some demands."""
    for demand in demands:
        if demand.origin:
            return demand.origin
    makers = (str(candidate) for candidate, made in pool.explored() if any(each in made for each in demands))
    return min(makers, default="nobody")


def _count(things: Sequence[object], one: str, many: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else many}"


def _capped(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - LISTED
    return [*lines[:LISTED], *([f"and {rest} more"] if rest > 0 else [])]
