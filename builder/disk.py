"""Where files are: what inputs ask of a disk, the real one, and one in memory; the current folder."""

import errno
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from builder.errors import InputNotFoundError
from manylinux.errors import EnvironmentFault
from manylinux.near_names import did_you_mean

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of the largest file that is read as a whole: a list, a lock, a report."""


class Disk(Protocol):
    """Files and folders by absolute path."""

    def read(self, path: Path) -> bytes:
        """The content of a file; raises OSError."""
        ...

    def is_file(self, path: Path) -> bool: ...

    def is_pipe(self, path: Path) -> bool:
        """Whether it is read like a file, and only once: a pipe, or a device such as a terminal."""
        ...

    def is_dir(self, path: Path) -> bool: ...

    def names(self, folder: Path) -> tuple[str, ...]:
        """What a folder holds, sorted; nothing when it cannot be listed."""
        ...


def from_here(path: str | os.PathLike[str] = "") -> Path:
    """`path` as an absolute one, seen from the current folder. Raises EnvironmentFault when that is gone."""
    try:
        return Path(path).absolute()
    except OSError as error:
        raise EnvironmentFault(
            "The current folder cannot be found",
            evidence=[error.strerror or str(error)],
            hint="Change to a folder that exists",
        ) from error


def read_whole(path: Path) -> bytes:
    """All that a file, a pipe or a device gives; raises OSError, also when that is more than LARGEST."""
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST:,} bytes", str(path))
    return content


class LocalDisk:
    """The disk of this machine. What a pipe gave is kept: it gives nothing a second time."""

    def __init__(self) -> None:
        self._given: dict[Path, bytes] = {}

    def read(self, path: Path) -> bytes:
        if not self.is_pipe(path):
            return read_whole(path)
        if path not in self._given:
            self._given[path] = read_whole(path)
        return self._given[path]

    def is_file(self, path: Path) -> bool:
        return os.path.isfile(path)  # Path.is_file raises where "no" is meant: too long, no permission

    def is_pipe(self, path: Path) -> bool:
        try:
            mode = os.stat(path).st_mode
        except (OSError, ValueError):
            return False
        return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)

    def is_dir(self, path: Path) -> bool:
        return os.path.isdir(path)

    def names(self, folder: Path) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in folder.iterdir()))
        except (OSError, ValueError):  # ValueError: a NUL or a lone surrogate in the path
            return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryDisk:
    """A disk that exists in memory only."""

    files: Mapping[Path, bytes] = field(default_factory=dict)
    """Absolute path to content; the folders are those above the files."""

    def read(self, path: Path) -> bytes:
        try:
            return self.files[path]
        except KeyError:
            raise FileNotFoundError(f"no such file: {path}") from None

    def is_file(self, path: Path) -> bool:
        return path in self.files

    def is_pipe(self, path: Path) -> bool:
        return False

    def is_dir(self, path: Path) -> bool:
        return any(path in file.parents for file in self.files)

    def names(self, folder: Path) -> tuple[str, ...]:
        below = (file.relative_to(folder) for file in self.files if folder in file.parents)
        return tuple(sorted({path.parts[0] for path in below}))


def no_such_file(path: Path) -> InputNotFoundError:
    """The error for a bundle that is not at `path`, with names in its folder that are near."""
    hint = did_you_mean(path.name, LocalDisk().names(path.parent)) or "Name a zip or a folder"
    return InputNotFoundError(f"There is no file `{path}`", hint=hint)
