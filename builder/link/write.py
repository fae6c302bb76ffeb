"""A planned bundle becomes a zip.

Members of wheels are copied as they lie, without inflating them: that takes about twice as long as `cp` of
the same bytes, the sha256 included. Only source files and what the plan made itself are compressed.
"""

import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from builder.errors import SourceFileError
from builder.link.contents import read_source_file, source_pieces
from builder.link.limits import too_large_for_zip
from builder.link.output import replacing_file
from builder.link.stream import HashedStream, WheelReaders
from builder.model import Bundle, BundlePlan, FromBytes, FromSource, FromWheel, PlannedFile
from manylinux.archive.pack import LARGEST, Pack, pack
from manylinux.archive.rawzip import RawZip


def write_zip(
    plan: BundlePlan,
    output: Path,
    look: Callable[[Path, str], None] = lambda path, sha256: None,
    *,
    compress: Pack = pack,
) -> Bundle:
    """The zip of `plan` is at `output`, whole; what was there stays until then, and on any failure.

    `look` is called with the path of what was written and its sha256, before it takes its place.
    `compress` makes members of what no wheel brought.

    The same plan over the same source gives the same bytes. Raises OutputError when the output cannot be
    written, TooLargeError when only zip64 could hold the bundle, StoreError and SourceFileError when
    content cannot be read.
    """
    with replacing_file(output, expected_size(plan)) as file:
        with closing(WheelReaders()) as wheels, HashedStream(file) as stream:
            archive = RawZip(stream, too_large_for_zip)
            press = _Press(plan=plan, stream=stream, archive=archive, wheels=wheels, compress=compress)
            for planned in plan.files:
                press.add(planned)
            press.archive.finish()
        look(Path(file.name), stream.hexdigest)
    return Bundle(
        path=output,
        sha256=stream.hexdigest,
        zipped_size=stream.length,
        unzipped_size=sum(unpacked for unpacked, _ in press.sizes.values()),
        files=len(plan.files),
        sizes=press.sizes,
    )


def expected_size(plan: BundlePlan) -> int:
    """About how large the zip will be, bytes: exact for wheels' members, unpacked for the rest."""
    return sum(
        file.content.member.compressed_size if isinstance(file.content, FromWheel) else file.size
        for file in plan.files
    ) + sum(2 * len(file.path) + 76 for file in plan.files)


@dataclass(slots=True, kw_only=True)
class _Press:
    """A zip in the making."""

    plan: BundlePlan
    stream: HashedStream
    archive: RawZip
    wheels: WheelReaders
    compress: Pack
    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Owner to (unpacked, packed) bytes so far."""

    def add(self, file: PlannedFile) -> None:
        content = file.content
        if isinstance(content, FromWheel):
            member = content.member
            self._begin(file, member.crc, member.compressed_size, member.size, deflated=member.deflated)
            wheel = self.wheels[self.plan.location(content)]
            self.stream.copy(wheel, member.offset, member.compressed_size)
        elif isinstance(content, FromBytes):
            self._add_bytes(file, content.content)
        else:
            self._add_source(file, content)

    def _begin(self, file: PlannedFile, crc: int, packed: int, size: int, *, deflated: bool) -> None:
        self.archive.begin(
            file.path, crc=crc, packed=packed, size=size, deflated=deflated, executable=file.executable
        )
        unpacked_before, packed_before = self.sizes.get(file.owner, (0, 0))
        self.sizes[file.owner] = (unpacked_before + size, packed_before + packed)

    def _add_bytes(self, file: PlannedFile, content: bytes) -> None:
        packed = self.compress(content)
        self._begin(file, zlib.crc32(content), len(packed.data), len(content), deflated=packed.deflated)
        self.stream.write(packed.data)

    def _add_source(self, file: PlannedFile, content: FromSource) -> None:
        if file.size <= LARGEST:
            self._add_bytes(file, read_source_file(content.location))
        else:
            self._store_large(file, content.location)

    def _store_large(self, file: PlannedFile, location: Path) -> None:
        """Read twice, because a header comes before its data: once for size and CRC, once to copy."""
        before = _size_and_crc(location)
        self._begin(file, before[1], before[0], before[0], deflated=False)
        size = crc = 0
        for piece in source_pieces(location):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            self.stream.write(piece)
        if (size, crc) != before:
            raise SourceFileError(
                f"`{location}` changed while it was read",
                evidence=[f"{before[0]:,} bytes at first, then {size:,}"],
                hint="Build again when nothing writes to it",
            )


def _size_and_crc(location: Path) -> tuple[int, int]:
    size = crc = 0
    for piece in source_pieces(location):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
    return size, crc
