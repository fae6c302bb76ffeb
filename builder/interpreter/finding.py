"""A Python of a minor version on this machine, found as any tool would: each candidate is asked."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.interpreter.asking import asked, said
from builder.interpreter.values import Interpreter

Unfit = Callable[[Interpreter], str]
"""Why an interpreter does not serve its purpose; empty when it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a search came to."""

    found: Interpreter | None
    looked_at: tuple[str, ...]
    """What was passed over, and why, a line each."""
    watched: tuple[Path, ...]
    """As long as these files and folders are as they were, another search finds the same."""


def search(python: str, environ: Mapping[str, str], unfit: Unfit, running: str = sys.executable) -> Search:
    """The first fit CPython `python`, such as `3.12`, of: PATH, pyenv, uv, the one that runs this."""
    looked_at = [f"looked for `python{python}` on PATH, in pyenv's and in uv's folders"]
    watched: list[Path] = []
    for place, candidate in _candidates(python, environ, running, watched):
        found, why = asked(candidate, python, environ)
        if found is not None and not (why := unfit(found)):
            return Search(found=found, looked_at=(), watched=(*watched, found.path))
        looked_at.append(f"{place}: `{candidate}`: {why}")
    return Search(found=None, looked_at=tuple(looked_at), watched=tuple(watched))


def ways_to_get(python: str) -> str:
    """What to do when there is none."""
    return (
        f"Get one with `uv python install {python}`, with `pyenv install {python}`, or as the package "
        f"`python{python}` of your distribution"
    )


def _candidates(
    python: str, environ: Mapping[str, str], running: str, watched: list[Path]
) -> Iterator[tuple[str, Path]]:
    """Where it may be; what decides over that goes to `watched`."""
    name = f"python{python}"
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        if folder:
            path = Path(folder, name)
            watched.append(path)
            if os.access(path, os.X_OK):
                yield "PATH", path
    for path in _of_pyenv(python, environ, watched):
        yield "pyenv", path
    for path in _of_uv(python, environ, watched):
        yield "uv", path
    watched.append(Path(running))
    yield "lbuild's own", Path(running)


def _of_pyenv(python: str, environ: Mapping[str, str], watched: list[Path]) -> Iterator[Path]:
    """Newest patch version first."""
    root = environ.get("PYENV_ROOT") or said(["pyenv", "root"], environ)
    if not root and environ.get("HOME"):
        root = os.path.join(environ["HOME"], ".pyenv")
    if not root:
        return
    versions = Path(root, "versions")
    watched.append(versions)
    found = []
    for path in versions.glob(f"{python}*/bin/python{python}"):
        if release := re.fullmatch(rf"{re.escape(python)}\.(\d+)", path.parts[-3]):
            found.append((int(release[1]), path))
    for _, path in sorted(found, reverse=True):
        yield path


def _of_uv(python: str, environ: Mapping[str, str], watched: list[Path]) -> Iterator[Path]:
    data = environ.get("XDG_DATA_HOME") or os.path.join(environ.get("HOME", ""), ".local", "share")
    watched.append(Path(environ.get("UV_PYTHON_INSTALL_DIR") or os.path.join(data, "uv", "python")))
    words = ["uv", "python", "find", "--no-project", "--offline", python]
    if found := said(words, {**environ, "UV_PYTHON_DOWNLOADS": "never"}):
        yield Path(found)
