"""Which target a bundle was made for, going by its compiled files, else by its bytecode."""

from collections import Counter
from collections.abc import Iterable, Sequence

from builder.inspection.bytecode import MAGIC
from builder.inspection.values import UNCHECKED, Bytecode, Part
from manylinux.architecture import Architecture
from manylinux.elf.facts import ElfFacts, Machine

_TAG = ".cpython-3"
_ARCHITECTURES = {Machine.X86_64: Architecture.X86_64, Machine.AARCH64: Architecture.ARM64}


def python_of(parts: Sequence[Part]) -> str | None:
    """The minor version (`3.13`) that most extension modules, or else most bytecode, are for; or None."""
    found = Counter(tag for part in parts for path in part.binaries if (tag := _minor(path)))
    if found:
        return f"3.{found.most_common(1)[0][0]}"
    return python_of_bytecode(
        entry.bytecode for part in parts for entry in part.entries.values() if entry.bytecode is not None
    )


def python_of_bytecode(headers: Iterable[Bytecode]) -> str | None:
    """The minor version that most bytecode with a hash nobody checks is for; None when none is.

    Such bytecode was made to be shipped; other may be what is left of a run on somebody's machine.
    """
    versions = {magic: version for version, magic in MAGIC.items()}
    found = Counter(
        versions[each.magic] for each in headers if each.flags == UNCHECKED and each.magic in versions
    )
    return found.most_common(1)[0][0] if found else None


def architecture_of(parts: Sequence[Part]) -> Architecture | None:
    """The architecture most compiled files are for, of those Lambda has."""
    found = Counter(
        _ARCHITECTURES[binary.machine]
        for part in parts
        for binary in part.binaries.values()
        if isinstance(binary, ElfFacts) and binary.machine in _ARCHITECTURES
    )
    return found.most_common(1)[0][0] if found else None


def _minor(path: str) -> str | None:
    minor = path.rpartition(_TAG)[2].partition("-")[0] if _TAG in path and path.endswith(".so") else ""
    return minor if minor.isascii() and minor.isdecimal() else None
