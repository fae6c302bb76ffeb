"""Files that are either whole or absent, whatever happens to the process or the machine.

POSIX is used to the full where it is offered; where it is not (Windows, file systems without hard links),
what is left still never shows a half-written object under its final name.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from prebuilt_index.errors import StoreError

_NO_FOLLOW: int = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})


@contextmanager
def told(path: str | Path, doing: str) -> Iterator[None]:
    """What the system refuses inside becomes a StoreError that names `path` and what was being done."""
    try:
        yield
    except OSError as error:
        first = "Free some space" if error.errno in _NO_SPACE else "See to its permissions"
        raise StoreError(
            f"Cannot {doing} `{path}`",
            evidence=(error.strerror or str(error),),
            hint=f"{first}, or name another folder with `--cache-dir`",
        ) from error


def open_regular(path: str) -> int:
    """A descriptor of the regular file at `path` itself, never of what a symbolic link there points to."""
    descriptor = os.open(path, os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", path)
    return descriptor


def create(path: str) -> int:
    """A descriptor of a new empty file that nobody else has opened; its folder is made if need be."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def write_all(descriptor: int, content: bytes | memoryview) -> None:
    """Every byte of `content` is handed to the operating system."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


@contextmanager
def written(path: str, *parts: bytes) -> Iterator[None]:
    """A new file at `path` has the parts in a row; what is still there after the block is removed."""
    descriptor = create(path)
    try:
        try:
            for part in parts:
                write_all(descriptor, part)
        finally:
            os.close(descriptor)
        yield
    finally:
        remove(path)


def make_read_only(descriptor: int) -> None:
    """The open file has mode 0444, where modes exist."""
    if os.chmod in os.supports_fd and stat.S_IMODE(os.fstat(descriptor).st_mode) != 0o444:
        os.chmod(descriptor, 0o444)


def move_into_place(source: str, target: str) -> bool:
    """`source` is now `target`, unless there was something at `target`: then False, and `source` stays."""
    try:
        return _link(source, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), 0o700, exist_ok=True)
        sync_folder(os.path.dirname(os.path.dirname(target)))
        return _link(source, target)


def _link(source: str, target: str) -> bool:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except (NotImplementedError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):
            return False
        # A rival that comes between is replaced by the same content: names are digests.
        with suppress(FileExistsError):
            os.rename(source, target)
            return True
        return False
    os.unlink(source)
    return True


def replace(source: str, target: str) -> None:
    """`source` is now `target`, whatever was there; the target's folder is made if need be."""
    try:
        os.replace(source, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), 0o700, exist_ok=True)
        os.replace(source, target)
    except OSError:
        if not os.path.isdir(target):
            raise
        remove(target)
        os.replace(source, target)


def sync_folder(path: str) -> None:
    """Names in the folder survive a power cut, where the platform can promise that."""
    if os.name != "posix":
        return  # folders cannot be opened there
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        with suppress_unsupported():
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def suppress_unsupported() -> Iterator[None]:
    """A file system that does not offer the operation is as good as one that did nothing."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EBADF):
            raise


def remove(path: str) -> None:
    """Nothing is at `path`, whatever it was: file, link or folder with all below it."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return
    except OSError:
        # A folder (EISDIR, EPERM), or a read-only file on Windows.
        if os.path.isdir(path) and not os.path.islink(path):
            import shutil  # 3 ms; only needed here

            # Somebody else may be removing the same folder.
            while os.path.isdir(path):
                with suppress(FileNotFoundError):
                    shutil.rmtree(path)
        else:
            os.chmod(path, stat.S_IWRITE | stat.S_IREAD)
            os.unlink(path)
