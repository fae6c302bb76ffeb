"""What stays out of wheels that several functions share: only what none of them can miss.

Each function's graph is that of its own source and all its wheels, wherever they lie. A wheel in a layer
loses what every function of the pool that needs the wheel could do without; so the layer serves all of them,
and its bytes do not depend on which of them have it. An edit of a source changes a layer only if it begins or
ceases to reach a file that all others can do without.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder.model import Slimmed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.assembly.values import Bench, Locked
    from builder.model import SlimmedWheels
    from builder.slim.profile import SlimProfile
    from builder.slim.selecting import Selector
    from prebuilt_index.wheel_archive import VerifiedWheel

    _Decided = tuple[frozenset[str], Mapping[str, Slimmed]]
    """Whose wheels, and what of them stays out."""


class Thinning:
    """The decisions of one pool."""

    def __init__(self, locked: Locked, bench: Bench) -> None:
        self.own: dict[str, Mapping[str, Slimmed]] = {}
        """By function: what of its wheels does not go into a bundle of its own."""
        self.notes: list[str] = []
        self.warnings: list[str] = []
        deciding: list[_Decided] = []
        for function in locked.pool.functions:
            wheels = locked.choices[function.name].wheels
            tools = bench.tools(function.wanted, function.target)
            profile = _concerning(bench.profile(function.slimming), wheels)
            found = tools.slimmed(wheels, locked.sources[function.name], profile)
            self.own[function.name] = found.by_wheel
            self._tell(found)
            deciding.append((frozenset(wheel.sha256 for wheel in wheels), found.by_wheel))
        for layer in locked.pool.layers:
            wheels = tuple(locked.wheels[name] for name in sorted(locked.contents[layer.name]))
            tools = bench.tools(layer.wanted, locked.pool.target)
            found = tools.slimmed(wheels, (), _concerning(bench.profile(None), wheels))
            self._tell(found)
            deciding.append((frozenset(wheel.sha256 for wheel in wheels), found.by_wheel))
        self.shared: dict[str, Slimmed] = {
            wheel.sha256: agreed
            for wheel in locked.wheels.values()
            if (agreed := _agreed(wheel, deciding)) is not None
        }
        """What of wheels does not go into layers."""

    def _tell(self, found: SlimmedWheels) -> None:
        self.notes += found.notes
        self.warnings += found.warnings


def _concerning(profile: SlimProfile, wheels: Iterable[VerifiedWheel]) -> SlimProfile:
    """The profile without what it says of wheels that are not there."""
    names = {wheel.name for wheel in wheels}

    def kept(selectors: Iterable[Selector]) -> tuple[Selector, ...]:
        return tuple(each for each in selectors if any(map(each.concerns, names)))

    return replace(profile, keep=kept(profile.keep), drop=kept(profile.drop))


def _agreed(wheel: VerifiedWheel, deciding: Sequence[_Decided]) -> Slimmed | None:
    """What all that need the wheel can do without; None: it stays whole."""
    verdicts = [decision.get(wheel.sha256) for wheels, decision in deciding if wheel.sha256 in wheels]
    if not verdicts or any(verdict is None for verdict in verdicts):
        return None
    agreeing = [verdict for verdict in verdicts if verdict is not None]
    first, *others = agreeing
    drops = {path: rule for path, rule in first.drops.items() if all(path in other.drops for other in others)}
    return Slimmed(
        drops=drops,
        rewritten={
            path: smaller
            for verdict in agreeing
            for path, smaller in verdict.rewritten.items()
            # What one drops it has no need to make smaller.
            if all(path in other.rewritten or path in other.drops for other in agreeing)
        },
    )


def packed_size(wheel: VerifiedWheel, slimmed: Slimmed | None) -> int:
    """About how many bytes of a zip the wheel takes."""
    slimmed = slimmed or Slimmed()
    smaller = {path: each.member for path, each in slimmed.rewritten.items()}
    return sum(
        smaller.get(member.path, member).compressed_size + 2 * len(member.path) + 76
        for member in wheel.members
        if member.path not in slimmed.drops
    )


def names_of(wheels: Iterable[VerifiedWheel]) -> frozenset[NormalizedName]:
    return frozenset(wheel.name for wheel in wheels)
