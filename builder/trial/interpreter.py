"""A Python of a runtime's minor version on this machine, found as any tool would: each candidate is asked."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from builder.errors import NoInterpreterError
from builder.trial.values import Interpreter

_PATIENCE = 20.0
"""Seconds for an answer."""
ASK = ("-I", "-S", "-c")
"""The words for a candidate before the question."""
QUESTION = """\
import json, os, sys
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION")
except (AttributeError, ValueError, OSError):
    libc = None
print(json.dumps({
    "path": sys.executable,
    "name": sys.implementation.name,
    "version": "%d.%d.%d" % sys.version_info[:3],
    "lib": os.path.join(sys.base_prefix, "lib"),
    "machine": os.uname().machine if hasattr(os, "uname") else "",
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "libc": libc,
}))
"""


def find_interpreter(python: str, environ: Mapping[str, str], running: str = sys.executable) -> Interpreter:
    """The first CPython `python`, such as `3.12`, of: PATH, pyenv, uv, the one that runs this.

    Raises NoInterpreterError with what was looked at.
    """
    looked_at = []
    for place, candidate in _candidates(python, environ, running):
        found, why = _asked(candidate, python, environ)
        if found is not None:
            return found
        looked_at.append(f"{place}: `{candidate}`: {why}")
    raise NoInterpreterError(
        f"There is no Python {python} here to try the bundle with",
        evidence=[f"looked for `python{python}` on PATH, in pyenv's and in uv's folders", *looked_at],
        hint=f"Get one with `uv python install {python}`, with `pyenv install {python}`, or as the package "
        f"`python{python}` of your distribution; or choose another with `--runtime`",
    )


def _candidates(python: str, environ: Mapping[str, str], running: str) -> Iterator[tuple[str, Path]]:
    name = f"python{python}"
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if folder and os.access(path := Path(folder, name), os.X_OK):
            yield "PATH", path
    for path in _of_pyenv(python, environ):
        yield "pyenv", path
    for path in _of_uv(python, environ):
        yield "uv", path
    yield "lbuild's own", Path(running)


def _of_pyenv(python: str, environ: Mapping[str, str]) -> Iterator[Path]:
    """Newest patch version first."""
    root = environ.get("PYENV_ROOT") or _said(["pyenv", "root"], environ)
    if not root and environ.get("HOME"):
        root = os.path.join(environ["HOME"], ".pyenv")
    if not root:
        return
    found = []
    for path in Path(root, "versions").glob(f"{python}*/bin/python{python}"):
        if release := re.fullmatch(rf"{re.escape(python)}\.(\d+)", path.parts[-3]):
            found.append((int(release[1]), path))
    for _, path in sorted(found, reverse=True):
        yield path


def _of_uv(python: str, environ: Mapping[str, str]) -> Iterator[Path]:
    words = ["uv", "python", "find", "--no-project", "--offline", python]
    if found := _said(words, {**environ, "UV_PYTHON_DOWNLOADS": "never"}):
        yield Path(found)


def _said(command: list[str], environ: Mapping[str, str]) -> str:
    """What a program prints; nothing when it is not there or fails."""
    program = shutil.which(command[0], path=environ.get("PATH", os.defpath))
    if program is None:
        return ""
    try:
        done = subprocess.run(
            [program, *command[1:]],
            env=environ, capture_output=True, check=False, encoding="utf-8", errors="replace",
            stdin=subprocess.DEVNULL, timeout=_PATIENCE,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _asked(path: Path, python: str, environ: Mapping[str, str]) -> tuple[Interpreter | None, str]:
    """What a candidate says it is, or None and why it does not fit."""
    return understood(_said([os.fspath(path), *ASK, QUESTION], environ), path, python)


def understood(said: str | bytes, path: Path, python: str) -> tuple[Interpreter | None, str]:
    """What the answer of the candidate at `path` says, or None and why it is no CPython `python`."""
    try:
        answer = json.loads(said)
    except ValueError:
        return None, "it does not run"
    if answer["name"] != "cpython" or not answer["version"].startswith(f"{python}."):
        return None, f"it is {answer['name']} {answer['version']}"
    libc = re.fullmatch(r"glibc (\d+)\.(\d+).*", answer["libc"] or "")
    if libc is None or answer["bits"] != 64:
        return None, "it is no 64-bit Python for glibc"
    return Interpreter(
        path=Path(answer["path"] or path),
        version=answer["version"],
        lib=answer["lib"],
        machine=answer["machine"],
        glibc=(int(libc[1]), int(libc[2])),
    ), ""
