"""Folders that other programs read where they lie: made once, and kept while somebody uses them.

    <bucket>/<name>/    made in `tmp/` and renamed, so it is whole; its mtime: last used, to the day

Who uses one holds a shared lock on the folder itself, who removes one the only lock. Where folders cannot be
locked (Windows, some file systems) one that is removed under its user has to be made again.
"""

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from prebuilt_index.errors import StoreError
from prebuilt_index.store import blobs, durable
from prebuilt_index.store.locks import is_still_named, try_lock
from prebuilt_index.store.store import TOOLS, TRIAL, Store

if sys.platform != "win32":
    import fcntl

_TAKEN = frozenset({errno.EEXIST, errno.ENOTEMPTY, errno.EACCES, errno.EPERM})
"""What systems answer when a folder is to have the name of one that is there."""


BUCKETS = (TRIAL, TOOLS)
"""Where such folders are."""
_PATIENCE = 3600.0
"""Seconds to wait for somebody who makes the same; then it is made twice."""


@contextmanager
def held(
    store: Store, name: str, make: Callable[[Path], None], bucket: str = TRIAL, *, alone: bool = False
) -> Iterator[Path]:
    """The folder of this name, which nobody removes inside the block; `make` fills a new one if need be.

    `make` gets a path at which there is nothing yet, and leaves a folder there. Two processes may make it at
    once; one result is kept. `alone`: the second waits for the first, which pays for what takes minutes.
    """
    path = store.root / bucket / name
    if store.read_only and not path.is_dir():
        store = store.writable
        path = store.root / bucket / name
    while True:
        with _shared(path) as is_there:
            if is_there:
                blobs.mark_used(os.fspath(path), path.stat())
                yield path
                return
        with ExitStack() as stack:
            if alone:
                with suppress(StoreError):
                    stack.enter_context(store.lock(f"make {bucket}/{name}", _PATIENCE))
                if path.is_dir():
                    continue
            _make(store, path, make)


def remove(store: Store, path: str) -> bool:
    """Whether the folder was in nobody's use and is gone."""
    with _opened(path) as descriptor:
        if descriptor is not None and not (try_lock(descriptor) and is_still_named(descriptor, path)):
            return False
        doomed = store.temporary_path()
        try:
            durable.replace(path, doomed)
        except FileNotFoundError:
            return False  # another process was faster
        except PermissionError:
            if sys.platform == "win32":
                return False  # a file of it is open
            raise
    durable.remove(doomed)
    return True


def _make(store: Store, path: Path, make: Callable[[Path], None]) -> None:
    """There is a folder at `path`, made here or by somebody faster."""
    workshop = Path(store.temporary_path())
    with durable.told(path, "make"):
        workshop.mkdir(parents=True)
    try:
        make(workshop / path.name)
        with durable.told(path, "make"):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _rename(workshop / path.name, path)
    finally:
        durable.remove(os.fspath(workshop))


def _rename(made: Path, path: Path) -> None:
    try:
        made.rename(path)
    except OSError as error:
        if error.errno not in _TAKEN or not path.is_dir():
            raise


@contextmanager
def _shared(path: Path) -> Iterator[bool]:
    """Whether the folder is there; it stays there inside the block."""
    with _opened(os.fspath(path)) as descriptor:
        if descriptor is None:
            yield path.is_dir()
            return
        if sys.platform != "win32":
            with suppress(OSError):  # folders cannot be locked here
                fcntl.flock(descriptor, fcntl.LOCK_SH)  # who removes one holds it for a moment
        yield is_still_named(descriptor, os.fspath(path))


@contextmanager
def _opened(path: str) -> Iterator[int | None]:
    """A descriptor of the folder; None where there is none, or folders cannot be opened (Windows)."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_DIRECTORY", 0)
    descriptor = None
    with durable.told(path, "open"), suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        descriptor = os.open(path, flags)
    try:
        yield descriptor
    finally:
        if descriptor is not None:
            os.close(descriptor)
