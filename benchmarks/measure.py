"""Whole processes, measured by the operating system's own accounting."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One measured command, or several in a row. `wall` and `cpu` in seconds, `memory` in bytes."""

    wall: float
    cpu: float
    memory: int
    """Peak resident memory of the largest process."""


def measure(steps: Sequence[Sequence[str]], cwd: Path) -> Run:
    # As on a user's machine: where bytecode is not kept, every start would compile all of lbuild.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    cpu, memory = 0.0, 0
    started = time.perf_counter()
    for step in steps:
        with subprocess.Popen(
            step, cwd=cwd, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            assert process.stderr is not None
            said = process.stderr.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            sys.stderr.write(said.decode(errors="replace"))
            raise subprocess.CalledProcessError(process.returncode, step)
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss * 1024)
    return Run(wall=time.perf_counter() - started, cpu=cpu, memory=memory)
