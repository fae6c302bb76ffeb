"""Folders of builds whose lbuild was killed: the next build removes them, and what still runs in them.

Who builds holds a lock on a file in the build's folder. The system lets go of it when the process is gone,
however it went, and programs that were started do not inherit it.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from builder.build.process import MARK
from builder.strays import end_strays
from prebuilt_index.store.locks import try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "lbuild-build-"
_LOCK = "held"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """The build in `folder` is alive inside the block."""
    # Who sweeps meets the lock's file only when it is locked and says whose it is.
    unlocked = folder / f"{_LOCK}-soon"
    descriptor = os.open(unlocked, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try_lock(descriptor)
        os.write(descriptor, str(os.getpid()).encode())
        if platform.system() != "Windows":  # open files are not renamed there, and nobody sweeps
            os.rename(unlocked, folder / _LOCK)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder among the system's temporary ones, gone after the block; the next build sweeps a dead one."""
    with tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as name:
        folder = Path(os.path.realpath(name))
        with claimed(folder):
            yield folder


def sweep(parent: Path | None) -> None:
    """No folder of a dead build is left in `parent`, or in the system's folder for temporary files.

    One without its lock's file may have been made this moment, and stays; another user's cannot be opened.
    """
    if platform.system() == "Windows":
        return
    root = Path(os.path.realpath(parent or tempfile.gettempdir()))
    for folder in root.glob(f"{PREFIX}*"):
        # Another lbuild may be sweeping too.
        with suppress(OSError):
            if not folder.is_symlink():
                _remove_if_dead(folder)


def _remove_if_dead(folder: Path) -> None:
    descriptor = os.open(folder / _LOCK, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        if try_lock(descriptor) and not _lives(os.read(descriptor, 20)):
            end_strays(MARK, str(folder))
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(descriptor)


def _lives(noted: bytes) -> bool:
    """Whether the process that was noted runs: where files cannot be locked, a lock tells nothing."""
    try:
        os.kill(int(noted or b"0"), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except PermissionError:
        return True
    return bool(noted)
