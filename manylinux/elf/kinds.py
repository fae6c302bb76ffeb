"""Which format of compiled code a file has, told by its first bytes."""

import struct

from manylinux.elf.facts import Foreign

HEAD = 4096
"""Bytes from the start of a file that decide; fewer only if the file has fewer."""

_MACH_O_MAGICS = frozenset((0xFEEDFACE, 0xFEEDFACF))
_FAT_MAGICS = frozenset((0xCAFEBABE, 0xCAFEBABF))
_FAT_SLICES = 40
"""A fat file counts its slices where a Java class file has its version, 45 and above."""


def is_elf(head: bytes) -> bool:
    """Whether the file begins as an ELF file does; it need not be a whole one."""
    return head.startswith(b"\x7fELF")


def foreign(head: bytes) -> Foreign | None:
    """The format of another system that the file begins as, if any."""
    if _is_mach_o(head):
        return Foreign.MACH_O
    if _is_pe(head):
        return Foreign.PE
    return None


def _is_mach_o(head: bytes) -> bool:
    if len(head) < 8:
        return False
    return any(
        magic in _MACH_O_MAGICS or (magic in _FAT_MAGICS and 0 < slices <= _FAT_SLICES)
        for magic, slices in (struct.unpack_from("<II", head), struct.unpack_from(">II", head))
    )


def _is_pe(head: bytes) -> bool:
    """Also a file whose PE header starts beyond `head`, as no linker writes it, is none."""
    start = int.from_bytes(head[0x3C:0x40], "little")
    return head.startswith(b"MZ") and head[start : start + 4] == b"PE\0\0"
