"""The x86-64 level a file says it needs, in its GNU property note (x86-64 psABI, "Program Property")."""

import struct
from collections.abc import Iterator, Sequence

from manylinux.elf.header import PT_GNU_PROPERTY, PT_NOTE, Encoding, ProgramHeader
from manylinux.elf.source import Source

_GNU_PROPERTY_TYPE_0 = 5
_X86_ISA_1_NEEDED = 0xC0008002
_NOTES_LIMIT = 16 * 1024
"""Bytes of one segment of notes that are looked at; real ones have about 100."""


def isa_level(source: Source, headers: Sequence[ProgramHeader], encoding: Encoding) -> int:
    """The highest level that any property note needs: 1 where none says more."""
    level = 1
    for header in headers:
        if header.type in (PT_GNU_PROPERTY, PT_NOTE):
            size = min(header.file_size, _NOTES_LIMIT)
            content = source.read(header.offset, size, "a segment of notes")
            for name, kind, body in _notes(content, header.alignment, encoding):
                if name == b"GNU\0" and kind == _GNU_PROPERTY_TYPE_0:
                    level = max(level, _needed(body, encoding))
    return level


def _notes(content: bytes, alignment: int, encoding: Encoding) -> Iterator[tuple[bytes, int, bytes]]:
    """Name, type and body of each note, up to the first that is not whole."""
    form = struct.Struct(encoding.order + "III")
    unit = 8 if alignment == 8 else 4
    at = 0
    while at + form.size <= len(content):
        name_size, body_size, kind = form.unpack_from(content, at)
        body = _aligned(at + form.size + name_size, unit)
        if body + body_size > len(content):
            return
        yield content[at + form.size : at + form.size + name_size], kind, content[body : body + body_size]
        at = _aligned(body + body_size, unit)


def _needed(properties: bytes, encoding: Encoding) -> int:
    """The level of one note's properties: bit 0 is the baseline, bit 3 is x86-64-v4."""
    form = struct.Struct(encoding.order + "II")
    at = 0
    level = 1
    while at + form.size <= len(properties):
        kind, size = form.unpack_from(properties, at)
        value = properties[at + form.size : at + form.size + size]
        if kind == _X86_ISA_1_NEEDED and size == 4 and len(value) == 4:
            (bits,) = struct.unpack(encoding.order + "I", value)
            level = max(level, min((bits & 0b1111).bit_length(), 4))
        at = _aligned(at + form.size + size, 8 if encoding.wide else 4)
    return level


def _aligned(at: int, unit: int) -> int:
    return -(-at // unit) * unit
