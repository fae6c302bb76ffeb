"""Names of a target as compilers, CPython and build tools spell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from manylinux.target import Target


def triple(target: Target) -> str:
    """zig's name of the target: `aarch64-linux-gnu.2.34`."""
    major, minor = target.glibc
    return f"{multiarch(target)}.{major}.{minor}"


def multiarch(target: Target) -> str:
    return f"{target.architecture.machine}-linux-gnu"


def soabi(target: Target) -> str:
    """`cpython-313-aarch64-linux-gnu`."""
    return f"cpython-{target.runtime.python.replace('.', '')}-{multiarch(target)}"


def extension_suffix(target: Target) -> str:
    return f".{soabi(target)}.so"


def as_word(program: Path) -> str:
    """How a variable names a program that build tools split at spaces: by its name, where its path has some.

    The PATH of builds leads to it then; a path is better, for who changes PATH gets it all the same.
    """
    return program.name if " " in str(program) else str(program)
