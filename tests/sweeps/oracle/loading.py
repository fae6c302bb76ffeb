"""The load test: every compiled file of a bundle loaded where only the runtime's listed libraries exist."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from manylinux.policy.policy import Policy
from sweeps.oracle.root import LOADER_PROGRAM, NoOracleError, Root

_SECONDS = 60
"""For one file, with the import of what helps it."""
_ALL_SECONDS = 1800
_NAMESPACES = ("--mount", "--net", "--ipc", "--pid", "--fork", "--kill-child")
_MOUNTS = """
set -e
root=$1 task=$2; shift 2
mount --bind "$task" "$root/var/task"
mount -o remount,bind,ro "$root/var/task"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev/shm"
for device in null zero random urandom; do mount --bind "/dev/$device" "$root/dev/$device"; done
exec "$@"
"""
_ENTER = """
import json, os, sys
root, folder, environ, *command = sys.argv[1:]
os.chroot(root)
os.chdir(folder)
os.execve(command[0], command, json.loads(environ))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """What became of one file."""

    path: str
    """In the bundle."""
    said: str | None = None
    """What the loader says; None when it loads."""
    helped: str | None = None
    """The module after whose import it loads."""
    asked: tuple[str, ...] = ()
    """What the loader says of files that need it, where it does not load by itself."""
    ended: str | None = None
    """How its process ended, where it did not come back: the loader had taken it, its own code failed."""

    @property
    def refused(self) -> bool:
        return self.said is not None


def load_all(root: Root, bundle: Path, files: Mapping[str, Sequence[str]]) -> tuple[Loading, ...]:
    """Each of `files` of the bundle, with the modules that may load what it needs, loaded by itself.

    Raises NoOracleError where this machine grants no file system of one's own.
    """
    wish = {"seconds": _SECONDS, "files": {_inside(path): list(names) for path, names in files.items()}}
    process = _run(root, bundle, ["-S", "-B", f"/oracle/{LOADER_PROGRAM.name}"], json.dumps(wish))
    rows = [json.loads(line) for line in process.stdout.splitlines()]
    if process.returncode or len(rows) != len(files):
        raise RuntimeError(f"the load test ended with {process.returncode}: {process.stderr[-2000:]}")
    return tuple(
        Loading(
            path=row["path"].removeprefix(f"{root.policy.working_directory}/"),
            said=row.get("said"),
            helped=row.get("helped"),
            asked=tuple(row["asked"]),
            ended=row.get("ended"),
        )
        for row in rows
    )


def check(root: Root, folder: Path) -> None:
    """The interpreter runs in its file system; raises NoOracleError with what it said instead."""
    code = "import ctypes, ssl, sqlite3, lzma, bz2, hashlib, zlib, multiprocessing, socket"
    process = _run(root, folder, ["-S", "-B", "-c", code], "")
    if process.returncode:
        raise NoOracleError(f"no interpreter runs in a file system of its own here: {process.stderr[-600:]}")


def _run(root: Root, bundle: Path, words: Iterable[str], text: str) -> "subprocess.CompletedProcess[str]":
    if shutil.which("unshare") is None:
        raise NoOracleError("there is no `unshare`")
    mine = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    inner = [sys.executable, "-I", "-S", "-c", _ENTER, root.path, root.policy.working_directory]
    program = f"/var/lang/bin/python3.{root.policy.minor}"
    command = [
        "unshare", *mine, *_NAMESPACES, "sh", "-c", _MOUNTS, "sh", root.path, bundle.absolute(),
        *inner, json.dumps(_environment(root.policy)), program, *words,
    ]  # fmt: skip
    return subprocess.run(
        list(map(str, command)), input=text, capture_output=True, text=True, check=False, timeout=_ALL_SECONDS
    )


def _environment(policy: Policy) -> dict[str, str]:
    return {
        "LD_LIBRARY_PATH": ":".join(policy.library_path),
        "PATH": "/var/lang/bin",
        "LANG": "en_US.UTF-8",
        "HOME": "/tmp",
        "LAMBDA_TASK_ROOT": policy.working_directory,
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _inside(path: str) -> str:
    return f"/var/task/{path}"
