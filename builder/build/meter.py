"""What a running build uses of this machine, looked at from outside: memory, processes, disk.

A limit that the system holds for each process alone lets many together do what one may not. So all that
belong to one program are found by their parents, and counted; the disk by what lies below the build's folder.
Where the system does not show its processes (`/proc`), only the disk is looked at.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.backends.port import ExceededError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from manylinux.backends.limits import Limits

_NAP = 0.2
"""Seconds between looks at the processes."""
_SHARE = 20
"""A look at the disk takes at most one part in so many of the time."""
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(slots=True, kw_only=True)
class Meter:
    """Called again and again while `process` runs; raises ExceededError when it uses more than it may."""

    process: int
    folder: Path
    limits: Limits
    _next_look: float = 0.0
    _next_walk: float = field(default_factory=lambda: time.monotonic() + 1.0)

    def __call__(self) -> None:
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _NAP
            self._check_processes()
        if now >= self._next_walk:
            self.check_disk()
            self._next_walk = time.monotonic() + max(1.0, (time.monotonic() - now) * _SHARE)

    def check_disk(self) -> None:
        """Also when all has ended: what was written last was not seen yet."""
        if _size(self.folder) > self.limits.written:
            raise ExceededError("written", f"it wrote more than {self.limits.told('written')} to its folder")

    def _check_processes(self) -> None:
        family = tuple(_family(self.process))
        if len(family) > self.limits.processes:
            told = self.limits.told("processes")
            raise ExceededError("processes", f"it ran more than {told} processes at a time")
        if sum(map(_held, family)) > self.limits.memory:
            raise ExceededError("memory", f"it held more than {self.limits.told('memory')} of memory")


def _family(process: int) -> Iterator[int]:
    """The process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in _numbers("/proc"):
        # Any may end meanwhile. The name, in parentheses, may hold anything.
        with contextlib.suppress(OSError, ValueError, IndexError), open(f"/proc/{entry}/stat", "rb") as file:
            parent = int(file.read().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(entry)
    found = [process]
    for each in found:
        yield each
        found += children.get(each, ())


def _held(process: int) -> int:
    """Bytes of memory that are the process's own: files it reads and memory it shares are no one's."""
    try:
        with open(f"/proc/{process}/statm", "rb") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except (OSError, ValueError):
        return 0
    return max(0, resident - shared) * _PAGE


def _numbers(folder: str) -> Iterator[int]:
    try:
        yield from (int(name) for name in os.listdir(folder) if name.isdigit())
    except OSError:
        return


def _size(folder: Path) -> int:
    """Bytes on disk below the folder; of files with several names once for each."""
    total = 0
    waiting = [os.fspath(folder)]
    while waiting:
        # Files come and go while this looks.
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as listing:
            for entry in listing:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen = entry.stat(follow_symlinks=False)
                        total += getattr(seen, "st_blocks", -(-seen.st_size // 512)) * 512
    return total
