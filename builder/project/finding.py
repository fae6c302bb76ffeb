"""Where a project is configured: `[tool.lbuild]` of pyproject.toml, or lbuild.toml, which needs no prefix."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError
from builder.project.reading import KEYS, read_project

if TYPE_CHECKING:
    from pathlib import Path

    from builder.project.values import Project

PYPROJECT = "pyproject.toml"
OWN = "lbuild.toml"


def find_project(folder: Path) -> Project:
    """The project in `folder`. Raises ConfigurationError when there is none, or two."""
    own = folder / OWN
    shared = _table(folder / PYPROJECT, ("tool", "lbuild"))
    described = is_described(folder)
    if own.is_file():
        if described:
            raise ConfigurationError(
                f"Both `{OWN}` and `{PYPROJECT}` describe functions", hint="Keep one of them"
            )
        return read_project(_table(own, ()), "", OWN)
    if not described:
        raise ConfigurationError(
            "No project of functions is described here",
            evidence=[f"neither `{OWN}` nor `[tool.lbuild.functions]` in `{PYPROJECT}`"],
            hint="Begin with `lbuild init`",
        )
    return read_project(shared, "tool.lbuild", PYPROJECT)


def is_described(folder: Path) -> bool:
    """Whether pyproject.toml describes a project of functions. Raises ConfigurationError."""
    return any(key in _table(folder / PYPROJECT, ("tool", "lbuild")) for key in KEYS)


def _table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """The table below `keys`; empty where there is none, or no file."""
    if not path.is_file():
        return {}
    try:
        table: Any = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        raise ConfigurationError(
            f"`{path.name}` cannot be read",
            evidence=["its tables are nested too deep" if nested else str(error)],
        ) from error
    for key in keys:
        table = table.get(key, {}) if isinstance(table, Mapping) else {}
    return table if isinstance(table, Mapping) else {}
