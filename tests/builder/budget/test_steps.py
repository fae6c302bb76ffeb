"""Which options make a bundle fit with the least risk."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.budget.steps import Step, least

ALL = tuple(Step)


def saving(**saved: int) -> Callable[[AbstractSet[Step]], int]:
    """Sizes of a bundle of 100 bytes, where each step saves so much."""
    amounts = {Step[name]: amount for name, amount in saved.items()}
    return lambda steps: 100 - sum(amounts.get(step, 0) for step in steps)


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (90, (Step.BYTECODE,)),
        (89, (Step.RUNTIME,)),
        (79, (Step.BYTECODE, Step.RUNTIME)),
        (70, (Step.BYTECODE, Step.RUNTIME)),
        (60, (Step.BYTECODE, Step.SMALL)),
        (50, (Step.RUNTIME, Step.SMALL)),
        (40, (Step.BYTECODE, Step.RUNTIME, Step.SMALL)),
        (39, None),
    ],
)
def test_the_least_risky_that_suffice(most: int, expected: tuple[Step, ...] | None) -> None:
    """One after the other as risks grow, and without those that turn out needless."""
    size_of = saving(BYTECODE=10, SAFE=0, RUNTIME=20, SMALL=30)

    assert least(ALL, size_of, most) == expected


def test_without_any_option_nothing_suffices() -> None:
    """All of them may be in force already."""
    assert least((), saving(), 10) is None


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.integers(0, 99))
def test_what_is_applied_suffices_and_nothing_of_it_can_be_spared(savings: list[int], most: int) -> None:
    """Held against every set of steps."""
    size_of = saving(**dict(zip([step.name for step in ALL], savings, strict=True)))
    subsets = chain.from_iterable(combinations(ALL, count) for count in range(1, 5))
    sufficient = [subset for subset in subsets if size_of(frozenset(subset)) <= most]
    found = least(ALL, size_of, most)

    if found is None:
        assert sufficient == []
        return
    riskiest = min(max(ALL.index(step) for step in subset) for subset in sufficient)
    assert found in sufficient
    assert ALL.index(found[-1]) == riskiest
    assert not any(set(subset) < set(found) for subset in sufficient)
