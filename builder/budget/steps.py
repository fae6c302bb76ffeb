"""Options that make a bundle smaller, and the fewest risks that suffice."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from enum import StrEnum


class Step(StrEnum):
    """An option as it is typed, least risky first."""

    BYTECODE = "--bytecode auto"
    SAFE = "--slim safe"
    RUNTIME = "--exclude-runtime-packages"
    SMALL = "--slim small"

    @property
    def what(self) -> str:
        """What it does to a bundle."""
        return _WHAT[self]


_WHAT = {
    Step.BYTECODE: "only as much bytecode as there is room for",
    Step.SAFE: "without what nothing that runs can miss",
    Step.RUNTIME: "the runtime's own boto3 and what belongs to it",
    Step.SMALL: "without what only convenience needs",
}


def least(
    steps: Sequence[Step], size_of: Callable[[AbstractSet[Step]], int], most: int
) -> tuple[Step, ...] | None:
    """The least risky of `steps` that bring a bundle down to `most` bytes; None when all do not.

    `steps` are those to be had, least risky first; `size_of` tells the bytes with some of them.
    """
    for count in range(1, len(steps) + 1):
        if size_of(frozenset(steps[:count])) <= most:
            return _needed(steps[:count], size_of, most)
    return None


def _needed(
    steps: Sequence[Step], size_of: Callable[[AbstractSet[Step]], int], most: int
) -> tuple[Step, ...]:
    """`steps`, which suffice, without those that need not be: the riskiest that can be spared go first."""
    needed = list(steps)
    for step in reversed(steps[:-1]):
        fewer = [each for each in needed if each is not step]
        if size_of(frozenset(fewer)) <= most:
            needed = fewer
    return tuple(needed)
