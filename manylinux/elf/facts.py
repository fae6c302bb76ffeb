"""What a compiled file says of itself, as values named after the System V ABI and its GNU extensions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What the file is for (`e_type`)."""

    SHARED = "shared object"
    EXECUTABLE = "executable"
    """One that starts a process: ET_EXEC, or ET_DYN that is no library (PIE)."""
    OBJECT = "object file"
    """Input of a linker; nothing loads it."""
    OTHER = "other"


class Machine(StrEnum):
    """What processor the file is for (`e_machine`, `e_ident`); only those Lambda has, and the rest."""

    X86_64 = "x86_64"
    AARCH64 = "aarch64"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A PT_LOAD: what of the file is mapped where. All in bytes."""

    offset: int
    address: int
    file_size: int
    memory_size: int
    alignment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ElfFacts:
    """What the loader looks at, and what else decides whether the file loads."""

    machine: Machine
    machine_name: str
    """For people, such as `x86-64`, `AArch64`, `i386`; with the class where that is the point."""
    kind: Kind
    size: int
    """Bytes of the file."""
    interpreter: str | None = None
    """PT_INTERP: the loader it asks for."""
    soname: str | None = None
    needed: tuple[str, ...] = ()
    """DT_NEEDED, in order."""
    rpath: tuple[str, ...] = ()
    """DT_RPATH, split at colons, as written."""
    runpath: tuple[str, ...] = ()
    """DT_RUNPATH, split at colons, as written; where there is one, the loader ignores DT_RPATH."""
    version_needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """DT_VERNEED: library to versions wanted of it (`libc.so.6`: `GLIBC_2.17`), without weak ones."""
    version_definitions: tuple[str, ...] = ()
    """DT_VERDEF: versions it offers, without the one that is its own name."""
    segments: tuple[Segment, ...] = ()
    executable_stack: bool = False
    """PT_GNU_STACK with PF_X, or none at all where the architecture then takes the stack to be executable."""
    isa_level: int = 1
    """x86-64 level it says it needs (GNU_PROPERTY_X86_ISA_1_NEEDED): 1 (baseline) to 4."""
    python_imports: tuple[str, ...] = ()
    """Undefined symbols of CPython's C API (`Py*`, `_Py*`), sorted, without weak ones."""
    python_exports: tuple[str, ...] = ()
    """Its `PyInit_*` and `PyInitU_*`, sorted: what makes it an extension module."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that begins as ELF does and is none that can be read."""

    reason: str
    """What is wrong with it, such as `cut off: the program headers end beyond the file`."""


class Foreign(StrEnum):
    """Compiled files that Linux does not load."""

    MACH_O = "Mach-O"
    """macOS."""
    PE = "PE"
    """Windows: .exe, .dll, .pyd."""


Binary = ElfFacts | Unreadable | Foreign
"""What a compiled file turned out to be."""
