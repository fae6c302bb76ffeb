"""Files of an index in a folder: whole or absent, whatever happens to the process or the machine.

What is being written lies in `DIR/.lbuild/`, which is never published, and comes to its place by renaming.
"""

from __future__ import annotations

import errno
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from prebuilt_index.errors import IndexFolderError
from prebuilt_index.store import durable, locks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORK: Final = ".lbuild"
"""Folder for locks and unfinished files."""
_ABANDONED: Final = 3600.0
"""Seconds after which an unfinished file on Windows is a dead process's."""
_NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def told(path: Path, doing: str) -> Iterator[None]:
    """What the system refuses inside becomes an IndexFolderError: what was being done, and where."""
    try:
        yield
    except OSError as error:
        hint = "Free some space" if error.errno in _NO_SPACE else "See to its permissions"
        raise IndexFolderError(
            f"Cannot {doing} `{path}`", evidence=[error.strerror or str(error)], hint=hint
        ) from error


class Unfinished:
    """A file on its way. It is locked, so that nobody takes it for what a dead process left."""

    def __init__(self, root: Path) -> None:
        self._placed = False
        with told(root / WORK, "write in"):
            (root / WORK).mkdir(parents=True, exist_ok=True)
            while True:
                self.path = root / WORK / uuid4().hex
                self._descriptor = _created(self.path)
                # Whoever sweeps may have been faster than the lock.
                if locks.try_lock(self._descriptor) and locks.is_still_named(self._descriptor, self._name):
                    break
                os.close(self._descriptor)

    @property
    def _name(self) -> str:
        return os.fspath(self.path)

    def write(self, content: bytes | memoryview) -> None:
        with told(self.path, "write"):
            durable.write_all(self._descriptor, content)

    def seal(self) -> None:
        """What was written survives a power cut; no more is written."""
        with told(self.path, "write"):
            os.fsync(self._descriptor)
            if os.name == "nt":
                self._close()  # there a lock keeps others from reading, and an open file has to keep its name

    def place(self, path: Path) -> None:
        """The file, sealed before, is at `path` now, whatever was there."""
        with told(path, "write"):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.path, path)
            self._placed = True
            durable.sync_folder(os.fspath(path.parent))
            self._close()

    def discard(self) -> None:
        """Nothing is left of it, unless it was placed."""
        with told(self.path, "remove"):
            self._close()
            if not self._placed:
                self.path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


@contextmanager
def unfinished(root: Path, content: bytes = b"") -> Iterator[Unfinished]:
    """A file with this content; gone after the block unless it was placed."""
    file = Unfinished(root)
    try:
        file.write(content)
        yield file
    finally:
        file.discard()


def put(root: Path, path: Path, content: bytes) -> None:
    """The file at `path` has this content; readers meanwhile see the old one or the new one, whole."""
    with unfinished(root, content) as file:
        file.seal()
        file.place(path)


@contextmanager
def locked(root: Path, timeout: float = locks.TIMEOUT) -> Iterator[None]:
    """No other process changes the index meanwhile; what dead ones left unfinished is gone.

    Raises StoreError, naming the process that holds the index, after `timeout` seconds.
    """
    path = root / WORK / "lock"
    with told(path, "lock"):
        descriptor = locks.acquire(os.fspath(path), f"the index {root}", timeout)
    try:
        _sweep(root / WORK)
        yield
    finally:
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    for path in folder.iterdir():
        if path.name == "lock":
            continue
        with told(path, "remove"):
            _remove_orphan(path)


def _remove_orphan(path: Path) -> None:
    try:
        descriptor = durable.open_regular(os.fspath(path))
    except FileNotFoundError:
        return  # it came to its place, or its writer has thought better of it
    try:
        # Under the lock: its writer may only just have made it. On Windows sealed files are not locked.
        if locks.try_lock(descriptor) and os.name != "nt":
            path.unlink(missing_ok=True)
        age = time.time() - os.fstat(descriptor).st_mtime
    finally:
        os.close(descriptor)
    if os.name == "nt" and age > _ABANDONED:
        path.unlink(missing_ok=True)


def _created(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # Whoever serves the folder may be another user: the umask decides.
    return os.open(path, flags, 0o666)
