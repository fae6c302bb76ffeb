"""A compiled file without what no loader reads: planned, verified, and left alone on any doubt."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from manylinux.elf.header import read_header, read_program_headers
from manylinux.elf.kinds import is_elf
from manylinux.elf.sections import SHT_STRTAB, read_name, read_sections
from manylinux.elf.source import MalformedError, MemorySource, Source
from manylinux.strip.doubts import doubt_of_header, doubt_of_sections, doubt_of_segments
from manylinux.strip.pieces import Piece, PiecedSource, Range
from manylinux.strip.plan import Contents, plan
from manylinux.strip.removable import removable
from manylinux.strip.verify import fault

if TYPE_CHECKING:
    from mmap import mmap


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripped:
    """A smaller file that loads the same bytes. It holds none of the original's, only where they are."""

    pieces: tuple[Piece, ...]
    """Ranges of the original and new bytes, in order."""
    size: int
    """Bytes of the new file."""
    removed: int
    """How many bytes fewer than the original's."""

    def written(self, content: "bytes | memoryview | mmap") -> Iterator[bytes | memoryview]:
        """The new file bit by bit; `content` is the original, of which nothing is copied."""
        view = memoryview(content).cast("B")
        for piece in self.pieces:
            yield view[piece.offset : piece.offset + piece.size] if isinstance(piece, Range) else piece


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is left as it is."""

    reason: str
    """Why, such as `nothing to remove` or `it is an object file`."""


class _Doubt(Exception):  # noqa: N818 - it is none
    """The text is the reason of a Kept."""


def strip_elf(content: "bytes | memoryview | mmap") -> Stripped | Kept:
    """`content` without debug information, symbols of linkers and the like; it must not change meanwhile.

    What a loader reads is the same byte for byte and at the same addresses, which has been verified. Costs a
    millisecond and one reading of what stays; copies no more than 1 MB at a time. Never raises for what the
    bytes are.
    """
    with memoryview(content) as whole, whole.cast("B") as view:
        source = MemorySource(view)
        try:
            pieces = _planned(source)
        except _Doubt as doubt:
            return Kept(reason=str(doubt))
        except MalformedError as broken:
            return Kept(reason=str(broken))
        size = PiecedSource(pieces, source).size
        return Stripped(pieces=pieces, size=size, removed=source.size - size)


def _planned(source: Source) -> tuple[Piece, ...]:
    contents, names = _contents(source)
    gone = removable(contents.sections, names, contents.header.names)
    pieces = plan(source, contents, gone)
    if pieces is None:
        raise _Doubt("nothing to remove")
    reason = fault(source, PiecedSource(pieces, source))
    if reason is not None:
        raise _Doubt(f"it cannot be stripped safely: {reason}")
    return pieces


def _contents(source: Source) -> tuple[Contents, list[bytes]]:
    """What the headers say and the sections' names, where there is no doubt about them."""
    if not is_elf(source.read(0, min(source.size, 4), "the ELF header")):
        raise _Doubt("it is no ELF file")
    header = read_header(source)
    _demand(doubt_of_header(source, header))
    segments = read_program_headers(source, header)
    _demand(doubt_of_segments(source, segments))
    sections = read_sections(source, header)
    if header.names >= len(sections) or sections[header.names].type != SHT_STRTAB:
        raise _Doubt("corrupt: it has no table of names of sections")
    names = [read_name(source, sections[header.names], each) for each in sections]
    _demand(doubt_of_sections(source, header, segments, sections, names))
    return Contents(header=header, segments=segments, sections=sections), names


def _demand(doubt: str | None) -> None:
    if doubt is not None:
        raise _Doubt(doubt)
