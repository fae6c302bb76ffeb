"""Linked ELF files with section headers, made in memory part by part; and what of a file is loaded."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

PROGBITS, SYMTAB, STRTAB, RELA, NOTE, NOBITS = 1, 2, 3, 4, 7, 8
ALLOC, EXECUTABLE = 2, 4
_LOAD = 1


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section; one with an address is also a segment, of which the first holds the headers too."""

    name: str
    content: bytes = b""
    type: int = PROGBITS
    flags: int = 0
    address: int | None = None
    link: int = 0
    info: int = 0
    alignment: int = 1


def make_linked(
    parts: Sequence[Part],
    *,
    bits: int = 64,
    order: str = "<",
    type: int = 3,
    machine: int = 62,
    alignment: int = 4096,
    identification: bytes = bytes(9),
    overlay: bytes = b"",
) -> bytes:
    """The headers, the parts in order, `.shstrtab` and the section headers, then `overlay`.

    `identification` is what follows the version in e_ident. Part 0 has index 1 among the sections.
    """
    wide = bits == 64
    header_size, row_size, section_size = (64, 56, 64) if wide else (52, 32, 40)
    loads = [part for part in parts if part.address is not None]
    start = header_size + len(loads) * row_size
    names = b"\0"
    body, rows, segments = b"", [(0,) * 10], []
    for part in [*parts, Part(name=".shstrtab", type=STRTAB)]:
        first = not segments
        if part.address is None:
            body += bytes(-(start + len(body)) % part.alignment)
        elif not first:
            body += bytes((part.address - start - len(body)) % alignment)
        at = start + len(body)
        name, names = len(names), names + part.name.encode() + b"\0"
        content = names if part.name == ".shstrtab" else part.content
        flags, address = part.flags, 0
        if part.address is not None:
            flags, address = part.flags | ALLOC, at if first else part.address
            segments.append((0, 0, at + len(content)) if first else (at, address, len(content)))
        place = (address, at, len(content))
        rows.append((name, part.type, flags, *place, part.link, part.info, part.alignment, 0))
        body += b"" if part.type == NOBITS else content
    body += bytes(-(start + len(body)) % 8)
    table = b"".join(struct.pack(order + ("IIQQQQIIQQ" if wide else "10I"), *row) for row in rows)
    ident = b"\x7fELF" + bytes((bits // 32, 1 if order == "<" else 2, 1)) + identification
    fields = (type, machine, 1, 0, header_size, start + len(body), 0)
    sizes = (header_size, row_size, len(segments), section_size, len(rows), len(rows) - 1)
    header = ident + struct.pack(order + ("HHIQQQI6H" if wide else "HHIIIII6H"), *fields, *sizes)
    program_headers = b"".join(_program_header(wide, order, *each, alignment) for each in segments)
    return header + program_headers + body + table + overlay


def _program_header(wide: bool, order: str, offset: int, address: int, size: int, alignment: int) -> bytes:
    if wide:
        return struct.pack(order + "IIQQQQQQ", _LOAD, 5, offset, address, address, size, size, alignment)
    return struct.pack(order + "8I", _LOAD, offset, address, address, size, size, 5, alignment)


def sections_of(content: bytes) -> list[tuple[str, tuple[int, ...]]]:
    """Name and header of every section of a file of 64 bits, read here anew."""
    at, count, names = *struct.unpack_from("<Q", content, 40), *struct.unpack_from("<HH", content, 60)
    rows = [struct.unpack_from("<IIQQQQIIQQ", content, at + index * 64) for index in range(count)]
    table = rows[names][4]
    return [(content[table + row[0] : content.index(b"\0", table + row[0])].decode(), row) for row in rows]


def memory_image(content: bytes) -> list[tuple[object, ...]]:
    """What a loader makes of a file, read here anew: every program header without its offset, and the digest
    of the bytes of each segment less ELF header and program headers.
    """
    wide, order = content[4] == 2, "<" if content[5] == 1 else ">"
    (at,) = struct.unpack_from(order + ("Q" if wide else "I"), content, 32 if wide else 28)
    row_size, count = struct.unpack_from(order + "HH", content, 54 if wide else 42)
    blank = bytearray(content)
    for start, size in ((0, 64 if wide else 52), (at, row_size * count)):
        blank[start : start + size] = bytes(size)
    found: list[tuple[object, ...]] = [(content[:20], content[24 : 32 if wide else 28])]
    for index in range(count):
        row = struct.unpack_from(order + ("IIQQQQQQ" if wide else "8I"), content, at + index * row_size)
        offset, size = (row[2], row[5]) if wide else (row[1], row[4])
        others = row[:2] + row[3:] if wide else row[:1] + row[2:]
        placed = row[0] != _LOAD or (offset - others[2 if wide else 1]) % max(1, row[-1]) == 0
        digest = hashlib.sha256(blank[offset : offset + size]).hexdigest() if size else ""
        found.append((others, placed, offset + size <= len(content), digest))
    return found
