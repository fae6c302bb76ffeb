"""What makes one plan better than another.

Every function gets exactly the distributions that it needs, from its bundle or from layers: a layer is only
ever given to functions that need all of it. So what a function loads does not depend on the plan, nor does
whether it fits Lambda's limit, and cold starts read the least there is to read in every plan. What is left to
save is counted in bytes of zips, and the least sum is the best plan:

    stored       every layer, and every distribution in a function's own bundle
  + published    layers that the plan before did not have with this content, and all bundles
  + edited       distributions in a function's own bundle, for each edit of its source uploads them again; and
                 a whole layer in which something changes often
  + 1 MB         for each layer: it has to be named, published, granted and listed

Of plans that cost the same, the one with fewer layers is taken, then the one that sorts first.

The plan before stays as it is, with what is new put where it fits best, unless another plan costs less than
nineteen twentieths of it: layers that move are layers that are published again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from builder.layers.values import LAYER_PRICE, Cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from builder.layers.values import Question

OWN = 3
"""As many times a byte in a function's own bundle counts: stored, published, edited."""
STAYS = (19, 20)
"""Another plan is taken when it costs less than this share of what the plan before costs now."""


class Piece(NamedTuple):
    """Items that the plan never parts: the same functions want them, and the same is tied to them."""

    names: tuple[str, ...]
    packed: int
    users: int
    """A bit for each consumer that needs all of it and may have it from a layer."""
    often: bool


class Tie(NamedTuple):
    """Pieces that must lie in one tree wherever two of them are wanted."""

    pieces: int
    wanted: Sequence[int]
    """Of each consumer: those of the pieces that it wants."""


class Entry(NamedTuple):
    """What a set of pieces is as a layer."""

    size: int
    """Bytes."""
    users: int
    """Who may have it."""
    wanting: int
    """Who needs all of it, be it that more has to lie beside it."""
    often: bool
    price: int
    """What it costs by itself."""


@dataclass(slots=True)
class Ledger:
    """Prices of sets of pieces. A set is an integer with a bit for each piece; so is a set of consumers."""

    pieces: Sequence[Piece]
    former: frozenset[int]
    """Layers of the plan before whose content is the same today."""
    slots: Sequence[int]
    """Of each consumer."""
    ties: Sequence[Tie] = ()
    _entries: dict[int, Entry] = field(default_factory=lambda: {0: Entry(0, -1, -1, False, 0)})

    def entry(self, layer: int) -> Entry:
        found = self._entries.get(layer)
        if found is None:
            highest = layer.bit_length() - 1
            piece, rest = self.pieces[highest], self.entry(layer ^ 1 << highest)
            size, often = rest.size + piece.packed, rest.often or piece.often
            price = size * (1 + (layer not in self.former) + often) + LAYER_PRICE
            wanting = rest.wanting & piece.users
            found = self._entries[layer] = Entry(size, self._users(layer, wanting), wanting, often, price)
        return found

    def _users(self, layer: int, wanting: int) -> int:
        """Those of `wanting` for whom nothing outside the layer is tied to it."""
        for tie in self.ties:
            if tie.pieces & layer:
                for number, wanted in enumerate(tie.wanted):
                    if wanted & ~layer:
                        wanting &= ~(1 << number)
        return wanting

    def size(self, layer: int) -> int:
        return self.entry(layer).size

    def names(self, layer: int) -> frozenset[str]:
        """The items in it."""
        return frozenset(
            name for number, piece in enumerate(self.pieces) if layer >> number & 1 for name in piece.names
        )

    def value(self, layers: Iterable[int]) -> int:
        """What layers save beside having none: less is what they cost themselves."""
        entries = list(map(self.entry, layers))
        saved = sum(
            saving((each.size for each in entries if each.users >> number & 1), slots)
            for number, slots in enumerate(self.slots)
        )
        return saved - sum(each.price for each in entries)


def saving(sizes: Iterable[int], slots: int) -> int:
    """What a function saves that may have layers of these sizes: the largest, as many as it has slots."""
    return OWN * sum(sorted(sizes, reverse=True)[:slots])


def cost_of(question: Question, layers: Mapping[frozenset[str], Sequence[str]]) -> Cost:
    """The cost of layers, each a set of items with the consumers that have it."""
    items = {item.name: item for item in question.items}
    former = {frozenset(layer.items.items()) for layer in question.former}
    own = layered = published = edited = 0
    for consumer in question.consumers:
        had = {name for layer, having in layers.items() if consumer.name in having for name in layer}
        own += sum(items[name].packed for name in consumer.needs - had)
    for layer in layers:
        size = sum(items[name].packed for name in layer)
        layered += size
        if frozenset((name, items[name].content) for name in layer) not in former:
            published += size
        if any(items[name].changes_often for name in layer):
            edited += size
    return Cost(stored=own + layered, published=own + published, edited=own + edited, layers=len(layers))
