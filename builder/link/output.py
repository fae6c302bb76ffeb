"""Replacing an output only by a whole one.

What is made lies beside its goal as `.<name>.lbuild-<pid>-<random>` and is renamed when it is complete; the
old output stays untouched until then. A run that is killed leaves that file or folder, and the next run
that writes the same output removes it once its process is gone. On Windows no process can be asked that
way, but a file that is still being written cannot be removed there either.

The output is not synced to disk: that costs as much again as writing it (20 ms for 62 MB on a fast disk,
seconds on a slow one), a rename is atomic for everything but a power cut, and after one the bundle can be
made again from the store, which is synced.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from builder.errors import OutputError

_MARK = ".lbuild-"


def check_file_output(output: Path) -> Path:
    """Where a file output really goes, links followed.

    Raises OutputError when the folder is missing or not writable, or when something other than a regular
    file is there.
    """
    goal = check_folder_of(output)
    mode = _mode(goal)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputError(
            f"`{output}` is a directory",
            hint="Name a file in it, or end the name with `/` to write a directory",
        )
    if mode is not None and not stat.S_ISREG(mode):
        raise OutputError(f"`{output}` is not a regular file", hint="Name another output")
    return goal


def check_folder_of(output: Path) -> Path:
    """Where `output` really goes, links followed; its folder is there, made if need be, and may be written.

    Raises OutputError when it is not.
    """
    try:
        goal = Path(os.path.realpath(output))
    except ValueError as error:  # a NUL, or what the file system's encoding has not
        raise OutputError(
            f"`{output}` cannot be written", evidence=[str(error)], hint="Name another output"
        ) from error
    folder = goal.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"`{output}` cannot be written",
            evidence=[f"the folder `{folder}` cannot be made: {error.strerror or error}"],
            hint="Name an output in a folder you may write",
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(
            f"`{output}` cannot be written",
            evidence=[f"`{folder}` may not be written by this user"],
            hint="Name an output in a folder you may write",
        )
    return goal


@contextmanager
def replacing_file(output: Path, expected: int) -> Iterator[FileIO]:
    """A new file that takes the place of `output` when the block ends well, and is gone otherwise.

    `expected` is about how many bytes it will take. Raises OutputError for whatever the system refuses.
    """
    goal = check_file_output(output)
    remove_stale(goal)
    part = part_of(goal)
    try:
        with FileIO(part, "x") as file:
            yield file
        os.replace(part, goal)
    except OSError as error:
        raise output_error(output, goal, error, expected) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def part_of(goal: Path) -> Path:
    """A name beside `goal` that no other run uses."""
    return goal.with_name(f".{goal.name}{_MARK}{os.getpid()}-{os.urandom(4).hex()}")


def is_part_of(path: str, goal: str | None) -> bool:
    """Whether `path` is a half-made `goal`, of this run or another."""
    folder, name = os.path.split(path)
    return goal is not None and (folder, f".{os.path.basename(goal)}{_MARK}") == (
        os.path.dirname(goal),
        name[: name.find(_MARK) + len(_MARK)],
    )


def remove_stale(goal: Path) -> None:
    """What killed runs left beside `goal` is gone; what cannot be removed stays."""
    prefix = f".{goal.name}{_MARK}"
    with suppress(OSError), os.scandir(goal.parent) as entries:
        for entry in entries:
            if not entry.name.startswith(prefix):
                continue
            pid = entry.name.removeprefix(prefix).partition("-")[0]
            if not pid.isdecimal() or _runs(int(pid)):
                continue
            if entry.is_dir(follow_symlinks=False):
                import shutil  # 2 ms; only needed here

                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                with suppress(OSError):
                    os.unlink(entry.path)


def output_error(output: Path, goal: Path, error: OSError, expected: int) -> OutputError:
    """What the system said, with the space that is needed and there when that is the point."""
    evidence = [error.strerror or str(error)]
    hint = None
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        evidence.append(f"needed: about {expected:,} bytes")
        import shutil

        with suppress(OSError):
            evidence.append(f"free: {shutil.disk_usage(goal.parent).free:,} bytes")
        hint = "Free some space, or name an output on another disk"
    elif isinstance(error, PermissionError):
        hint = "Name an output you may write, and close programs that have the old one open"
    return OutputError(f"`{output}` cannot be written", evidence=evidence, hint=hint)


def _mode(goal: Path) -> int | None:
    try:
        return goal.lstat().st_mode
    except OSError:
        return None


def _runs(pid: int) -> bool:
    """Whether a process that could be writing has this id. This process is not writing yet."""
    return pid != os.getpid() and sys.platform != "win32" and _answers(pid)


def _answers(pid: int) -> bool:
    """Whether the process exists; not for Windows, where signal 0 is Ctrl-C."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
