"""The search for the best set of layers: greedy starts, each improved until no single move helps.

The objective is in `objective`. There is no proof that the least cost is found; tests compare it with the
exact optimum of small cases. Work is bounded by a number of moves looked at, never by a clock, so that every
machine finds the same plan.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from builder.layers.objective import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.layers.objective import Entry, Ledger

    Move = tuple[list[int], list[int]]
    """Layers that go, and layers that come."""

EVALUATIONS = 40_000
"""Moves that are looked at for one plan: a small part of it is enough for a project of twenty functions."""


class Budget:
    """Moves that may still be looked at."""

    def __init__(self, left: int = EVALUATIONS) -> None:
        self.left = left


class Search:
    """One set of layers, changed for the better."""

    def __init__(self, ledger: Ledger, budget: Budget, layers: Iterable[int] = ()) -> None:
        self._ledger = ledger
        self._budget = budget
        self.layers: list[int] = []
        self._tied = [tie.pieces for tie in ledger.ties if tie.pieces.bit_count() > 1]
        self._sizes: list[list[int]] = [[] for _ in ledger.slots]
        """Of each consumer, the sizes of layers that it may have."""
        for layer in layers:
            self._add(layer)

    def place(self, pieces: Iterable[int]) -> None:
        """Each piece, in this order, goes where it is worth most: a layer, one of its own, or none."""
        for piece in pieces:
            self._settle(1 << piece)
        for tied in self._tied:
            self._settle(tied)

    def improve(self, movable: int = -1) -> None:
        """No move of one piece and no union of two layers makes it better; only `movable` pieces move."""
        better = True
        while better and self._budget.left > 0:
            better = self._moved(movable)
            better |= movable == -1 and self._united()

    def _moved(self, movable: int) -> bool:
        better = False
        for pieces in (*(1 << number for number in range(len(self._ledger.pieces))), *self._tied):
            if not pieces & ~movable and self._budget.left > 0:
                better |= self._settle(pieces)
        return better

    def _settle(self, pieces: int) -> bool:
        """`pieces`, wherever they lie, go where they are worth most together; whether they went elsewhere."""
        homes = [layer for layer in self.layers if layer & pieces]
        rest = [layer & ~pieces for layer in homes if layer & ~pieces]
        moves = [(homes, rest), (homes, [*rest, pieces])]
        for layer in self.layers:
            others = [each & ~pieces for each in homes if each != layer and each & ~pieces]
            if layer & ~pieces:
                moves.append(([*homes, layer] if layer not in homes else homes, [*others, layer | pieces]))
        return self._best_of(move for move in moves if sorted(move[0]) != sorted(move[1]))

    def _united(self) -> bool:
        """The best union of two layers, or a layer given up, is made; whether there was one."""
        nothing: list[int] = []
        moves = [([one, other], [one | other]) for one, other in combinations(self.layers, 2)]
        return self._best_of([*moves, *(([layer], nothing) for layer in self.layers)])

    def _best_of(self, moves: Iterable[Move]) -> bool:
        """The move that is worth most is made; whether one is worth anything."""
        best, most = None, 0
        for move in moves:
            if all(map(self._may_pay, move[1])) and (gain := self._gain(*move)) > most:
                best, most = move, gain
        if best is None:
            return False
        for layer in best[0]:
            self._remove(layer)
        for layer in best[1]:
            self._add(layer)
        return True

    def _may_pay(self, layer: int) -> bool:
        """Whether the layer could be worth its price, if everyone who may had it."""
        entry = self._ledger.entry(layer)
        return OWN * entry.size * entry.users.bit_count() > entry.price

    def _gain(self, old: list[int], new: list[int]) -> int:
        """By how much the value would grow."""
        self._budget.left -= 1
        gone, come = list(map(self._ledger.entry, old)), list(map(self._ledger.entry, new))
        gain = sum(entry.price for entry in gone) - sum(entry.price for entry in come)
        touched = 0
        for entry in (*gone, *come):
            touched |= entry.users
        while touched:
            lowest = touched & -touched
            touched ^= lowest
            gain += OWN * self._difference(lowest, gone, come)
        return gain

    def _difference(self, consumer: int, gone: list[Entry], come: list[Entry]) -> int:
        """By how many bytes more `consumer`, a bit, would have in layers."""
        number = consumer.bit_length() - 1
        sizes, slots = self._sizes[number], self._ledger.slots[number]
        lost = [entry.size for entry in gone if entry.users & consumer]
        won = [entry.size for entry in come if entry.users & consumer]
        if len(sizes) <= slots and len(sizes) - len(lost) + len(won) <= slots:
            return sum(won) - sum(lost)
        after = sizes + won
        for size in lost:
            after.remove(size)
        after.sort(reverse=True)
        return sum(after[:slots]) - sum(sizes[:slots])

    def _remove(self, layer: int) -> None:
        self.layers.remove(layer)
        entry = self._ledger.entry(layer)
        for number, sizes in enumerate(self._sizes):
            if entry.users >> number & 1:
                sizes.remove(entry.size)

    def _add(self, layer: int) -> None:
        entry = self._ledger.entry(layer)
        if not layer or not entry.users:
            return
        self.layers.append(layer)
        for number, sizes in enumerate(self._sizes):
            if entry.users >> number & 1:
                sizes.append(entry.size)
                sizes.sort(reverse=True)


def best_layers(ledger: Ledger, former: Iterable[int]) -> tuple[int, ...]:
    """The best set of layers that any start led to, as sets of pieces."""
    pieces, budget = ledger.pieces, Budget()
    numbers = range(len(pieces))
    orders = (
        sorted(numbers, key=lambda at: (-pieces[at].packed * pieces[at].users.bit_count(), at)),
        sorted(numbers, key=lambda at: (-pieces[at].packed, at)),
        sorted(numbers, key=lambda at: (-pieces[at].users.bit_count(), -pieces[at].packed, at)),
    )
    found = []
    for order in orders:
        search = Search(ledger, budget)
        search.place(order)
        found.append(search)
    found += [Search(ledger, budget, layers) for layers in ([1 << number for number in numbers], former)]
    for search in sorted(found, key=lambda each: rank(ledger, each.layers)):
        search.improve()
    return min((tuple(sorted(each.layers)) for each in found), key=lambda layers: rank(ledger, layers))


def rank(ledger: Ledger, layers: Iterable[int]) -> tuple[int, int, list[int]]:
    """Least is best."""
    layers = sorted(layers)
    return -ledger.value(layers), len(layers), layers
