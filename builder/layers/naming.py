"""Names of layers: that of the layer before which most of the content comes from, else the largest item's.

A name stays while a layer's versions change, so that a deployer publishes a new version of the same layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from builder.layers.values import FormerLayer

LONGEST = 100
"""Lambda takes 140 characters of letters, digits, `-` and `_`."""


def named(
    layers: Collection[frozenset[str]],
    former: Sequence[FormerLayer],
    sizes: Mapping[str, int],
    prefix: str,
    others: Collection[str] = (),
) -> dict[frozenset[str], str]:
    """A name for each layer, no two alike and none of `others`."""
    shared = sorted(
        (-sum(sizes[name] for name in layer & before.items.keys()), before.name, sorted(layer))
        for layer in layers
        for before in former
        if layer & before.items.keys()
    )
    names: dict[frozenset[str], str] = {}
    taken = set(others)
    for _, name, items in shared:
        if frozenset(items) not in names and name not in taken:
            names[frozenset(items)] = name
            taken.add(name)
    for layer in sorted(layers, key=sorted):
        if layer not in names:
            largest = min(layer, key=lambda name: (-sizes[name], name))
            names[layer] = _free(f"{prefix}-{largest}"[:LONGEST], taken)
            taken.add(names[layer])
    return names


def _free(name: str, taken: Collection[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
