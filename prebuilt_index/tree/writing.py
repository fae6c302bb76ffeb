"""Files of an index in a folder: whole or absent, whatever happens to the process or the machine.

What is being written lies in `DIR/.lbuild/`, which is never published, and comes to its place by renaming.

    .lbuild/lock          held by who changes the index
    .lbuild/FILE          being written by who holds it
    .lbuild/DESK/         being written by somebody else, whose lock is in it
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from prebuilt_index.errors import IndexFolderError
from prebuilt_index.store import durable, locks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

WORK: Final = ".lbuild"
"""Folder for locks and unfinished files."""
_LOCK: Final = "lock"
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
    """A file on its way.

    In a folder that nobody sweeps meanwhile: a `desk`, or `WORK` for who has locked the index.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / uuid4().hex
        self._placed = False
        with told(self.path, "write"):
            folder.mkdir(parents=True, exist_ok=True)
            self._descriptor = _created(self.path)

    def write(self, content: bytes | memoryview) -> None:
        with told(self.path, "write"):
            durable.write_all(self._descriptor, content)

    def seal(self) -> None:
        """What was written survives a power cut; no more is written."""
        with told(self.path, "write"):
            os.fsync(self._descriptor)
            self._close()

    def place(self, path: Path, *, synced: bool = True) -> None:
        """The file, sealed before, is at `path` now, whatever was there.

        That it is there survives a power cut if `synced`, else once `sync_folders_of` was called.
        """
        with told(path, "write"):
            path.parent.mkdir(parents=True, exist_ok=True)
            os.replace(self.path, path)
            self._placed = True
            if synced:
                durable.sync_folder(os.fspath(path.parent))

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
def unfinished(folder: Path, content: bytes = b"") -> Iterator[Unfinished]:
    """A file with this content; gone after the block unless it was placed."""
    file = Unfinished(folder)
    try:
        file.write(content)
        yield file
    finally:
        file.discard()


def sync_folders_of(paths: Iterable[Path]) -> None:
    """That the files are where they are survives a power cut."""
    for folder in sorted({path.parent for path in paths}):
        with told(folder, "write"):
            durable.sync_folder(os.fspath(folder))


def put(root: Path, path: Path, content: bytes) -> None:
    """The file at `path` has this content; readers meanwhile see the old one or the new one, whole.

    The index is locked meanwhile.
    """
    with unfinished(root / WORK, content) as file:
        file.seal()
        file.place(path)


@contextmanager
def desk(root: Path) -> Iterator[Path]:
    """A folder for unfinished files of a process that has not locked the index; gone after the block.

    A lock in it tells that its owner lives: one file is held open, however many are being written.
    """
    while True:
        folder = root / WORK / uuid4().hex
        with told(folder, "make"):
            folder.mkdir(parents=True)
            descriptor = _claimed(folder)
        if descriptor is not None:
            break  # else whoever sweeps was faster than the lock
    try:
        yield folder
    finally:
        with told(folder, "remove"):
            _remove_locked(folder, descriptor)


@contextmanager
def locked(root: Path, timeout: float = locks.TIMEOUT) -> Iterator[None]:
    """No other process changes the index meanwhile; what dead ones left unfinished is gone.

    Raises StoreError, naming the process that holds the index, after `timeout` seconds.
    """
    path = root / WORK / _LOCK
    with told(path, "lock"):
        # A team may share the folder: the umask decides.
        descriptor = locks.acquire(os.fspath(path), f"the index {root}", timeout, mode=0o666)
    try:
        _sweep(root / WORK)
        yield
    finally:
        os.close(descriptor)


def forsake(root: Path, made: Sequence[Path]) -> None:
    """The index that was begun is gone again: the folders in `made`, as far as nobody put anything there."""
    path = root / WORK / _LOCK
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
        free = locks.try_lock(descriptor)
        if free and os.name != "nt":
            path.unlink()
        os.close(descriptor)
        if not free:
            return  # somebody is at work there
        path.unlink(missing_ok=True)  # Windows removes no open file
    with suppress(OSError):
        for folder in (root / WORK, *reversed(made)):
            if folder.exists():
                folder.rmdir()


def _sweep(folder: Path) -> None:
    """Files here were made by who held the lock, and died; desks may be in use."""
    for path in folder.iterdir():
        if path.name != _LOCK:
            with told(path, "remove"):
                if path.is_dir() and not path.is_symlink():
                    _remove_abandoned(path)
                else:
                    path.unlink(missing_ok=True)


def _claimed(folder: Path) -> int | None:
    """A descriptor that holds the desk; None when it is gone already."""
    path = os.fspath(folder / _LOCK)
    try:
        descriptor = _created(folder / _LOCK)
    except FileNotFoundError:
        return None
    if locks.try_lock(descriptor) and locks.is_still_named(descriptor, path):
        return descriptor
    os.close(descriptor)
    return None


def _remove_abandoned(desk: Path) -> None:
    try:
        descriptor = os.open(desk / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    except FileNotFoundError:
        # Its owner has died, or is about to claim it: then it is full by now, or he makes another.
        with suppress(OSError):
            desk.rmdir()
        return
    if locks.try_lock(descriptor):
        _remove_locked(desk, descriptor)
    else:
        os.close(descriptor)


def _remove_locked(desk: Path, descriptor: int) -> None:
    """The desk is gone; it is held by the descriptor, which is closed."""
    if os.name == "nt":
        os.close(descriptor)  # open files are not removed there
        shutil.rmtree(desk, ignore_errors=True)
        return
    try:
        with suppress(FileNotFoundError):  # an empty one, whose lock is gone, may be removed by who sweeps
            shutil.rmtree(desk)
    finally:
        os.close(descriptor)


def _created(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    # Whoever serves the folder may be another user: the umask decides.
    return os.open(path, flags, 0o666)
