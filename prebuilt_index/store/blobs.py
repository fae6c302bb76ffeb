"""Whole files named by their sha256: received, found again, and doubted when anything about them has changed.

Hashing a blob on every read costs 0.3 s per 200 MB, so a stamp beside it holds what `stat` said when the
content was known to be right: size, mtime, ctime, inode. As long as `stat` says the same, nothing was written
to the file, since no call can set ctime back. The stamp is taken only after the clock of the file system has
moved past that ctime, so a later change always shows. What the stamp cannot see is a disk that loses bits by
itself: `verify` hashes everything.
"""

import hashlib
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from prebuilt_index.store import durable
from prebuilt_index.store.locks import try_lock

STAMP: Final = ".stamp"
_DAY_NS = 86_400 * 10**9
_HEX = frozenset("0123456789abcdef")
_NAPS = 8
"""Tries, 2 ms apart, for the file system's clock to tick: Linux ticks every 1 to 10 ms."""


def is_digest(text: str) -> bool:
    """Whether `text` is a sha256 as lower-case hex, and so a safe name."""
    return len(text) == 64 and _HEX.issuperset(text)


def is_trusted(path: str) -> bool:
    """Whether the blob's stamp says that it has not changed; it is marked as used, to the day."""
    try:
        seen = os.lstat(path)
        descriptor = os.open(path + STAMP, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        if os.read(descriptor, 200) != _stamp_of(seen):
            return False
        mark_used(path + STAMP, os.fstat(descriptor))
        return True
    except OSError:  # a folder, or a disk that fails: all doubted
        return False
    finally:
        os.close(descriptor)


def mark_used(path: str, seen: os.stat_result) -> None:
    """The mtime of `path` is at most a day old: the age that `prune` goes by."""
    if seen.st_mtime_ns < time.time_ns() - _DAY_NS:
        with suppress(OSError):  # a read-only store is not pruned either
            os.utime(path)


def examine(path: str, sha256: str) -> os.stat_result | None:
    """What `stat` says of the regular file at `path` if it has this digest; its mode is put right."""
    try:
        descriptor = durable.open_regular(path)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        with suppress(OSError):  # on a read-only file system the mode stays
            durable.make_read_only(descriptor)
        seen = os.fstat(descriptor)
        right = hashlib.file_digest(file, "sha256").hexdigest() == sha256
    return seen if right else None


def stamp(path: str, seen: os.stat_result, temporary: str) -> None:
    """The blob at `path`, right when it was `seen`, has a stamp unless the clock is too coarse."""
    with durable.written(temporary, _stamp_of(seen)):
        if _clock_passes(max(seen.st_ctime_ns, seen.st_mtime_ns), temporary) and _is_still(path, seen):
            durable.replace(temporary, path + STAMP)


def _is_still(path: str, seen: os.stat_result) -> bool:
    return _stamp_of(os.lstat(path)) == _stamp_of(seen)


def _clock_passes(moment: int, probe: str) -> bool:
    for _ in range(_NAPS):
        os.utime(probe)
        if os.lstat(probe).st_mtime_ns > moment:
            return True
        time.sleep(0.002)
    return False


def _stamp_of(seen: os.stat_result) -> bytes:
    return b"%d %d %d %d %o\n" % (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino, seen.st_mode)


class Shelf(Protocol):
    """What an incoming file needs of its store."""

    def temporary_path(self) -> str: ...

    def place(self, temporary: str, sha256: str) -> Path: ...


class Incoming:
    """A file being received; it becomes a blob when `commit` is called, and is nothing before that."""

    def __init__(self, shelf: Shelf, algorithms: Iterable[str] = ()) -> None:
        self._shelf = shelf
        self._algorithms = frozenset(algorithms) | {"sha256"}
        self._reset()
        self._path = shelf.temporary_path()
        with durable.told(self._path, "write"):
            self._descriptor = durable.create(self._path)
        # Held until the file has its place: what is in `tmp/` unlocked belongs to the dead.
        try_lock(self._descriptor)

    def _reset(self) -> None:
        self.size = 0
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in self._algorithms}

    @property
    def sha256(self) -> str:
        """Hex digest of what was written so far."""
        return self.hexdigest("sha256")

    def hexdigest(self, algorithm: str) -> str:
        """Hex digest, by an algorithm that was asked for, of what was written so far."""
        return self._hashes[algorithm].hexdigest()

    def write(self, chunk: bytes | memoryview) -> None:
        """`chunk` is part of the file. Raises StoreError when it cannot be kept."""
        with durable.told(self._path, "write"):
            durable.write_all(self._descriptor, chunk)
        self.size += len(chunk)
        for each in self._hashes.values():
            each.update(chunk)

    def restart(self) -> None:
        """Nothing was written."""
        with durable.told(self._path, "write"):
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.ftruncate(self._descriptor, 0)
        self._reset()

    def commit(self) -> Path:
        """The file is a blob, on disk to stay, at this path. Raises StoreError when it cannot be kept."""
        with durable.told(self._path, "write"):
            durable.make_read_only(self._descriptor)
            os.fsync(self._descriptor)
            self._close()
            return self._shelf.place(self._path, self.sha256)

    def discard(self) -> None:
        """Nothing of an uncommitted file is left."""
        with durable.told(self._path, "remove"):
            self._close()
            durable.remove(self._path)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def digest_of_blob(path: Path) -> str:
    """The sha256 of a blob, which its place tells."""
    return path.parent.name + path.name
