"""The one way from a request to the disk: files of the index, and nothing outside it."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prebuilt_index.serving.conditions import Validators

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

_ABSENT: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EISDIR, errno.EINVAL}
)
_FLAGS: Final = (
    os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
"""A pipe under a file's name must not hold a request up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A regular file of the index, open; whoever got it closes it."""

    stream: FileIO
    size: int
    """Bytes."""
    validators: Validators


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The folder of an index."""

    root: Path
    """Resolved: links on the way to it have been followed."""

    def open(self, path: str) -> OpenFile | None:
        """The file at `path` below the root; None when there is none that may be handed out.

        A link is followed as long as it stays inside the root. Raises OSError for what a retry or a person
        can mend: permissions, too many open files.
        """
        try:
            place = (self.root / path).resolve(strict=True)
            if not place.is_relative_to(self.root):
                return None
            descriptor = os.open(place, _FLAGS)
        except RuntimeError:  # a loop of links, before Python 3.13
            return None
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            os.close(descriptor)
            return None
        return OpenFile(
            stream=os.fdopen(descriptor, "rb", buffering=0),
            size=status.st_size,
            validators=Validators(etag=_etag(status), modified=int(status.st_mtime)),
        )


def _etag(status: os.stat_result) -> str:
    """A file that is put in another's place, as every writer of an index does, has another inode or time."""
    return f"{status.st_size:x}-{status.st_mtime_ns:x}-{status.st_ino:x}"
