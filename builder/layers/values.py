"""What a plan of layers is made from, and what it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LAYER_PRICE = 1024 * 1024
"""Bytes that one layer fewer is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A distribution, as the plan sees it."""

    name: str
    content: str
    """The same for equal content: a layer whose items all have what they had is not published again."""
    packed: int
    """Bytes as it lies in a zip."""
    changes_often: bool = False
    """It comes from the project's own folders, or from wherever else it may be another tomorrow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A function, as the plan sees it."""

    name: str
    needs: frozenset[str]
    """Names of items that it cannot do without."""
    bound: frozenset[str] = frozenset()
    """Those of `needs` that must lie in its own bundle."""
    slots: int = 5
    """As many planned layers it may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerLayer:
    """A layer of the plan before."""

    name: str
    items: Mapping[str, str]
    """Name of an item to its content then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """All that decides a plan."""

    items: tuple[Item, ...]
    consumers: tuple[Consumer, ...]
    together: tuple[frozenset[str], ...] = ()
    """Items that must lie in one tree wherever two of them are wanted; an item is in one set at most."""
    former: tuple[FormerLayer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLayer:
    """A layer, decided."""

    name: str
    items: tuple[str, ...]
    """Sorted."""
    consumers: tuple[str, ...]
    """Who has it, sorted; each needs every item of it."""
    packed: int
    as_before: bool
    """A layer of the plan before had the same content."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a plan costs, by the objective; bytes, but for the layers."""

    stored: int
    """Every artefact once, the functions' sources aside."""
    published: int
    """What has to be uploaded now: layers that are not there yet, and bundles."""
    edited: int
    """What goes with the next edit of each function, and of each distribution that changes often."""
    layers: int

    @property
    def total(self) -> int:
        """In bytes."""
        return self.stored + self.published + self.edited + LAYER_PRICE * self.layers


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """Which items go into which layer, and what stays in the functions' own bundles."""

    layers: tuple[PlannedLayer, ...] = ()
    """Sorted by name."""
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Consumer to the items in its own bundle, sorted."""
    cost: Cost
    kept: bool = False
    """The plan before was as good as any other, or nearly, and so its layers stay where they are."""

    def layers_of(self, consumer: str) -> tuple[PlannedLayer, ...]:
        """The layers that a consumer has, in the plan's order."""
        return tuple(layer for layer in self.layers if consumer in layer.consumers)
