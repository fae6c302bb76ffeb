"""Searches remembered, so that a warm build starts no process to learn what it knew.

Bucket and key: `Bucket.INTERPRETERS`; the minor version, the purpose, the question, lbuild's own Python, and
the variables that say where to look. A record holds what was found, or that nothing was, and the state of
every file and folder that decided over it; when one of them has changed, the search is made anew.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from builder.interpreter.values import Interpreter
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.interpreter.finding import Search, Unfit
    from prebuilt_index.store import Store

_DECIDING = ("PATH", "HOME", "PYENV_ROOT", "PYENV_VERSION", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME")
_FORM = 2
"""Of the records, and of the question that was asked."""


def find_remembered(
    python: str,
    environ: Mapping[str, str],
    unfit: Unfit,
    store: Store,
    running: str = sys.executable,
) -> Interpreter | None:
    """What `search` finds, from the store where nothing has changed since; `unfit` is known by its name."""
    key = _key(python, environ, f"{unfit.__module__}.{unfit.__name__}", running)
    record = store.get(Bucket.INTERPRETERS, key)
    if record is not None:
        known = json.loads(record)
        if all(_state(path) == state for path, state in known["watched"].items()):
            return _interpreter(known["found"])
    from builder.interpreter.finding import search  # subprocess takes 10 ms to import

    result = search(python, environ, unfit, running)
    store.put(Bucket.INTERPRETERS, key, _record(result))
    return result.found


def _key(python: str, environ: Mapping[str, str], purpose: str, running: str) -> str:
    return json.dumps([_FORM, python, purpose, running, [environ.get(name) for name in _DECIDING]])


def as_record(found: Interpreter) -> bytes:
    """A Python as the store keeps it."""
    return json.dumps(_values(found)).encode()


def from_record(record: bytes) -> Interpreter | None:
    """What `as_record` was given."""
    return _interpreter(json.loads(record))


def _record(result: Search) -> bytes:
    found = None if result.found is None else _values(result.found)
    watched = {os.fspath(path): _state(os.fspath(path)) for path in result.watched}
    return json.dumps({"found": found, "watched": watched}).encode()


def _values(found: Interpreter) -> dict[str, object]:
    return {**asdict(found), "path": found.path.as_posix()}


def _interpreter(found: dict[str, object] | None) -> Interpreter | None:
    if found is None:
        return None
    values: dict[str, object] = {**found, "path": Path(str(found["path"]))}
    if isinstance(glibc := values["glibc"], list):
        values["glibc"] = tuple(glibc)
    return Interpreter(**values)  # type: ignore[arg-type]  # as `asdict` gave them


def _state(path: str) -> list[int] | None:
    """What changes when a file is written or replaced, or a folder gets or loses one."""
    try:
        seen = os.stat(path)
    except OSError:
        return None
    return [seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino]
