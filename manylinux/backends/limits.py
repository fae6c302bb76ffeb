"""What one build may use, whoever makes it and wherever."""

from __future__ import annotations

from dataclasses import dataclass, fields

from manylinux.sizes import size_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one attempt of one backend; what goes beyond is stopped with all that it started."""

    seconds: float = 3600.0
    memory: int = 4 << 30
    """Bytes that all its processes hold together; in a container swap is included."""
    processes: int = 1024
    """At a time."""
    written: int = 8 << 30
    """Bytes on disk: below the build's folder, or in its container."""
    wheel: int = 2 << 30
    """Bytes of what is handed out: a wheel; and as many of libraries."""

    def told(self, name: str) -> str:
        """A limit for people: `8192 MB`, `3600 s`, `1024`."""
        value = getattr(self, name)
        if name == "seconds":
            return f"{value:g} s"
        return str(value) if name == "processes" else f"{value >> 20} MB"


LIMITS = tuple(each.name for each in fields(Limits))
_SIZES = ("memory", "written", "wheel")
"""In bytes, or written as sizes are; the others are numbers."""
_MOST = 1 << 50
"""More of anything no machine has, and systems count no further than some such number."""


def read_limit(name: str, value: object) -> int:
    """The limit `name`, as tables of TOML have it: a number, or of bytes a text such as `8GB`.

    Raises ValueError, which ends a sentence that begins with the limit.
    """
    read = size_of(value) if name in _SIZES and isinstance(value, str) else value
    if isinstance(read, bool) or not isinstance(read, int) or read < 1:
        raise ValueError(f"is no {'size' if name in _SIZES else 'number'} above 0")
    if read > _MOST:
        raise ValueError("is more than any machine has")
    return read
