"""The function's process: what it prints is passed on, and nothing of it is left in the end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import IO, TYPE_CHECKING

from builder.strays import end_strays

if TYPE_CHECKING:
    from typing import Self

_MARK = "LAMBDA_TASK_ROOT"
"""The variable that only the function's own processes have with this value."""
_LINE = 1 << 18
"""Bytes of a line that are passed on at once: more than Lambda logs in one."""
_LAST_WORDS = 2.0
"""Seconds in which what was printed must have been read."""

Listener = Callable[[bytes], None]


class FunctionProcess:
    """A process in a group of its own; leaving the `with` block ends the group, and what has left it (Linux).

    `hear` gets its standard output and error, line by line, from a thread of its own; `ended` gets its status
    when it ends by itself or is ended. Raises OSError when it cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        environ: Mapping[str, str],
        folder: str,
        hear: Listener,
        ended: Callable[[int], None],
    ) -> None:
        self._mark = environ[_MARK]
        self._process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._threads = [
            threading.Thread(target=_pass_on, args=(self._process.stdout, hear), daemon=True),
            threading.Thread(target=lambda: ended(self._process.wait()), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def peak_memory(self) -> int | None:
        """Bytes it has held at most; None when the system does not say."""
        with contextlib.suppress(OSError), open(f"/proc/{self._process.pid}/status", "rb") as file:
            for line in file:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
        return None

    def wait(self, seconds: float) -> int:
        """Its status. Raises subprocess.TimeoutExpired."""
        return self._process.wait(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if sys.platform == "win32":
            self._process.kill()
        else:
            # Its group may live on without it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        end_strays(_MARK, self._mark)
        for thread in self._threads:
            thread.join(_LAST_WORDS)


def _pass_on(stream: IO[bytes], hear: Listener) -> None:
    with stream:
        while line := stream.readline(_LINE):
            hear(line)
