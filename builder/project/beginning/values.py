"""What was inferred of a folder."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from manylinux.runtimes import runtimes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROJECT = "pyproject.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A function, or a layer, as it may stand in a configuration."""

    name: str
    keys: Mapping[str, Any]
    """As in its table."""
    because: str
    """Where it was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """Everything that was inferred from one source."""

    functions: tuple[Guess, ...] = ()
    layers: tuple[Guess, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """What could not be inferred, and what to do about it."""


def name_of(text: str) -> str:
    """`text` as a name that Lambda takes."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:64] or "function"


def target_keys(where: str, runtime: object, arch: object) -> tuple[dict[str, str], list[str]]:
    """The keys of a target, and a note for each part of it that lbuild does not know."""
    keys: dict[str, str] = {}
    notes = []
    known = {each.id for each in runtimes()}
    if isinstance(runtime, str) and runtime in known:
        keys["runtime"] = runtime
    elif runtime is not None:
        notes.append(f"{where} has the runtime `{_shown(runtime)}`, which lbuild does not build for")
    if arch in ("x86_64", "arm64"):
        keys["arch"] = str(arch)
    elif arch is not None:
        notes.append(f"{where} has the architecture `{_shown(arch)}`, which is not known")
    return keys, notes


def _shown(value: object) -> str:
    return value if isinstance(value, str) else "an expression"


def requirements_in(folder: Path, root: Path) -> str | None:
    """What says the requirements of a folder, as seen from `root`: the first of the files that do."""
    for name in ("requirements.txt", PROJECT, "poetry.lock", "Pipfile.lock"):
        path = folder / name
        if os.path.isfile(path) and (name != PROJECT or _has_project(path)):
            return path.relative_to(root).as_posix()
    return None


def _has_project(path: Path) -> bool:
    import tomllib

    try:
        return "project" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
