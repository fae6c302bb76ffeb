"""What one compiled file says, read in bounded time and memory whatever its bytes are."""

import stat
from collections.abc import Sequence
from pathlib import Path

from manylinux.elf.dynamic import FLAGS_1, Dynamic, read_dynamic
from manylinux.elf.facts import Binary, ElfFacts, Kind, Machine, Segment, Unreadable
from manylinux.elf.header import (
    PT_GNU_STACK,
    PT_INTERP,
    PT_LOAD,
    Header,
    ProgramHeader,
    read_header,
    read_program_headers,
)
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.elf.machines import machine, machine_name
from manylinux.elf.notes import isa_level
from manylinux.elf.source import FileSource, MalformedError, MemorySource, Source
from manylinux.elf.tables import Tables, read_tables

_ET_REL, _ET_EXEC, _ET_DYN = 1, 2, 3
_PF_X = 1
_DF_1_PIE = 0x08000000
_PATH_LIMIT = 4096
"""PATH_MAX: no name of an interpreter is longer."""


def read_compiled(path: Path) -> Binary | None:
    """What the file at `path` says; None where it is no compiled code, nor a file. OSError as from open."""
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    with path.open("rb") as file:
        head = file.read(HEAD)
        return _read(FileSource(file)) if is_elf(head) else foreign(head)


def read_content(content: memoryview) -> Binary | None:
    """The same of a file that is in memory, or mapped there."""
    head = bytes(content[:HEAD])
    return _read(MemorySource(content)) if is_elf(head) else foreign(head)


def read_elf(path: Path) -> ElfFacts | Unreadable:
    """What the ELF file at `path` says, by its headers and dynamic tables; OSError as from open."""
    with path.open("rb") as file:
        return _read(FileSource(file))


def _read(source: Source) -> ElfFacts | Unreadable:
    try:
        return _facts(source)
    except MalformedError as broken:
        return Unreadable(reason=str(broken))


def _facts(source: Source) -> ElfFacts:
    header = read_header(source)
    headers = read_program_headers(source, header)
    dynamic = read_dynamic(source, headers, header.encoding)
    tables = read_tables(source, header.encoding, dynamic) if dynamic else Tables()
    interpreter = _interpreter(source, headers)
    return ElfFacts(
        machine=machine(header),
        machine_name=machine_name(header),
        kind=_kind(header, dynamic, interpreter, tables.soname),
        size=source.size,
        interpreter=interpreter,
        soname=tables.soname,
        needed=tables.needed,
        rpath=tables.rpath,
        runpath=tables.runpath,
        version_needs=tables.version_needs,
        version_definitions=tables.version_definitions,
        segments=tuple(_segment(each) for each in headers if each.type == PT_LOAD),
        executable_stack=_executable_stack(header, headers),
        isa_level=isa_level(source, headers, header.encoding) if machine(header) is Machine.X86_64 else 1,
        python_imports=tables.python_imports,
        python_exports=tables.python_exports,
    )


def _kind(header: Header, dynamic: Dynamic | None, interpreter: str | None, soname: str | None) -> Kind:
    if header.type == _ET_REL:
        return Kind.OBJECT
    if header.type == _ET_EXEC:
        return Kind.EXECUTABLE
    if header.type != _ET_DYN:
        return Kind.OTHER
    position_independent = bool(((dynamic and dynamic.value(FLAGS_1)) or 0) & _DF_1_PIE)
    # A library may name an interpreter too, to print its version when run: libc.so.6, libQt5Core.so.5.
    return Kind.EXECUTABLE if position_independent or (interpreter and not soname) else Kind.SHARED


def _interpreter(source: Source, headers: Sequence[ProgramHeader]) -> str | None:
    header = next((each for each in headers if each.type == PT_INTERP), None)
    if header is None:
        return None
    name = source.read(header.offset, min(header.file_size, _PATH_LIMIT), "the interpreter's name")
    return name.split(b"\0", 1)[0].decode("utf-8", "backslashreplace")


def _segment(header: ProgramHeader) -> Segment:
    return Segment(
        offset=header.offset,
        address=header.address,
        file_size=header.file_size,
        memory_size=header.memory_size,
        alignment=header.alignment,
    )


def _executable_stack(header: Header, headers: Sequence[ProgramHeader]) -> bool:
    """Whether the stack becomes executable: where nothing is said, it does on x86-64 alone."""
    flags = next((each.flags for each in headers if each.type == PT_GNU_STACK), None)
    if flags is not None:
        return bool(flags & _PF_X)
    return bool(headers) and header.type != _ET_REL and machine(header) is Machine.X86_64
