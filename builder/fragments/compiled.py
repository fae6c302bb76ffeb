"""The compiled files of a wheel: found by their first bytes, each inflated once and read where it then is."""

import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing

from builder.fragments.scratch import mapped
from builder.link.contents import WHOLE, held, inflated
from builder.link.stream import WheelReader
from manylinux.elf.facts import Binary, ElfFacts, Unreadable
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.elf.read import read_content
from prebuilt_index.wheel_archive import Member, VerifiedWheel

Take = Callable[[Member, memoryview], Callable[[], None]]
"""Called with a sound file while its content is there; what it gives is called when that is gone."""
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


def _leave(member: Member, content: memoryview) -> Callable[[], None]:
    return lambda: None


def read_binaries(
    wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None, take: Take = _leave
) -> dict[str, Binary]:
    """What every compiled file of `wheel` says, by its path in the wheel.

    `pulse` is called for each file; what it raises ends the work. Raises StoreError when the wheel cannot be
    read, or there is no room to unpack a large file.
    """
    found: dict[str, Binary] = {}
    with closing(WheelReader(wheel.path)) as reader:
        for member in compiled_members(wheel, reader):
            pulse()
            if member.size > _LARGEST:
                found[member.path] = Unreadable(reason=f"larger than {_LARGEST:,} bytes")
                continue
            with unpacked(reader, member) as content:
                binary = read_content(content)
                rest = take(member, content) if isinstance(binary, ElfFacts) else None
            del content
            if binary is not None:
                found[member.path] = binary
            if rest is not None:
                rest()
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


def unpacked(reader: WheelReader, member: Member) -> AbstractContextManager[memoryview]:
    """The member's content, in memory, or where it is large in a file.

    Raises as `inflated`, and StoreError when there is no room for the file.
    """
    return held(reader, member) if member.size <= WHOLE else mapped(inflated(reader, member))


def _start(reader: WheelReader, member: Member, size: int) -> bytes:
    """At most `size` bytes of what the member begins with."""
    # A block of deflate may begin with tables of up to 300 bytes.
    raw = bytearray(min(member.compressed_size, size + 512))
    reader.read_into(memoryview(raw), member.offset)
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, size) if member.deflated else bytes(raw[:size])
