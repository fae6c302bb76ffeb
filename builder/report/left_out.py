"""What was left out of a bundle, summed up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from builder.model import Drop


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Drops that have one thing in common."""

    name: str
    size: int
    """Bytes, unpacked."""
    files: int


def drops_by(drops: Sequence[Drop], name_of: Callable[[Drop], str]) -> tuple[Sum, ...]:
    """What `drops` of one name come to, largest first."""
    found: dict[str, tuple[int, int]] = {}
    for drop in drops:
        size, files = found.get(name_of(drop), (0, 0))
        found[name_of(drop)] = (size + drop.size, files + 1)
    sums = (Sum(name=name, size=size, files=files) for name, (size, files) in found.items())
    return tuple(sorted(sums, key=lambda each: (-each.size, each.name)))
