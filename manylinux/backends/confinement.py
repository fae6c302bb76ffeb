"""How a program is kept from the network, and from outliving lbuild, as far as this machine can do that."""

from __future__ import annotations

import shutil
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
UNCONFINED = (
    "the build could reach the network: this machine has neither `unshare` nor `bwrap` that lbuild may use"
)
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


def confined(command: Sequence[str], path: str) -> tuple[str, ...]:
    """`command` without a network, where this machine can do that; `path` is where its programs are."""
    return (*_leash(path), *_way(path), *command)


def can_confine(path: str) -> bool:
    return bool(_way(path))
