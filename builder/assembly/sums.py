"""How large the parts of an assembly are, and what layers save: of zips nearly, of what they hold exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.link.limits import unpacked_sizes
from builder.link.write import expected_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builder.assembly.values import FunctionPart, LayerPart, Linked
    from builder.model import BundlePlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of one part, bytes."""

    packed: int
    unpacked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionSum:
    """What one function comes to."""

    part: FunctionPart
    own: Size
    """Its own bundle."""
    loaded: Size
    """That and its layers."""
    alone: int
    """Packed, were it one bundle without layers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What an assembly comes to."""

    functions: tuple[FunctionSum, ...]
    layers: tuple[tuple[LayerPart, Size], ...]

    @property
    def total(self) -> int:
        """Every artefact once, packed."""
        return sum(each.own.packed for each in self.functions) + sum(size.packed for _, size in self.layers)

    @property
    def separate(self) -> int:
        """Every function in one bundle of its own, packed."""
        return sum(each.alone for each in self.functions)


def sums_of(pools: Sequence[Linked]) -> Sums:
    functions: list[FunctionSum] = []
    layers: list[tuple[LayerPart, Size]] = []
    for linked in pools:
        sizes = {part.name: _size(part.plan) for part in linked.layers}
        layers += ((part, sizes[part.name]) for part in linked.layers)
        grown = {part.name: part.grown for part in linked.layers}
        functions += (_function(part, sizes, grown) for part in linked.functions)
    return Sums(
        functions=tuple(sorted(functions, key=lambda each: each.part.name)),
        layers=tuple(sorted(layers, key=lambda each: each[0].name)),
    )


def _function(part: FunctionPart, layers: Mapping[str, Size], grown: Mapping[str, int]) -> FunctionSum:
    own = _size(part.plan)
    having = [layers[name] for name in part.layers]
    return FunctionSum(
        part=part,
        own=own,
        loaded=Size(
            packed=own.packed + sum(each.packed for each in having),
            unpacked=own.unpacked + sum(each.unpacked for each in having),
        ),
        # It would have the same bytecode.
        alone=expected_size(part.whole) + part.grown + sum(grown[name] for name in part.layers),
    )


def _size(plan: BundlePlan) -> Size:
    return Size(packed=expected_size(plan), unpacked=sum(unpacked_sizes(plan).values()))
