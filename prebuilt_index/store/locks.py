"""Locks between processes and threads: a file per key, freed by the kernel when its holder dies."""

import errno
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from prebuilt_index.errors import StoreError
from prebuilt_index.store.durable import told

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

TIMEOUT = 300.0
"""Seconds before a lock held by another process is an error."""
_LONGEST_NAP = 0.1
_BUSY = frozenset({errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK})


def lock_path(folder: str, key: str) -> str:
    return f"{folder}/{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()}"


@contextmanager
def held(folder: str, key: str, timeout: float = TIMEOUT) -> Iterator[None]:
    """Nobody else holds `key` meanwhile.

    Where files cannot be locked the body runs at once: everything the store does stays right without locks,
    work may be done twice. Raises StoreError, naming the holder, after `timeout` seconds.
    """
    path = lock_path(folder, key)
    with told(path, "lock"):
        descriptor = acquire(path, key, timeout)
    try:
        yield
    finally:
        os.close(descriptor)


def acquire(path: str, key: str, timeout: float = TIMEOUT, *, mode: int = 0o600) -> int:
    """A descriptor of the file at `path`, made if need be; until it is closed, nobody else gets one.

    `key` is what is locked, for people; `mode` that of a new file, as far as the umask lets it. Raises
    StoreError after `timeout` seconds, and OSError.
    """
    deadline = time.monotonic() + timeout
    nap = 0.001
    while True:
        descriptor = _open(path, mode)
        try:
            taken = try_lock(descriptor)
            if taken and is_still_named(descriptor, path):
                _sign(descriptor)
                return descriptor
            if not taken and time.monotonic() >= deadline:
                raise _busy(descriptor, path, key, timeout)
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        if not taken:
            time.sleep(nap)
            nap = min(nap * 2, _LONGEST_NAP)


def _open(path: str, mode: int) -> int:
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    try:
        return os.open(path, flags, mode)
    except FileNotFoundError:
        # Who may use the file may look for it.
        os.makedirs(os.path.dirname(path), mode | (mode & 0o444) >> 2, exist_ok=True)
        return os.open(path, flags, mode)


def try_lock(descriptor: int) -> bool:
    """Whether the file is now locked by this descriptor; True as well where files cannot be locked."""
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _BUSY
    return True


def is_still_named(descriptor: int, path: str) -> bool:
    """Whether the locked file still has its name: `prune` removes lock files it holds."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(path))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    # Byte 0 is what Windows locks, and locked bytes cannot be read by others.
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, b" %d\n" % os.getpid())


def _busy(descriptor: int, path: str, key: str, timeout: float) -> StoreError:
    os.lseek(descriptor, 1, os.SEEK_SET)
    holder = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
    return StoreError(
        f"Another process holds `{key}` for more than {timeout:g} s",
        evidence=(f"process {holder} holds `{path}`",),
        hint=f"Wait for process {holder} or end it",
    )
