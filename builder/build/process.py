"""Foreign programs, run so that nothing of them is left: own group, deadline, limit on what they print."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.build.meter import Meter
from builder.strays import end_strays
from manylinux.backends.limits import Limits
from manylinux.backends.port import ExceededError
from manylinux.errors import EnvironmentFault

MARK = "LBUILD_MARK"
"""The variable that all programs of one build carry."""
_NAP = 0.05
"""Seconds between looks at the clock, the log and the pulse."""
if sys.platform == "win32":
    _KILL, _FLAGS = signal.SIGTERM, subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _KILL, _FLAGS = signal.SIGKILL, 0


class FailedError(Exception):
    """The program ended with a status other than 0; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leash:
    """What several programs in a row may use together."""

    environ: Mapping[str, str]
    """All they see of the environment, but for the mark."""
    mark: str
    """Unique to what is run together; their descendants carry it in their environment, as LBUILDMARK."""
    log: Path
    """Where all they print goes."""
    output: int
    """Bytes the log may grow to."""
    deadline: float
    """By `time.monotonic()`."""
    pulse: Callable[[], None]
    """Called several times a second; what it raises kills them."""
    folder: Path
    """What is written below it counts as theirs."""
    limits: Limits = field(default_factory=Limits)

    def run(
        self, command: Sequence[str], *, cwd: Path | None = None, extra: Mapping[str, str] | None = None
    ) -> None:
        """The program has ended well, and so has all it started.

        Raises FailedError, ExceededError, what the pulse raises; EnvironmentFault for want of the program.
        """
        environ = {**self.environ, **(extra or {}), MARK: self.mark}
        with open(self.log, "ab") as log:
            process = _started(command, cwd, environ, log.fileno())
        meter = Meter(process=process.pid, folder=self.folder, limits=self.limits)
        try:
            status = self._wait(process, meter)
        finally:
            _end_group(process)
            end_strays(MARK, self.mark)
        meter.check_disk()
        if status:
            raise FailedError(f"signal {-status}" if status < 0 else f"exit status {status}")

    def _wait(self, process: "subprocess.Popen[bytes]", meter: Meter) -> int:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(_NAP)
            self.pulse()
            if time.monotonic() > self.deadline:
                raise ExceededError("seconds", f"it took too long: longer than {self.limits.told('seconds')}")
            if os.stat(self.log).st_size > self.output:
                raise ExceededError("output", f"it printed more than {self.output} bytes")
            meter()


def _started(
    command: Sequence[str], cwd: Path | None, environ: Mapping[str, str], output: int
) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(
            command,
            cwd=cwd,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Each system ignores what is another's.
            creationflags=_FLAGS,
            start_new_session=True,
            umask=0o022,
        )
    except FileNotFoundError as error:
        raise EnvironmentFault(
            f"There is no program `{command[0]}`", hint=f"Install `{command[0]}`, or put it on the PATH"
        ) from error


def _end_group(process: "subprocess.Popen[bytes]") -> None:
    """The program and all that stayed in its group are gone."""
    if sys.platform == "win32":
        subprocess.run(
            ("taskkill", "/F", "/T", "/PID", str(process.pid)),
            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # gone; or a zombie, on macOS
            os.killpg(process.pid, _KILL)
    process.wait()
