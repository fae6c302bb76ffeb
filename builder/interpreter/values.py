"""A Python of this machine as a value."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A CPython, as it describes itself."""

    path: Path
    version: str
    """Such as `3.12.1` or `3.15.0rc1`."""
    build: str
    """All it says of its version: `3.12.1 (main, Jan  1 2024, 00:00:00) [GCC 12.2.0]`."""
    magic: int
    """What its bytecode begins with, as a number: 3531 for 3.12."""
    cache_tag: str
    """What it calls itself in names of bytecode files: `cpython-312`."""
    lib: str
    """Its own folder of libraries, in the place of `/var/lang/lib`."""
    machine: str
    """The kernel's name of what it runs on: `x86_64`, `aarch64`; empty on Windows."""
    bits: int
    """Of an address: 32 or 64."""
    glibc: tuple[int, int] | None
    """Of the system it is on; None where there is another libc or none."""
    is_final: bool
    """No alpha, beta or release candidate."""
    has_gil: bool
    """Not built for free threading."""
    has_headers: bool
    """What extension modules are compiled with is there; distributions have it in a package of its own."""
