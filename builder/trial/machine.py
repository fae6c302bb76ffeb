"""What a tree's compiled files are for: a machine, a Python. Names and headers only."""

import os
import struct
from collections.abc import Container, Iterable, Iterator
from pathlib import Path

from manylinux.architecture import Architecture

_MACHINES = {62: "x86_64", 183: "aarch64", 3: "i686", 40: "armv7l"}
"""By `e_machine` of an ELF header."""
_TAG = ".cpython-"


def compiled(folders: Iterable[Path]) -> Iterator[Path]:
    """Shared libraries below folders, by name."""
    for root in folders:
        for folder, _, names in os.walk(root):
            for name in sorted(names):
                if name.endswith(".so") or ".so." in name:
                    yield Path(folder, name)


def machine_of(path: Path) -> str | None:
    """The machine an ELF file is for, in the kernel's words; None for other files."""
    with open(path, "rb") as file:
        head = file.read(20)
    if len(head) < 20 or not head.startswith(b"\x7fELF"):
        return None
    order = ">" if head[5] == 2 else "<"
    number = struct.unpack_from(f"{order}H", head, 18)[0]
    return _MACHINES.get(number, f"ELF machine {number}")


def architecture_of(machines: Container[str]) -> Architecture | None:
    """The one of Lambda's architectures among machines; None when it is unclear."""
    found = [architecture for architecture in Architecture if architecture.machine in machines]
    return found[0] if len(found) == 1 else None


def python_of(names: Iterable[str]) -> str | None:
    """The one minor version, such as `3.12`, that names of extension modules speak of; None when unclear."""
    found = {name.partition(_TAG)[2].partition("-")[0] for name in names if _TAG in name and ".so" in name}
    tags = {tag for tag in found if tag.isdecimal() and len(tag) >= 2}
    if len(tags) != 1:
        return None
    tag = tags.pop()
    return f"{tag[0]}.{tag[1:]}"
