"""Formats of compiled code, told by first bytes."""

import struct

import pytest

from factories.elf import make_elf
from manylinux.elf.facts import Foreign
from manylinux.elf.kinds import HEAD, foreign, is_elf


def make_pe(start: int = 0x80) -> bytes:
    """The start of a PE file whose header is at `start`."""
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", start) + bytes(max(0, start - 0x40)) + b"PE\0\0"


@pytest.mark.parametrize(
    ("head", "format"),
    [
        (struct.pack("<II", 0xFEEDFACF, 0x01000007) + bytes(24), Foreign.MACH_O),
        (struct.pack(">II", 0xFEEDFACF, 0x01000007) + bytes(24), Foreign.MACH_O),
        (struct.pack("<II", 0xFEEDFACE, 7) + bytes(24), Foreign.MACH_O),
        (struct.pack(">II", 0xFEEDFACE, 18) + bytes(24), Foreign.MACH_O),
        (struct.pack(">II", 0xCAFEBABE, 2) + bytes(40), Foreign.MACH_O),
        (struct.pack("<II", 0xCAFEBABE, 2) + bytes(40), Foreign.MACH_O),
        (struct.pack(">II", 0xCAFEBABF, 2) + bytes(64), Foreign.MACH_O),
        (make_pe(), Foreign.PE),
        (make_pe(0x400), Foreign.PE),
        (struct.pack(">IHH", 0xCAFEBABE, 0, 45), None),  # a Java 1.1 class
        (struct.pack(">IHH", 0xCAFEBABE, 0, 65), None),  # a Java 21 class
        (b"MZ", None),
        (b"MZ not a program, whatever its first two letters are, but a text of some length", None),
        (make_pe(HEAD + 1)[:HEAD], None),
        (struct.pack("<I", 0xFEEDFACF), None),
        (b"", None),
        (b"\x7fELF", None),
        (b"PK\x03\x04" + bytes(60), None),
    ],
)
def test_tells_the_formats_of_other_systems(head: bytes, format: Foreign | None) -> None:
    """Mach-O in all its forms and PE are named; what only begins like them is not."""
    found = foreign(head)

    assert found is format
    assert is_elf(head) == (head == b"\x7fELF")


def test_tells_elf() -> None:
    """A file that begins as ELF is one, and of no other system."""
    head = make_elf()[:HEAD]

    assert is_elf(head)
    assert foreign(head) is None
