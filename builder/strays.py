"""Processes that left the group they were started in, found by what their environment holds."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator

_LAST_WORDS = 2.0
"""Seconds in which killed processes must be gone."""
if sys.platform == "win32":
    _KILL = signal.SIGTERM
else:
    _KILL = signal.SIGKILL


def end_strays(name: str, value: str) -> None:
    """Processes that began with the variable are gone, where the system shows their environment (Linux).

    One that also wiped its environment is not found: this keeps order, it is no sandbox.
    """
    deadline = time.monotonic() + _LAST_WORDS
    while strays := tuple(_with_variable(os.fsencode(f"{name}={value}"))):
        for stray in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(stray, _KILL)
        if time.monotonic() > deadline:
            return
        time.sleep(0.001)


def _with_variable(entry: bytes) -> Iterator[int]:
    wanted = b"\0" + entry + b"\0"
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    for name in names:
        if name.isdigit():
            # Others' processes cannot be read, and any may end meanwhile.
            with contextlib.suppress(OSError), open(f"/proc/{name}/environ", "rb") as file:
                if wanted in b"\0" + file.read():
                    yield int(name)
