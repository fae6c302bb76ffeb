"""Questions for the planner of layers, and the exact answer to small ones."""

import random
from collections.abc import Iterator, Sequence

from builder.layers.objective import cost_of
from builder.layers.values import Consumer, FormerLayer, Item, LayerPlan, Question


def item(name: str, packed: int, content: str | None = None, *, often: bool = False) -> Item:
    return Item(name=name, content=content or name, packed=packed, changes_often=often)


def consumer(name: str, needs: str, *, slots: int = 5, bound: str = "") -> Consumer:
    """Who needs the items that are named in one string."""
    return Consumer(name=name, needs=frozenset(needs.split()), bound=frozenset(bound.split()), slots=slots)


def former_of(plan: LayerPlan, question: Question) -> tuple[FormerLayer, ...]:
    """A plan as the one before."""
    contents = {each.name: each.content for each in question.items}
    return tuple(
        FormerLayer(name=layer.name, items={name: contents[name] for name in layer.items})
        for layer in plan.layers
    )


def small_question(seed: int) -> Question:
    """A few items and functions, at random."""
    chance = random.Random(seed)
    names = [f"d{number}" for number in range(chance.randint(2, 6))]
    tie = frozenset(chance.sample(names, 2))
    return Question(
        together=(tie,) if seed % 3 == 0 else (),
        items=tuple(
            item(name, int(10 ** chance.uniform(4.5, 7.3)), often=chance.random() < 0.15) for name in names
        ),
        consumers=tuple(
            Consumer(
                name=f"f{number}",
                needs=frozenset(name for name in names if chance.random() < 0.6),
                slots=chance.randint(1, 3),
            )
            for number in range(chance.randint(2, 5))
        ),
    )


def large_question(seed: int, functions: int = 50, distributions: int = 200) -> Question:
    """Functions that need what they need at random: nothing is alike, and so all has to be looked at."""
    chance = random.Random(seed)
    names = [f"d{number}" for number in range(distributions)]
    return Question(
        items=tuple(item(name, int(10 ** chance.uniform(3.5, 7.5))) for name in names),
        consumers=tuple(
            Consumer(name=f"f{number}", needs=frozenset(chance.sample(names, chance.randint(5, 60))))
            for number in range(functions)
        ),
    )


def least_cost(question: Question) -> int:
    """The cost of the best plan there is, by looking at every one."""
    sizes = {each.name: each.packed for each in question.items}
    return min(
        cost_of(question, _had(question, layers, sizes)).total
        for layers in _all_layers([each.name for each in question.items])
    )


def _had(
    question: Question, layers: Sequence[frozenset[str]], sizes: dict[str, int]
) -> dict[frozenset[str], list[str]]:
    """Each layer with those that have it: the largest that they may."""
    ranked = sorted(layers, key=lambda layer: (-sum(sizes[name] for name in layer), sorted(layer)))
    having: dict[frozenset[str], list[str]] = {}
    for each in question.consumers:
        usable = [
            layer
            for layer in ranked
            if layer <= each.needs - each.bound
            and all(tie.isdisjoint(layer) or tie & each.needs <= layer for tie in question.together)
        ]
        for layer in usable[: each.slots]:
            having.setdefault(layer, []).append(each.name)
    return having


def _all_layers(names: Sequence[str]) -> Iterator[list[frozenset[str]]]:
    """Every set of layers, no two with an item in common."""
    if not names:
        yield []
        return
    first, rest = names[0], names[1:]
    for layers in _all_layers(rest):
        yield layers
        yield [frozenset({first}), *layers]
        for number, layer in enumerate(layers):
            yield [*layers[:number], layer | {first}, *layers[number + 1 :]]
