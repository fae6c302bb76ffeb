"""How a program is kept from the network, from folders not its own, and from outliving lbuild.

All of it as far as this machine can do that.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from manylinux.backends.cell import landlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from manylinux.backends.limits import Limits

_ISOLATED = ("--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc")
"""Nothing but loopback, and whatever is started in there ends with its first program."""
_WAYS = (
    ("unshare", *_ISOLATED),
    ("unshare", "--user", "--map-root-user", *_ISOLATED),
    ("unshare", "--user", "--map-root-user", "--net"),
    (
        "bwrap",
        "--dev-bind",
        "/",
        "/",
        "--unshare-net",
        "--unshare-pid",
        "--die-with-parent",
        "--proc",
        "/proc",
    ),
)
_ENDS_WITH_LBUILD = ("setpriv", "--pdeathsig", "KILL")
_NETWORK = (
    "the build could reach the network: this machine has neither `unshare` nor `bwrap` that lbuild may use"
)
_FOLDERS = "the build could write wherever you can: this system has no Landlock (Linux 5.19 and newer)"
_CELL = Path(__file__).with_name("cell.py")
_DEVICES = ("/dev", "/proc")
"""Beside a build's own folder: semaphores are made there, and what is written leaves nothing."""
_RESERVED = 4
"""Programs ask for more address space than they use: for so many times the memory they may have."""
_LEAST_RESERVED = 16 << 30
_PATIENCE = 10.0
"""Seconds."""


@cache
def _way(path: str) -> tuple[str, ...]:
    """The first way that works here; empty where none does."""
    return next((found for words in _WAYS if (found := _working(words, path))), ())


@cache
def _leash(path: str) -> tuple[str, ...]:
    """What ends a program when lbuild is killed, and with it what it started; empty where nothing does."""
    return _working(_ENDS_WITH_LBUILD, path)


def _working(words: Sequence[str], path: str) -> tuple[str, ...]:
    """The command, if it runs another here; else nothing."""
    program = shutil.which(words[0], path=path) if sys.platform == "linux" else None
    if program is None:
        return ()
    command = (program, *words[1:])
    try:
        done = subprocess.run(
            (*command, "true"),
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if done.returncode == 0 else ()


def confined(command: Sequence[str], path: str, folder: Path, limits: Limits) -> tuple[str, ...]:
    """`command` without a network, writing below `folder` only, as far as this machine can do that.

    `path` is where its programs are. What one process may take is limited here; what all may together, is
    for whoever runs it to watch.
    """
    settings = {
        "memory": max(_LEAST_RESERVED, limits.memory * _RESERVED),
        "file": limits.written,
        "folders": [str(folder), *_DEVICES] if landlock() else [],
    }
    cell = (sys.executable, "-I", "-S", str(_CELL), json.dumps(settings)) if sys.platform == "linux" else ()
    return (*_leash(path), *_way(path), *cell, *command)


def gaps(path: str) -> tuple[str, ...]:
    """What a build is not kept from on this machine, a sentence each."""
    return (*(() if _way(path) else (_NETWORK,)), *(() if landlock() else (_FOLDERS,)))


def can_confine(path: str) -> bool:
    """Whether a network can be shut off."""
    return bool(_way(path))
