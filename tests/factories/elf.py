"""ELF files made in memory: a few hundred bytes, with what a test asks for, sound or damaged."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

X86_64, I386, AARCH64, POWERPC = 62, 3, 183, 20

_NEEDED, _HASH, _STRTAB, _SYMTAB, _STRSZ, _SYMENT = 1, 4, 5, 6, 10, 11
_SONAME, _RPATH, _RUNPATH = 14, 15, 29
_VERDEF, _VERDEFNUM, _VERNEED, _VERNEEDNUM = 0x6FFFFFFC, 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF
_LOAD, _DYNAMIC, _INTERP, _NOTE, _STACK = 1, 2, 3, 4, 0x6474E551


def make_elf(
    *,
    machine: int = X86_64,
    bits: int = 64,
    order: str = "<",
    type: int = 3,
    os_abi: int = 0,
    needed: Sequence[str] = (),
    soname: str | None = None,
    rpath: str | None = None,
    runpath: str | None = None,
    interpreter: str | None = None,
    needs: Mapping[str, Sequence[str]] | None = None,
    weak_needs: Mapping[str, Sequence[str]] | None = None,
    definitions: Sequence[str] = (),
    imports: Sequence[str] = (),
    weak_imports: Sequence[str] = (),
    exports: Sequence[str] = (),
    stack: str | None = "rw",
    isa_bits: int | None = None,
    dynamic: Sequence[tuple[int, int]] = (),
    overrides: Mapping[int, int] | None = None,
    program_headers: int | None = None,
    base: int = 0,
    gap: int = 0,
) -> bytes:
    """A library, loaded whole, at address 0 so that offsets are addresses.

    `stack` is the permissions of PT_GNU_STACK (None: no such header), `isa_bits` the value of the property
    "x86 ISA needed", `dynamic` are entries to append to the dynamic table, `overrides` other values for its
    tags, `program_headers` is the number the header tells instead of the true one, `base` is the address to
    load it at instead, `gap` are bytes after the symbols.
    """
    made = _Maker(bits=bits, order=order)
    strings = _Strings()
    entries = [(_NEEDED, strings.add(name)) for name in needed]
    for tag, name in ((_SONAME, soname), (_RPATH, rpath), (_RUNPATH, runpath)):
        entries += [(tag, strings.add(name))] if name is not None else []
    tables = [
        (_SYMTAB, made.symbols(strings, imports, weak_imports, exports)),
        (_HASH, made.hash(1 + len(imports) + len(weak_imports) + len(exports))),
    ]
    wanted = [(name, versions, 0) for name, versions in (needs or {}).items()]
    wanted += [(name, versions, 2) for name, versions in (weak_needs or {}).items()]
    if wanted:
        tables.append((_VERNEED, made.version_needs(strings, wanted)))
        entries.append((_VERNEEDNUM, len(wanted)))
    if definitions:
        tables.append((_VERDEF, made.version_definitions(strings, [soname or "", *definitions])))
        entries.append((_VERDEFNUM, len(definitions) + 1))
    entries += [(_STRSZ, len(strings.content)), (_SYMENT, 24 if bits == 64 else 16)]
    tables.append((_STRTAB, strings.content))

    parts = [(_INTERP, interpreter.encode() + b"\0")] if interpreter else []
    parts += [(_NOTE, made.isa_note(isa_bits))] if isa_bits is not None else []
    count = 2 + len(parts) + (stack is not None)
    at = made.header_size + count * made.program_header_size
    headers, body = [], b""
    for kind, content in parts:
        headers.append(made.program_header(kind, 4, at + len(body), len(content)))
        body += content + bytes(-len(content) % 8)
    for tag, content in tables:
        entries.append((tag, base + at + len(body)))
        body += content + bytes(-len(content) % 8 + (gap if tag == _SYMTAB else 0))
    entries = [(tag, (overrides or {}).get(tag, value)) for tag, value in [*entries, *dynamic, (0, 0)]]
    table = made.dynamic(entries)
    headers.append(made.program_header(_DYNAMIC, 6, at + len(body), len(table)))
    body += table
    if stack is not None:
        headers.append(made.program_header(_STACK, 6 + ("x" in stack), 0, 0))
    headers.append(made.program_header(_LOAD, 5, 0, at + len(body), base))
    told = count if program_headers is None else program_headers
    return made.header(type, machine, os_abi, told) + b"".join(headers) + body


@dataclass
class _Strings:
    content: bytes = b"\0"
    places: dict[str, int] = field(default_factory=dict)

    def add(self, name: str) -> int:
        if name not in self.places:
            self.places[name] = len(self.content)
            self.content += name.encode("utf-8", "surrogateescape") + b"\0"
        return self.places[name]


@dataclass(frozen=True)
class _Maker:
    bits: int
    order: str

    def pack(self, form: str, *values: int) -> bytes:
        """`A` stands for an address: 8 bytes or 4."""
        return struct.pack(self.order + form.replace("A", "Q" if self.bits == 64 else "I"), *values)

    @property
    def header_size(self) -> int:
        return 64 if self.bits == 64 else 52

    @property
    def program_header_size(self) -> int:
        return 56 if self.bits == 64 else 32

    def header(self, type: int, machine: int, os_abi: int, count: int) -> bytes:
        ident = b"\x7fELF" + bytes((self.bits // 32, 1 if self.order == "<" else 2, 1, os_abi)) + bytes(8)
        sizes = (self.header_size, self.program_header_size, count, 0, 0, 0)
        return ident + self.pack("HHIAAAIHHHHHH", type, machine, 1, 0, self.header_size, 0, 0, *sizes)

    def program_header(self, kind: int, flags: int, at: int, size: int, base: int = 0) -> bytes:
        if self.bits == 64:
            return self.pack(
                "IIQQQQQQ", kind, flags, at, at + base, at, size, size, 4096 if kind == _LOAD else 8
            )
        return self.pack("8I", kind, at, at + base, at, size, size, flags, 4096 if kind == _LOAD else 4)

    def dynamic(self, entries: Sequence[tuple[int, int]]) -> bytes:
        return b"".join(self.pack("AA", tag, value) for tag, value in entries)

    def symbols(
        self, strings: _Strings, imports: Sequence[str], weak: Sequence[str], exports: Sequence[str]
    ) -> bytes:
        rows = [self.symbol(0, 0, 0)]
        rows += [self.symbol(strings.add(name), 0x12, 0) for name in imports]
        rows += [self.symbol(strings.add(name), 0x22, 0) for name in weak]
        rows += [self.symbol(strings.add(name), 0x12, 1) for name in exports]
        return b"".join(rows)

    def symbol(self, name: int, info: int, section: int) -> bytes:
        if self.bits == 64:
            return self.pack("IBBHQQ", name, info, 0, section, 0, 0)
        return self.pack("IIIBBH", name, 0, 0, info, 0, section)

    def hash(self, count: int) -> bytes:
        return self.pack(f"{3 + count}I", 1, count, 0, *range(count))

    def version_needs(self, strings: _Strings, wanted: Sequence[tuple[str, Sequence[str], int]]) -> bytes:
        made = b""
        for number, (library, versions, flags) in enumerate(wanted):
            size = 16 * (1 + len(versions))
            following = size if number + 1 < len(wanted) else 0
            made += self.pack("HHIII", 1, len(versions), strings.add(library), 16, following)
            for place, version in enumerate(versions):
                following = 16 if place + 1 < len(versions) else 0
                made += self.pack("IHHII", 0, flags, 2, strings.add(version), following)
        return made

    def version_definitions(self, strings: _Strings, names: Sequence[str]) -> bytes:
        made = b""
        for number, name in enumerate(names):
            following = 28 if number + 1 < len(names) else 0
            made += self.pack("HHHHIII", 1, 1 if number == 0 else 0, number + 1, 1, 0, 20, following)
            made += self.pack("II", strings.add(name), 0)
        return made

    def isa_note(self, bits: int) -> bytes:
        value = self.pack("III", 0xC0008002, 4, bits) + bytes(4 if self.bits == 64 else 0)
        return self.pack("III", 4, len(value), 5) + b"GNU\0" + value
