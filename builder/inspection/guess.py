"""Which target a bundle was made for, going by its compiled files."""

from collections import Counter
from collections.abc import Sequence

from builder.inspection.values import Part
from manylinux.architecture import Architecture
from manylinux.elf.facts import ElfFacts, Machine

_TAG = ".cpython-3"
_ARCHITECTURES = {Machine.X86_64: Architecture.X86_64, Machine.AARCH64: Architecture.ARM64}


def python_of(parts: Sequence[Part]) -> str | None:
    """The minor version, such as `3.13`, most extension modules are named for; None when none is."""
    found = Counter(tag for part in parts for path in part.binaries if (tag := _minor(path)))
    return f"3.{found.most_common(1)[0][0]}" if found else None


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
