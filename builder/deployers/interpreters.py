"""Which Python runs a deployer that is written in Python? It is asked what only the deployer knows."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from builder.errors import DeployerConfigurationError, NoDeployerError

_LONGEST = 120.0
"""Seconds that an answer may take."""
_SHOWN = 5
"""Lines of a failure."""


def interpreter_of(tool: str, given: Path | None = None) -> Path:
    """The Python of the program `tool` on PATH, or of the program that was given.

    Beside the program, links followed, lies its Python: in virtual environments, which pipx makes too. Else
    its first line says it. Raises NoDeployerError.
    """
    found = shutil.which(given or tool)
    if found is None:
        raise NoDeployerError(
            f"There is no program `{given or tool}`",
            evidence=["it is not on PATH" if given is None else "no such program can be run"],
            hint=f"Install it, enter its virtual environment, or name it with `--{tool}`",
        )
    # A Python is itself a link: that of a virtual environment must stay as it is.
    program = Path(found)
    for folder in dict.fromkeys((program.parent, Path(os.path.realpath(program)).parent)):
        python = folder / ("python.exe" if sys.platform == "win32" else "python")
        if os.path.isfile(python) and _is_beside(folder):
            return python
    named = _first_line(program)
    if named is not None and os.path.isfile(named):
        return named
    raise NoDeployerError(
        f"No Python is found that runs `{found}`",
        evidence=["it lies in no virtual environment, and its first line names no Python"],
        hint=f"Name one in a virtual environment with `--{tool}`",
    )


def ask(tool: str, python: Path, script: str, question: dict[str, Any]) -> dict[str, Any]:
    """What `script` answers, run by `python`: it reads JSON from its argument and writes some to stdout.

    A module of the user's cannot come between: the script runs in the root folder. Raises NoDeployerError
    where `tool` cannot be imported, DeployerConfigurationError where the script fails otherwise.
    """
    command = [str(python), "-c", script, json.dumps(question)]
    try:
        done = subprocess.run(
            command,
            cwd=os.path.abspath(os.sep),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_LONGEST,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoDeployerError(f"`{python}` cannot be asked", evidence=[str(error)]) from error
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else None
    except (ValueError, IndexError):
        answer = None
    if isinstance(answer, dict):
        return answer
    said = done.stderr.strip().splitlines()[-_SHOWN:] or ["it said nothing"]
    if f"No module named '{tool}" in said[-1]:
        raise NoDeployerError(
            f"`{python}` has no {tool}",
            evidence=said[-1:],
            hint=f"Install it there, or name the program with `--{tool}`",
        )
    raise DeployerConfigurationError(
        f"{tool.capitalize()} does not understand this project",
        evidence=said,
        hint=f"Mend it until {tool} itself can read it",
    )


def _is_beside(folder: Path) -> bool:
    """Whether what lies in this folder is run by the Python there: so it is in an environment (PEP 405)."""
    return os.path.isfile(folder.parent / "pyvenv.cfg")


def _first_line(program: Path) -> Path | None:
    """The interpreter that a script names, or None."""
    try:
        with program.open("rb") as file:
            line = file.readline(1024)
    except OSError:
        return None
    words = line[2:].decode("utf-8", "replace").split() if line.startswith(b"#!") else []
    if not words or "python" not in Path(words[-1]).name:
        return None
    return Path(words[0]) if len(words) == 1 else Path(shutil.which(words[-1]) or words[-1])
