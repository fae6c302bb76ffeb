"""Where a project is configured: `[tool.lbuild]` of pyproject.toml, or lbuild.toml, which needs no prefix."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError, InputNotFoundError
from builder.project.reading import KEYS, read_project
from builder.project.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builder.project.values import Project

PYPROJECT = "pyproject.toml"
OWN = "lbuild.toml"


def find_project(folder: Path) -> Project:
    """The project in `folder`. Raises ConfigurationError when there is none, or two."""
    own = folder / OWN
    shared = _table(folder / PYPROJECT, ("tool", "lbuild"))
    described = is_described(folder)
    if os.path.isfile(own):
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


def given_project(path: Path, stdin: Callable[[], bytes]) -> Project:
    """The project of a file: the tables of lbuild.toml, in JSON, or in TOML where its name ends with `.toml`.

    `-` is JSON on standard input. What is not about functions is configured in the current folder as ever.
    Raises InputNotFoundError and ConfigurationError.
    """
    source = "standard input" if path.name == "-" else str(path)
    if path.name != "-" and not os.path.isfile(path):
        raise InputNotFoundError(f"`{path}` does not exist", hint="`--project` names a file, or `-`")
    try:
        content = (stdin() if path.name == "-" else path.read_bytes()).decode("utf-8-sig")
        document: Any = tomllib.loads(content) if path.suffix == ".toml" else json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"The project in `{source}` cannot be read",
            evidence=["its tables are nested too deep" if isinstance(error, RecursionError) else str(error)],
            hint="It is JSON, or TOML in a file whose name ends with `.toml`",
        ) from error
    if not isinstance(document, Mapping):
        raise ConfigurationError(
            f"The project in `{source}` is no table", hint="It has the tables of lbuild.toml"
        )
    Table(place=source, keys=document).check_keys(KEYS)
    return read_project(document, "", source)


def is_described(folder: Path) -> bool:
    """Whether pyproject.toml describes a project of functions. Raises ConfigurationError."""
    return any(key in _table(folder / PYPROJECT, ("tool", "lbuild")) for key in KEYS)


def _table(path: Path, keys: tuple[str, ...]) -> Mapping[str, Any]:
    """The table below `keys`; empty where there is none, or no file."""
    if not os.path.isfile(path):
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
