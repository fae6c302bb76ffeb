"""What one build may use, whoever makes it and wherever."""

from __future__ import annotations

from dataclasses import dataclass


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
