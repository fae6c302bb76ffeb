"""What bytecode saves: modules imported with it and without it, in the interpreter that made it."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from builder.interpreter.values import Interpreter
from manylinux.errors import EnvironmentFault

_PROGRAM = Path(__file__).with_name("time_imports.py")
_PATIENCE = 300.0
"""Seconds for one process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """What importing takes, in seconds of processor time: the least of several processes."""

    used: float
    """With the bytecode that is there."""
    unused: float
    """With all modules compiled from their sources."""
    reasons: Mapping[str, str] = field(hash=False)
    """Module to why it does not import; it counts as far as it came."""


def measure_saving(
    interpreter: Interpreter, folders: Sequence[Path], modules: Sequence[str], *, rounds: int = 5
) -> Saving:
    """What bytecode saves when `modules` are imported from `folders`, a bundle and its layers unpacked.

    Runs what it imports, `rounds` times with bytecode and without, in turn, so that other work of the machine
    falls on both alike. Raises EnvironmentFault when a process ends or stalls.
    """
    times: dict[str, list[float]] = {"used": [], "unused": []}
    reasons: dict[str, str] = {}
    for _ in range(rounds):
        for how, so_far in times.items():
            seconds, found = _measured(interpreter, how, folders, modules)
            so_far.append(seconds)
            reasons |= found
    return Saving(used=min(times["used"]), unused=min(times["unused"]), reasons=reasons)


def _measured(
    interpreter: Interpreter, how: str, folders: Sequence[Path], modules: Sequence[str]
) -> tuple[float, dict[str, str]]:
    words = [os.fspath(interpreter.path), "-I", "-S", "-B", "-c", _PROGRAM.read_text(encoding="utf-8"), how]
    lists = [json.dumps([os.path.realpath(folder) for folder in folders]), json.dumps(list(modules))]
    try:
        done = subprocess.run(
            [*words, *lists],
            capture_output=True, check=True, stdin=subprocess.DEVNULL, timeout=_PATIENCE,
        )  # fmt: skip
        seconds, reasons = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        raise EnvironmentFault(
            "The time that imports take cannot be measured",
            evidence=[f"`{interpreter.path}`: {type(error).__name__}"],
            hint="Try the bundle with `lbuild try --imports` to see which module ends the process",
        ) from error
    return float(seconds), reasons
