"""pip's configuration: which index is the default here, and how the network is reached.

All of it is taken from pip itself, so lbuild has no index of its own and a company's settings hold for both.
Asking takes a quarter of a second, so the answer is kept in the store, with the files it rests on:

    key     the interpreter, pip's own file, the PIP_ variables and those that say where configuration is
    record  the state of every configuration file that pip names, missing ones too; the answer

An answer that may hold credentials is never written down. Whoever has them in pip's configuration pays for
asking every time, and can put them into netrc or a keyring instead.
"""

import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from prebuilt_index.errors import PipConfigurationError
from prebuilt_index.pip_answers import (
    PipDefaults,
    defaults_of,
    options_of_variables,
    parse_builtin_index,
    parse_debug,
    without_logins,
)
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from prebuilt_index.store import Store

__all__ = ["PipDefaults", "read_pip_defaults"]

_PLACES = (
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "ALLUSERSPROFILE",
    "XDG_CONFIG_HOME",
    "XDG_CONFIG_DIRS",
)
"""Variables that say where pip looks for its files."""
_UNSETTLED = 2.0
"""Seconds for which a file's time does not tell whether it was written again."""
_PATIENCE = 60.0
"""Seconds for an answer of pip."""


def _wait() -> None:
    """Nothing else is to be done meanwhile."""


def read_pip_defaults(
    environ: Mapping[str, str], store: "Store | None", meanwhile: Callable[[], None] = _wait
) -> PipDefaults:
    """What pip would use, started by this interpreter with `environ`.

    A millisecond when `store` knows the answer; otherwise `meanwhile` is called while pip thinks. Raises
    PipConfigurationError with what pip said.
    """
    key = _key(environ)
    kept = store.get(Bucket.PIP, key) if store is not None else None
    if kept is not None and (known := _still_true(kept)) is not None:
        return known
    asked = time.time()
    files, defaults = _ask(environ, meanwhile)
    states = [_state(path) for path in files]
    if store is not None and not _may_hold_credentials(defaults) and _settled(states, asked):
        answer = {"files": list(zip(files, states, strict=True)), "defaults": asdict(defaults)}
        store.put(Bucket.PIP, key, json.dumps(answer).encode())
    return defaults


# -- the kept answer -------------------------------------------------------------------------------


def _key(environ: Mapping[str, str]) -> str:
    spec = find_spec("pip")
    pip = spec.origin if spec is not None and spec.origin is not None else ""
    said = sorted(
        (name, value) for name, value in environ.items() if name.startswith("PIP_") or name in _PLACES
    )
    form = [field.name for field in fields(PipDefaults)]
    return json.dumps([form, sys.executable, sys.prefix, pip, _state(pip), said])


def _still_true(record: bytes) -> PipDefaults | None:
    answer: dict[str, Any] = json.loads(record)
    if any(_state(path) != state for path, state in answer["files"]):
        return None
    return PipDefaults(**{name: _frozen(value) for name, value in answer["defaults"].items()})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _state(path: str) -> str:
    """What changes when the file at `path` does."""
    try:
        seen = os.stat(path)
    except (OSError, ValueError):
        return "none"
    if not stat.S_ISREG(seen.st_mode):
        return "special"  # the null device stands for "no file", and its times mean nothing
    return f"{seen.st_ino} {seen.st_size} {seen.st_mtime_ns} {seen.st_ctime_ns}"


def _settled(states: Iterable[str], asked: float) -> bool:
    """Whether no file was written so shortly before `asked`, or since, that another might not show."""
    times = [int(state.split()[2]) / 1e9 for state in states if " " in state]
    return not any(asked - _UNSETTLED < written <= time.time() for written in times)


def _may_hold_credentials(defaults: PipDefaults) -> bool:
    urls = [defaults.index_url, defaults.proxy or ""]
    urls += [*defaults.ignored_extra_index_urls, *defaults.ignored_find_links]
    return any("@" in url or "?" in url for url in urls)


# -- asking ----------------------------------------------------------------------------------------


def _ask(environ: Mapping[str, str], meanwhile: Callable[[], None]) -> tuple[tuple[str, ...], PipDefaults]:
    """The files pip names, and what they and the variables amount to."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        said = pool.submit(_pip, {**environ, "PIP_QUIET": "0", "PIP_VERBOSE": "0"})
        meanwhile()
        debug, _, help_text = said.result().partition(_BETWEEN)
    configured = parse_debug(debug)
    options = {**configured.options, **options_of_variables(environ)}
    builtin = "" if "index-url" in options else parse_builtin_index(help_text)
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return configured.files, defaults_of(options, builtin_index=builtin, home=home)


_BETWEEN = "\n-- help --\n"
_BOTH = f"""
import os, runpy, sys

def pip(*arguments):
    sys.argv = ["pip", *arguments]
    try:
        runpy.run_module("pip", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code

failed = pip("config", "debug")
if failed:
    sys.exit(failed)
print({_BETWEEN!r}, flush=True)
os.environ.update(PIP_CONFIG_FILE=os.devnull, COLUMNS="10000")
sys.exit(pip("--isolated", "list", "--help"))
"""
"""Both questions in one process: most of what each takes is loading pip.

The second one is asked isolated, without files, in one long line a paragraph: what is built in, whatever is
configured. Of the commands that tell it, `list` loads least.
"""


def _pip(environ: Mapping[str, str]) -> str:
    """What pip answers. It runs outside the current folder's reach, where a `pip.py` could lie."""
    import subprocess

    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _BOTH],
            env={**environ, "PYTHONIOENCODING": "utf-8:surrogateescape"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_PATIENCE,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        raise _failure(without_logins(error.stderr)[-8:]) from error
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise _failure([str(error)]) from error
    return done.stdout


def _failure(said: Sequence[str]) -> PipConfigurationError:
    missing = any("No module named pip" in line for line in said)
    return PipConfigurationError(
        "`pip config debug` failed",
        evidence=said,
        hint="Install pip beside lbuild with `python -m ensurepip`" if missing else None,
    )
