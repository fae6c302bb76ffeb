"""Why a wheel's tags do not load, in words a person can act on."""

import re
from collections.abc import Iterable

from packaging.tags import Tag

_SYSTEMS = (("macosx_", "macOS"), ("win", "Windows"), ("ios_", "iOS"), ("android_", "Android"), ("musllinux_", "musl"))
_LEGACY = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_MANYLINUX = re.compile(r"manylinux_(\d+)_(\d+)_(.+)")
_LINUX = re.compile(r"(manylinux1|manylinux2010|manylinux2014|linux)_(.+)")
_CPYTHON = re.compile(r"cp(\d)(\d+)")


def why_not(tags: Iterable[Tag], python: tuple[int, int], machine: str, glibc: tuple[int, int]) -> str:
    """The reason of the tag that comes nearest to loading; `tags` are those of a wheel that does not load."""
    reasons = sorted(_reason(tag, python, machine, glibc) for tag in tags)
    return reasons[0][1] if reasons else "has no tags"


def _reason(tag: Tag, python: tuple[int, int], machine: str, glibc: tuple[int, int]) -> tuple[int, str]:
    """(distance, clause): the system is farther away than the machine, that than the interpreter, that than glibc."""
    platform = tag.platform
    for prefix, name in _SYSTEMS:
        if platform.startswith(prefix):
            return (50, f"built for {name}")
    needed, built_for = _glibc_and_machine(platform)
    if built_for not in (machine, None):
        return (40, f"built for {built_for}")
    interpreter = _interpreter_reason(tag, python)
    if interpreter is not None:
        return (30, interpreter)
    if needed is not None and needed > glibc:
        has = ".".join(map(str, glibc))
        # The least demanding of several glibc tags is the one that comes nearest.
        return (10 + needed[1] / 1000, f"needs glibc {needed[0]}.{needed[1]}, the runtime has {has}")  # type: ignore[return-value]  # sorts with ints
    if platform.startswith("linux_"):
        return (20, f"tagged `{platform}`, which promises no glibc version")
    return (60, f"tagged `{tag}`")


def _glibc_and_machine(platform: str) -> tuple[tuple[int, int] | None, str | None]:
    """What a platform tag asks for; (None, None) for `any` and for what is not Linux."""
    if match := _MANYLINUX.fullmatch(platform):
        return (int(match[1]), int(match[2])), match[3]
    if match := _LINUX.fullmatch(platform):
        return _LEGACY.get(match[1]), match[2]
    return None, None


def _interpreter_reason(tag: Tag, python: tuple[int, int]) -> str | None:
    """Why the tag's interpreter and ABI do not fit, whatever the platform."""
    if tag.interpreter.startswith("pp"):
        return "built for PyPy"
    if tag.interpreter in ("py2", "cp2") or re.fullmatch(r"(py|cp)2\d*", tag.interpreter):
        return "built for Python 2"
    match = _CPYTHON.fullmatch(tag.interpreter)
    built = (int(match[1]), int(match[2])) if match else None
    if tag.abi.endswith("t") and _CPYTHON.fullmatch(tag.abi[:-1]):
        return "built for free-threaded Python"
    if built is None:
        newer = re.fullmatch(r"py3(\d+)", tag.interpreter)
        return f"built for Python 3.{newer[1]} and newer" if newer and int(newer[1]) > python[1] else None
    if tag.abi == "abi3":
        return f"built for CPython {built[0]}.{built[1]} and newer" if built > python else None
    return f"built for CPython {built[0]}.{built[1]}" if built != python else None
