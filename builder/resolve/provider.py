"""resolvelib's questions, answered from the pool.

When a further extra is asked of a project that is already pinned, its pin no longer satisfies and is chosen
again with that extra: so extras need no projects of their own, and no version is weighed twice for them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from packaging.utils import NormalizedName
from resolvelib import AbstractProvider

from builder.resolve.dead_ends import DeadEnds
from builder.resolve.demands import Demand, is_bounded_above, is_exact
from builder.resolve.pool import Candidate, Pool

if TYPE_CHECKING:
    from resolvelib.structs import RequirementInformation

Information: TypeAlias = "RequirementInformation[Demand, Candidate]"
Urgency: TypeAlias = tuple[bool, ...]
_NOT_URGENT: Urgency = (True,) * 5

CONFLICTS_BEFORE_PROMOTION = 5
"""A project in so many conflicts while it had no pin is decided early from then on: pip's figure."""


class Provider(AbstractProvider[Demand, Candidate, NormalizedName]):
    """Answers for one resolution."""

    def __init__(self, pool: Pool, dead_ends: DeadEnds) -> None:
        self._pool = pool
        self._dead_ends = dead_ends
        self._verdicts: dict[tuple[Demand, Candidate], bool] = {}
        self._urgencies: dict[Demand, Urgency] = {}
        self.conflicts: dict[NormalizedName, int] = {}
        """How often a project without a pin took part in a conflict."""

    def identify(self, requirement_or_candidate: Demand | Candidate) -> NormalizedName:
        return requirement_or_candidate.name

    def find_matches(
        self,
        identifier: NormalizedName,
        requirements: Mapping[NormalizedName, Iterator[Demand]],
        incompatibilities: Mapping[NormalizedName, Iterator[Candidate]],
    ) -> Callable[[], Iterable[Candidate]]:
        demands = tuple(requirements[identifier])
        failed: dict[str, list[Candidate]] = {}
        for candidate in incompatibilities[identifier]:
            failed.setdefault(candidate.file.filename, []).append(candidate)

        def matches() -> Iterator[Candidate]:
            for candidate in self._pool.candidates(identifier, demands):
                # What failed with fewer extras fails with more.
                known = failed.get(candidate.file.filename, ())
                if any(other.extras <= candidate.extras for other in known):
                    continue
                if self._dead_ends.fatal(candidate) is None:
                    yield candidate

        return matches

    def is_satisfied_by(self, requirement: Demand, candidate: Candidate) -> bool:
        """Asked of every pin in every round."""
        key = (requirement, candidate)
        verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = self._verdicts[key] = _satisfies(requirement, candidate)
        return verdict

    def get_dependencies(self, candidate: Candidate) -> tuple[Demand, ...]:
        return self._pool.dependencies(candidate)

    # -- which project to decide next ------------------------------------------------------------------------

    def narrow_requirement_selection(
        self,
        identifiers: Iterable[NormalizedName],
        resolutions: Mapping[NormalizedName, Candidate],
        candidates: Mapping[NormalizedName, Iterator[Candidate]],
        information: Mapping[NormalizedName, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> Iterable[NormalizedName]:
        """The projects of the last conflict, else those often in conflict, else all. Asked once a round."""
        if not backtrack_causes and not self.conflicts:
            return identifiers
        causes = {info.requirement.name for info in backtrack_causes}
        causes.update(info.parent.name for info in backtrack_causes if info.parent is not None)
        for name in causes:
            if name not in resolutions:
                self.conflicts[name] = self.conflicts.get(name, 0) + 1
        waiting = list(identifiers)
        return (
            [name for name in waiting if name in causes]
            or [name for name in waiting if self._is_promoted(name)]
            or waiting
        )

    def get_preference(
        self,
        identifier: NormalizedName,
        resolutions: Mapping[NormalizedName, Candidate],
        candidates: Mapping[NormalizedName, Iterator[Candidate]],
        information: Mapping[NormalizedName, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> tuple[bool | str, ...]:
        """What leaves the fewest ways comes first: a direct reference, a pin, an upper bound, a root.

        Asked of every project without a pin in every round. The name comes last, so that the order in which
        requirements are written decides nothing.
        """
        demands = [info.requirement for info in information[identifier]]
        demands.extend(self._pool.constraints(identifier))
        # A project may be left without a demand when the one that made it was chosen again.
        urgencies = [self._urgency(demand) for demand in demands] or [_NOT_URGENT]
        # Of each trait the most urgent; False sorts first.
        traits = [min(trait) for trait in zip(*urgencies, strict=True)]
        return (not self._is_promoted(identifier), *traits, identifier)

    def _is_promoted(self, name: NormalizedName) -> bool:
        return self.conflicts.get(name, 0) >= CONFLICTS_BEFORE_PROMOTION

    def _urgency(self, demand: Demand) -> Urgency:
        found = self._urgencies.get(demand)
        if found is None:
            found = self._urgencies[demand] = (
                demand.direct is None,
                not is_exact(demand.specifier),
                not is_bounded_above(demand.specifier),
                demand.origin is None,
                not len(demand.specifier),
            )
        return found


def _satisfies(demand: Demand, candidate: Candidate) -> bool:
    if demand.refusal is not None or not demand.extras <= candidate.extras:
        return False
    if demand.direct is not None:
        return candidate.direct is not None and candidate.direct.reference == demand.direct.reference
    return demand.allows(candidate.version)
