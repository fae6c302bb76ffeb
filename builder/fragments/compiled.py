"""The compiled files of a wheel: found by their first bytes, and read."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from builder.link.contents import inflated
from builder.link.stream import WheelReader
from manylinux.elf.facts import Binary, ElfFacts, Unreadable
from manylinux.elf.kinds import HEAD, foreign, is_elf
from prebuilt_index.store.durable import told
from prebuilt_index.wheel_archive import Member, VerifiedWheel

ReadBinary = Callable[[Path], Binary | None]
"""What the file at a path says; None where it is no compiled code."""
_SOURCE = (".py", ".pyi", ".pyc")
_SHORTEST = 16
"""Bytes: nothing shorter has an ELF header's first field, a Mach-O's or a PE's."""
_MAGICS = (
    b"\x7fELF",
    b"MZ",
    *(b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf"),
)
_LARGEST = 1 << 30
"""Bytes of a compiled file that is still unpacked to be read: four times what Lambda takes in all."""


def read_binaries(
    wheel: VerifiedWheel,
    read: ReadBinary,
    scratch: Path,
    pulse: Callable[[], None] = lambda: None,
    take: Callable[[Member, Path], None] = lambda member, location: None,
) -> dict[str, Binary]:
    """What every compiled file of `wheel` says, by its path in the wheel.

    Each is unpacked to `scratch`, a path of this call's own, for `read`, and what is sound for `take`.
    `pulse` is called for each file; what it raises ends the work. Raises StoreError when the wheel cannot be
    read or `scratch` not written.
    """
    found: dict[str, Binary] = {}
    with closing(WheelReader(wheel.path)) as reader:
        for member in compiled_members(wheel, reader):
            pulse()
            binary = _binary(reader, member, read, scratch)
            if binary is not None:
                found[member.path] = binary
            if isinstance(binary, ElfFacts):
                take(member, scratch)
    return found


def compiled_members(wheel: VerifiedWheel, reader: WheelReader) -> Iterator[Member]:
    """The members that begin as compiled code does, whatever they are called."""
    for member in wheel.members:
        if member.size >= _SHORTEST and not member.path.endswith(_SOURCE):
            start = _start(reader, member, _SHORTEST)
            if start.startswith(_MAGICS) or start[3::-1] in _MAGICS:
                head = _start(reader, member, HEAD)
                if is_elf(head) or foreign(head) is not None:
                    yield member


def _binary(reader: WheelReader, member: Member, read: ReadBinary, scratch: Path) -> Binary | None:
    if member.size > _LARGEST:
        return Unreadable(reason=f"larger than {_LARGEST:,} bytes")
    with told(scratch, "write"), open(scratch, "wb") as copy:
        for piece in inflated(reader, member):
            copy.write(piece)
    return read(scratch)


def _start(reader: WheelReader, member: Member, size: int) -> bytes:
    """At most `size` bytes of what the member begins with."""
    # A block of deflate may begin with tables of up to 300 bytes.
    raw = bytearray(min(member.compressed_size, size + 512))
    reader.read_into(memoryview(raw), member.offset)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, size) if member.deflated else bytes(raw[:size])
