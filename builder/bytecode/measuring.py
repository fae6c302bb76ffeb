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
    interpreter: Interpreter,
    folders: Sequence[Path],
    modules: Sequence[str],
    *,
    others: Sequence[Path] = (),
    rounds: int = 5,
    environ: Mapping[str, str] | None = None,
) -> Saving:
    """What bytecode saves when `modules` are imported from `folders`, a bundle and its layers unpacked.

    Runs what it imports, `rounds` times with bytecode and without, in turn, so that other work of the machine
    falls on both alike; with the variables of `environ`, or this process's. `others` are searched after them,
    and their bytecode is used in any case. Raises EnvironmentFault when a
    process ends or stalls.
    """
    times: dict[str, list[float]] = {"used": [], "unused": []}
    reasons: dict[str, str] = {}
    for _ in range(rounds):
        for how, so_far in times.items():
            seconds, found = _measured(interpreter, how, (folders, others), modules, environ)
            so_far.append(seconds)
            reasons |= found
    return Saving(used=min(times["used"]), unused=min(times["unused"]), reasons=reasons)


def _measured(
    interpreter: Interpreter,
    how: str,
    places: Sequence[Sequence[Path]],
    modules: Sequence[str],
    environ: Mapping[str, str] | None,
) -> tuple[float, dict[str, str]]:
    words = [os.fspath(interpreter.path), "-I", "-S", "-B", "-c", _PROGRAM.read_text(encoding="utf-8"), how]
    lists = [*([os.path.realpath(folder) for folder in folders] for folders in places), list(modules)]
    try:
        done = subprocess.run(
            [*words, *map(json.dumps, lists)],
            env=environ,
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
