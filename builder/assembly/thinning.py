"""What stays out of wheels that several functions share: only what none of them can miss.

Each function's graph is that of its own source and all its wheels, wherever they lie. A wheel in a layer
loses what every function of the pool that needs the wheel could do without; so the layer serves all of them,
and its bytes do not depend on which of them have it. An edit of a source changes a layer only if it begins or
ceases to reach a file that all others can do without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.model import Slimmed, Slimming

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.assembly.values import Bench, Locked
    from prebuilt_index.wheel_archive import VerifiedWheel


class Thinning:
    """The decisions of one pool."""

    def __init__(self, locked: Locked, bench: Bench) -> None:
        self.own: dict[str, Mapping[str, Slimmed]] = {}
        """By function: what of its wheels does not go into a bundle of its own."""
        deciding: list[tuple[frozenset[str], Mapping[str, Slimmed]]] = []
        for function in locked.pool.functions:
            wheels = locked.choices[function.name].wheels
            tools = bench.tools(function.wanted, function.target, function.slimming)
            decision: Mapping[str, Slimmed] = {}
            if function.slimming is not Slimming.NONE:
                decision = tools.slimmed(wheels, locked.sources[function.name])
            self.own[function.name] = decision
            deciding.append((frozenset(wheel.sha256 for wheel in wheels), decision))
        for layer in locked.pool.layers:
            wheels = tuple(locked.wheels[name] for name in sorted(locked.contents[layer.name]))
            tools = bench.tools(layer.wanted, locked.pool.target, Slimming.SAFE)
            deciding.append((frozenset(wheel.sha256 for wheel in wheels), tools.slimmed(wheels, ())))
        self.shared: dict[str, Slimmed] = {
            wheel.sha256: found
            for wheel in locked.wheels.values()
            if (found := _agreed(wheel, deciding)) is not None
        }
        """What of wheels does not go into layers."""


def _agreed(
    wheel: VerifiedWheel, deciding: Sequence[tuple[frozenset[str], Mapping[str, Slimmed]]]
) -> Slimmed | None:
    """What all that need the wheel can do without; None: it stays whole."""
    verdicts = [decision.get(wheel.sha256) for wheels, decision in deciding if wheel.sha256 in wheels]
    if not verdicts or any(verdict is None for verdict in verdicts):
        return None
    agreeing = [verdict for verdict in verdicts if verdict is not None]
    first = agreeing[0]
    drops = {
        path: rule for path, rule in first.drops.items() if all(path in other.drops for other in agreeing)
    }
    return Slimmed(drops=drops, rewritten=first.rewritten, overlay=first.overlay)


def packed_size(wheel: VerifiedWheel, slimmed: Slimmed | None) -> int:
    """About how many bytes of a zip the wheel takes."""
    slimmed = slimmed or Slimmed()
    return sum(
        slimmed.rewritten.get(member.path, member).compressed_size + 2 * len(member.path) + 76
        for member in wheel.members
        if member.path not in slimmed.drops
    )


def names_of(wheels: Iterable[VerifiedWheel]) -> frozenset[NormalizedName]:
    return frozenset(wheel.name for wheel in wheels)
