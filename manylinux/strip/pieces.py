"""A new file as pieces: ranges of the original and new bytes, so that neither is held twice."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from manylinux.elf.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Bytes of the original."""

    offset: int
    size: int


Piece = Range | bytes


def size_of(piece: Piece) -> int:
    """Bytes it has in the new file."""
    return piece.size if isinstance(piece, Range) else len(piece)


def joined(pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """The same bytes in as few pieces as can be, none of them empty."""
    found: list[Piece] = []
    for piece in pieces:
        if not size_of(piece):
            continue
        last = found[-1] if found else None
        if isinstance(last, bytes) and isinstance(piece, bytes):
            found[-1] = last + piece
        elif isinstance(last, Range) and isinstance(piece, Range) and last.offset + last.size == piece.offset:
            found[-1] = Range(offset=last.offset, size=last.size + piece.size)
        else:
            found.append(piece)
    return tuple(found)


class PiecedSource(Source):
    """The new file, read without being written."""

    def __init__(self, pieces: Sequence[Piece], original: Source) -> None:
        self._pieces = pieces
        self._original = original
        *self._starts, self.size = accumulate(map(size_of, pieces), initial=0)

    def _at(self, offset: int, size: int) -> bytes:
        found = []
        place = bisect_right(self._starts, offset) - 1
        while size:
            piece, within = self._pieces[place], offset - self._starts[place]
            taken = min(size, size_of(piece) - within)
            if isinstance(piece, Range):
                found.append(self._original.read(piece.offset + within, taken, "a piece"))
            else:
                found.append(piece[within : within + taken])
            offset, size, place = offset + taken, size - taken, place + 1
        return found[0] if len(found) == 1 else b"".join(found)
