"""A question answered: pieces made, layers searched for, the plan before held against the best one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from builder.layers.naming import named
from builder.layers.objective import STAYS, Ledger, Piece, Tie, cost_of
from builder.layers.search import Budget, Search, best_layers
from builder.layers.values import LayerPlan, PlannedLayer, Question

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


def plan_layers(question: Question, prefix: str = "layer", others: Collection[str] = ()) -> LayerPlan:
    """The plan that costs least, as far as the search finds it.

    Names of new layers begin with `prefix`; `others` are taken.

    The same for any order of items, consumers and former layers.
    """
    question = _sorted(question)
    pieces, consumers = _pieces(question), question.consumers
    former, known = _former(question, pieces)
    ledger = Ledger(
        pieces=pieces,
        ties=_ties(question, pieces),
        former=_unchanged(question, pieces, former),
        slots=[consumer.slots for consumer in consumers],
    )
    best = best_layers(ledger, former)
    kept = False
    if former:
        staying = Search(ledger, Budget(), former)
        staying.improve(movable=((1 << len(pieces)) - 1) & ~known)
        plans = [_assigned(question, ledger, each) for each in (staying.layers, best)]
        before, now = (cost_of(question, plan).total for plan in plans)
        kept = now * STAYS[1] >= before * STAYS[0]
        best = tuple(staying.layers) if kept else best
    layers = _assigned(question, ledger, best)
    sizes = {item.name: item.packed for item in question.items}
    names = named(layers, question.former, sizes, prefix, others)
    return _plan(question, layers, names, kept=kept)


def _sorted(question: Question) -> Question:
    """The question in one order, whatever order it was asked in."""
    return Question(
        items=tuple(sorted(question.items, key=lambda each: each.name)),
        consumers=tuple(sorted(question.consumers, key=lambda each: each.name)),
        together=tuple(sorted(question.together, key=sorted)),
        former=tuple(sorted(question.former, key=lambda each: each.name)),
    )


def _pieces(question: Question) -> list[Piece]:
    """Items that the same functions want, with the same ties, that lay in one layer before, are one piece:
    nothing could be gained by parting them.
    """
    items = {item.name: item for item in question.items}
    home = {name: layer.name for layer in question.former for name in layer.items}
    tied = {name: number for number, group in enumerate(question.together) for name in group}
    groups: defaultdict[tuple[int, bool, str | None, int | None], list[str]] = defaultdict(list)
    for name, item in items.items():
        users = sum(
            1 << number
            for number, consumer in enumerate(question.consumers)
            if name in consumer.needs - consumer.bound
        )
        if users:
            groups[users, item.changes_often, home.get(name), tied.get(name)].append(name)
    pieces = [
        Piece(tuple(sorted(names)), sum(items[name].packed for name in names), users, often)
        for (users, often, _, _), names in groups.items()
    ]
    return sorted(pieces, key=lambda piece: piece.names)


def _ties(question: Question, pieces: Sequence[Piece]) -> list[Tie]:
    """What has to lie together, in pieces. What a consumer must have in its bundle lies in no layer of it."""
    ties = []
    for group in question.together:
        members = sum(1 << number for number, piece in enumerate(pieces) if group & set(piece.names))
        wanted = []
        for consumer in question.consumers:
            if group & consumer.bound:
                wanted.append(-1)
                continue
            mine = group & consumer.needs
            wanted.append(sum(1 << at for at, piece in enumerate(pieces) if mine & set(piece.names)))
        ties.append(Tie(members, wanted))
    return ties


def _former(question: Question, pieces: Sequence[Piece]) -> tuple[list[int], int]:
    """The layers of the plan before as sets of today's pieces, and all pieces that lay in one."""
    layers, known = [], 0
    for former in question.former:
        layer = sum(
            1 << number
            for number, piece in enumerate(pieces)
            if not known >> number & 1 and any(name in former.items for name in piece.names)
        )
        known |= layer
        layers.append(layer)
    return [layer for layer in layers if layer], known


def _unchanged(question: Question, pieces: Sequence[Piece], former: Iterable[int]) -> frozenset[int]:
    """The former layers whose content is the same today."""
    contents = {item.name: item.content for item in question.items}
    before = {frozenset(layer.items.items()) for layer in question.former}
    return frozenset(
        layer
        for layer in former
        if frozenset(
            (name, contents[name])
            for number, piece in enumerate(pieces)
            if layer >> number & 1
            for name in piece.names
        )
        in before
    )


def _assigned(
    question: Question, ledger: Ledger, layers: Iterable[int]
) -> dict[frozenset[str], tuple[str, ...]]:
    """Each layer with the consumers that have it: the largest that they may have. One that nobody has is
    none."""
    ranked = sorted(layers, key=lambda layer: (-ledger.size(layer), layer))
    having: dict[int, list[str]] = {layer: [] for layer in ranked}
    for number, consumer in enumerate(question.consumers):
        usable = [layer for layer in ranked if ledger.entry(layer).users >> number & 1]
        for layer in usable[: consumer.slots]:
            having[layer].append(consumer.name)
    return {ledger.names(layer): tuple(names) for layer, names in having.items() if names}


def _plan(
    question: Question,
    layers: Mapping[frozenset[str], tuple[str, ...]],
    names: Mapping[frozenset[str], str],
    *,
    kept: bool,
) -> LayerPlan:
    sizes = {item.name: item.packed for item in question.items}
    contents = {item.name: item.content for item in question.items}
    former = {frozenset(layer.items.items()) for layer in question.former}
    planned = [
        PlannedLayer(
            name=names[layer],
            items=tuple(sorted(layer)),
            consumers=consumers,
            packed=sum(sizes[name] for name in layer),
            as_before=frozenset((name, contents[name]) for name in layer) in former,
        )
        for layer, consumers in layers.items()
    ]
    own = {}
    for consumer in question.consumers:
        had = {name for layer in planned if consumer.name in layer.consumers for name in layer.items}
        own[consumer.name] = tuple(sorted(consumer.needs - had))
    return LayerPlan(
        layers=tuple(sorted(planned, key=lambda layer: layer.name)),
        own=own,
        cost=cost_of(question, layers),
        kept=kept,
    )
