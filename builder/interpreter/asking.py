"""What a program says of itself when it is asked whether it is a Python."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from builder.interpreter.values import Interpreter

_PATIENCE = 20.0
"""Seconds for an answer."""
ASK = ("-I", "-S", "-c")
"""The words for a candidate before the question."""
QUESTION = """\
import importlib.util, json, os, sys, sysconfig
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION")
except (AttributeError, ValueError, OSError):
    libc = None
info = sys.version_info
level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info[3])
print(json.dumps({
    "path": sys.executable,
    "name": sys.implementation.name,
    "version": "%d.%d.%d" % info[:3] + ("%s%d" % (level, info[4]) if level else ""),
    "build": " ".join(sys.version.split()),
    "magic": int.from_bytes(importlib.util.MAGIC_NUMBER[:2], "little"),
    "cache_tag": sys.implementation.cache_tag,
    "lib": os.path.join(sys.base_prefix, "lib"),
    "machine": os.uname().machine if hasattr(os, "uname") else "",
    "bits": 64 if sys.maxsize > 2**32 else 32,
    "libc": libc,
    "is_final": not level,
    "has_gil": "t" not in getattr(sys, "abiflags", ""),
    "has_headers": os.path.isfile(os.path.join(sysconfig.get_path("include") or "", "Python.h")),
}))
"""


def asked(path: Path, python: str, environ: Mapping[str, str]) -> tuple[Interpreter | None, str]:
    """The CPython of minor version `python` at `path`, or None and why it is none."""
    return understood(said([os.fspath(path), *ASK, QUESTION], environ), path, python)


def understood(text: str | bytes, path: Path, python: str) -> tuple[Interpreter | None, str]:
    """What the answer of the candidate at `path` says, or None and why it is no CPython `python`."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None, "it does not run"
    if answer["name"] != "cpython" or not answer["version"].startswith(f"{python}."):
        return None, f"it is {answer['name']} {answer['version']}"
    libc = re.fullmatch(r"glibc (\d+)\.(\d+).*", answer.pop("libc") or "")
    del answer["name"]
    return Interpreter(
        **{**answer, "path": Path(answer["path"] or path)},
        glibc=None if libc is None else (int(libc[1]), int(libc[2])),
    ), ""


def said(command: list[str], environ: Mapping[str, str]) -> str:
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
