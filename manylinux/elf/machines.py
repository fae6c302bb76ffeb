"""Names of processors and systems (e_machine, EI_OSABI), for people."""

from manylinux.elf.facts import Machine
from manylinux.elf.header import Header

_EM_386, _EM_X86_64, _EM_AARCH64 = 3, 62, 183

_LINUX = (0, 3)
"""EI_OSABI that glibc loads: System V and GNU."""

# e_machine: name, and whether its usual class is that of 64 bits (None where it has both).
_MACHINES: dict[int, tuple[str, bool | None]] = {
    2: ("SPARC", False),
    _EM_386: ("i386", False),
    8: ("MIPS", None),
    20: ("PowerPC", False),
    21: ("PowerPC64", True),
    22: ("s390", None),
    40: ("ARM", False),
    43: ("SPARC v9", True),
    50: ("IA-64", True),
    _EM_X86_64: ("x86-64", True),
    _EM_AARCH64: ("AArch64", True),
    190: ("NVIDIA CUDA", None),
    224: ("AMD GPU", None),
    243: ("RISC-V", None),
    247: ("BPF", None),
    258: ("LoongArch", None),
}
_SYSTEMS = {2: "NetBSD", 6: "Solaris", 9: "FreeBSD", 12: "OpenBSD"}
_LITTLE = {_EM_386, 40, _EM_X86_64, _EM_AARCH64, 243, 258, 190, 224}
"""Machines whose other byte order is worth a word."""


def machine(header: Header) -> Machine:
    """The processor of Lambda the file is for: machine, class, byte order and system must all fit."""
    encoding = header.encoding
    if not (encoding.wide and encoding.little and header.os_abi in _LINUX):
        return Machine.OTHER
    return {_EM_X86_64: Machine.X86_64, _EM_AARCH64: Machine.AARCH64}.get(header.machine, Machine.OTHER)


def machine_name(header: Header) -> str:
    """Such as `x86-64`, `i386`, `AArch64 (big-endian)`, `x86-64 (32-bit)`, `x86-64 (FreeBSD)`."""
    name, usually_wide = _MACHINES.get(header.machine, (f"machine {header.machine}", None))
    wide = header.encoding.wide
    notes = []
    if wide != usually_wide:
        notes.append("64-bit" if wide else "32-bit")
    if not header.encoding.little and header.machine in _LITTLE:
        notes.append("big-endian")
    if header.os_abi not in _LINUX:
        notes.append(_SYSTEMS.get(header.os_abi, f"OS ABI {header.os_abi}"))
    return f"{name} ({', '.join(notes)})" if notes else name
