"""Where what stays goes: whole ranges move towards the beginning, by multiples of their alignment."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Bytes that stay together. It may be empty, and stand for a place in memory alone."""

    start: int
    end: int
    alignment: int = 1
    """A power of two; the block moves by multiples of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A block and its new place."""

    start: int
    end: int
    new: int

    @property
    def shift(self) -> int:
        """Bytes it has moved towards the beginning."""
        return self.start - self.new

    @property
    def new_end(self) -> int:
        """The first byte after it."""
        return self.end - self.shift


def lay_out(blocks: Iterable[Block]) -> tuple[Moved, ...]:
    """The blocks in order, those that touch or overlap as one, each as near to the beginning as it may."""
    found = []
    end = 0
    for block in _merged(blocks):
        new = end + (block.start - end) % block.alignment
        found.append(Moved(start=block.start, end=block.end, new=new))
        end = found[-1].new_end
    return tuple(found)


def holder(moved: Sequence[Moved], offset: int, size: int = 0) -> Moved | None:
    """The block that has all those bytes, if one has."""
    place = bisect_right(moved, offset, key=lambda each: each.start) - 1
    if place >= 0 and offset + size <= moved[place].end:
        return moved[place]
    return None


def place_of(moved: Sequence[Moved], offset: int) -> int:
    """The new offset of what has no bytes: with the block it stood in, or after the one it stood behind."""
    place = moved[max(bisect_right(moved, offset, key=lambda each: each.start) - 1, 0)]
    return min(offset, place.end) - place.shift


def _merged(blocks: Iterable[Block]) -> list[Block]:
    merged: list[Block] = []
    for block in sorted(blocks, key=lambda each: (each.start, each.end)):
        if merged and block.start <= merged[-1].end:
            last = merged[-1]
            merged[-1] = Block(
                start=last.start,
                end=max(last.end, block.end),
                alignment=max(last.alignment, block.alignment),
            )
        else:
            merged.append(block)
    return merged
