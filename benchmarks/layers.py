"""How long planning layers takes, and what the plans come to.

    python -m benchmarks.layers

Fifty functions of two hundred distributions, of three kinds: needs at random, so that no two functions are
alike; needs that are unions of twenty stacks of ten; and needs that are beginnings of one list. Each is
planned from nothing, and again over the plan that came out. Seconds are of the processor.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from builder.layers.objective import cost_of
from builder.layers.planner import plan_layers
from builder.layers.values import Consumer, FormerLayer, Item, Question

FUNCTIONS, DISTRIBUTIONS = 50, 200
Needs = Callable[[random.Random, Sequence[str]], Sequence[str]]


def _random(chance: random.Random, names: Sequence[str]) -> Sequence[str]:
    return chance.sample(names, chance.randint(5, 60))


def _stacks(chance: random.Random, names: Sequence[str]) -> Sequence[str]:
    firsts = [10 * chance.randrange(20) for _ in range(chance.randint(1, 6))]
    return [name for first in firsts for name in names[first : first + 10]]


def _beginnings(chance: random.Random, names: Sequence[str]) -> Sequence[str]:
    return names[: chance.randint(5, len(names))]


KINDS: dict[str, Needs] = {"at random": _random, "stacks": _stacks, "beginnings": _beginnings}


def question(needs: Needs, seed: int = 1) -> Question:
    """Sizes from 3 KB to 30 MB, evenly over the magnitudes; one in twenty changes often."""
    chance = random.Random(seed)
    names = [f"d{number:03}" for number in range(DISTRIBUTIONS)]
    return Question(
        items=tuple(
            Item(
                name=name,
                content=name,
                packed=int(10 ** chance.uniform(3.5, 7.5)),
                changes_often=chance.random() < 0.05,
            )
            for name in names
        ),
        consumers=tuple(
            Consumer(name=f"f{number:02}", needs=frozenset(needs(chance, names)))
            for number in range(FUNCTIONS)
        ),
    )


def main() -> None:
    print("| needs | seconds | over the plan before | layers | bytes of separate bundles |")  # noqa: T201  # its output
    print("| --- | --- | --- | --- | --- |")  # noqa: T201  # its output
    for name, needs in KINDS.items():
        asked = question(needs)
        started = time.process_time()
        plan = plan_layers(asked)
        first = time.process_time() - started
        former = tuple(
            FormerLayer(name=layer.name, items={each: each for each in layer.items}) for layer in plan.layers
        )
        started = time.process_time()
        again = plan_layers(replace(asked, former=former))
        second = time.process_time() - started
        assert [layer.items for layer in again.layers] == [layer.items for layer in plan.layers]
        share = plan.cost.stored / cost_of(asked, {}).stored
        print(f"| {name} | {first:.2f} | {second:.2f} | {len(plan.layers)} | {share:.0%} |")  # noqa: T201  # its output


if __name__ == "__main__":
    main()
