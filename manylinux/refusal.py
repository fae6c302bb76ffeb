"""Why a wheel does not load on a target, for people."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import islice, product
from typing import TYPE_CHECKING

from manylinux.tag_table import LEGACY_MANYLINUX

if TYPE_CHECKING:
    from manylinux.tag_table import TagTable


class Fault(IntEnum):
    """What keeps a wheel from loading; the greater, the less is missing."""

    SYSTEM = 1
    MACHINE = 2
    INTERPRETER = 3
    PYTHON = 4
    GLIBC = 5


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Refusal:
    """The gravest fault of one wheel. Of several wheels' refusals the greatest comes closest to loading."""

    fault: Fault
    nearness: int = 0
    """Among equal faults: minus the distance between what is needed and what is there."""
    text: str
    """What stands after the wheel's name: `needs glibc 2.28, the runtime has 2.26`, `built for macOS`."""

    @property
    def is_only_newer_glibc(self) -> bool:
        """Whether the wheel is for this machine and Python, and asks for a glibc newer than there is."""
        return self.fault is Fault.GLIBC and -_FAR < self.nearness < 0


_SYSTEMS = {
    "aix": "AIX",
    "android": "Android",
    "cygwin": "Cygwin",
    "emscripten": "WebAssembly",
    "freebsd": "FreeBSD",
    "ios": "iOS",
    "macosx": "macOS",
    "mingw": "MinGW",
    "musllinux": "musl, not glibc",
    "pyemscripten": "WebAssembly",
    "pyodide": "WebAssembly",
    "wasi": "WebAssembly",
    "win": "Windows",
    "win32": "Windows",
}
_INTERPRETERS = {"graalpy": "GraalPy", "ip": "IronPython", "jy": "Jython", "pp": "PyPy", "pypy": "PyPy"}
_FAR = 1000
"""The nearness of another major version of glibc, below that of any minor one."""
_PAIRS_READ = 100
"""Of a compressed set. Real ones have a handful; a hostile one must not be multiplied out."""


def refuse(tag_set: str, table: TagTable) -> Refusal:
    """The gravest fault of a compressed tag set, none of whose tags is in `table`."""
    interpreters, abis, platforms = (part.split(".") for part in tag_set.split("-"))
    faults = []
    if table.platforms.keys().isdisjoint(platforms) and "any" not in platforms:
        faults.append(max(_platform_fault(platform, table) for platform in platforms))
    pairs = list(islice(product(interpreters, abis), _PAIRS_READ))
    if {*table.native, *table.pure}.isdisjoint(pairs):
        faults.append(max(_python_fault(interpreter, abi, table.minor) for interpreter, abi in pairs))
    return min(faults, default=Refusal(fault=Fault.PYTHON, text=f"no Python loads `{tag_set}`"))


def _platform_fault(platform: str, table: TagTable) -> Refusal:
    system, _, rest = platform.partition("_")
    if system == "linux":
        needs, machine = None, rest
    elif system in LEGACY_MANYLINUX:
        needs, machine = LEGACY_MANYLINUX[system], rest
    elif system == "manylinux":
        needs, machine = _glibc(rest)
    else:
        return Refusal(fault=Fault.SYSTEM, text=f"built for {_SYSTEMS.get(system, f'`{platform}`')}")
    if machine != table.machine:
        return Refusal(fault=Fault.MACHINE, text=f"built for {machine or f'`{platform}`'}")
    if needs is None or needs <= table.glibc:
        return Refusal(fault=Fault.GLIBC, text=f"built for `{platform}`, which means nothing")
    return Refusal(
        fault=Fault.GLIBC,
        nearness=table.glibc[1] - needs[1] if needs[0] == table.glibc[0] else -_FAR,
        text=f"needs glibc {_dotted(needs)}, the runtime has {_dotted(table.glibc)}",
    )


def _glibc(rest: str) -> tuple[tuple[int, int] | None, str]:
    """glibc and machine of what follows `manylinux_`; no glibc when there is none to read."""
    major, _, rest = rest.partition("_")
    minor, _, machine = rest.partition("_")
    return ((int(major), int(minor)) if _is_number(major) and _is_number(minor) else None), machine


def _python_fault(interpreter: str, abi: str, minor: int) -> Refusal:
    name = interpreter.rstrip("0123456789")
    digits = interpreter[len(name) :]
    if name not in ("cp", "py"):
        return Refusal(
            fault=Fault.INTERPRETER, text=f"built for {_INTERPRETERS.get(name, f'`{interpreter}`')}"
        )
    if digits.startswith("2"):
        return Refusal(fault=Fault.INTERPRETER, text="built for Python 2")
    if not digits.startswith("3") or not _is_number(digits):
        return Refusal(fault=Fault.INTERPRETER, text=f"built for `{interpreter}`")
    return _version_fault("CPython" if name == "cp" else "Python", int(digits[1:] or 0), abi, minor)


def _version_fault(python: str, built_for: int, abi: str, minor: int) -> Refusal:
    """The fault of a tag for Python 3.`built_for`; 3.0 stands for any."""
    nearness = -abs(built_for - minor)
    if _is_free_threaded(abi):
        return Refusal(
            fault=Fault.PYTHON, nearness=nearness, text=f"built for free-threaded Python 3.{built_for}"
        )
    if abi in ("abi3", "none") and built_for > minor:
        newer = f"needs {python} 3.{built_for} or newer" if (python, abi) != ("CPython", "none") else None
        return Refusal(
            fault=Fault.PYTHON, nearness=nearness, text=newer or f"built for CPython 3.{built_for}"
        )
    if built_for not in (0, minor):
        return Refusal(fault=Fault.PYTHON, nearness=nearness, text=f"built for {python} 3.{built_for}")
    return Refusal(fault=Fault.PYTHON, text=f"built for the ABI `{abi}`")


def _is_free_threaded(abi: str) -> bool:
    return abi == "abi3t" or (abi.startswith("cp") and abi[2:].rstrip("dm").endswith("t"))


def _is_number(text: str) -> bool:
    """Whether `text` is a number of a size that a version has; `int` of a huge one is slow, or refused."""
    return text.isascii() and text.isdecimal() and len(text) <= 4


def _dotted(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"
