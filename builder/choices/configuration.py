"""`[tool.lbuild]` in the current folder's pyproject.toml, or lbuild.toml: what holds for every run there.

[tool.lbuild]
index-pins = {torch = "https://wheels.example/simple"}
prebuilt-index = "https://wheels.example/lambda/simple"    # or a folder, or a list of them

[tool.lbuild.build]      # how to compile, as `--build` has it
":all:" = "zig"
psycopg2 = "docker"

The tables are read by `build_table` and `slim_table`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError
from builder.slim.profile import SlimProfile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from builder.choices.build_table import BuildTable

PROJECT_KEYS = ("defaults", "functions", "layers", "groups")
"""Read by `builder.project`, for the commands that build a project of functions."""
KEYS = ("build", "index-pins", "prebuilt-index", "slim", *PROJECT_KEYS)
OWN = "lbuild.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What `[tool.lbuild]` says."""

    index_pins: Mapping[str, str] = field(default_factory=dict)
    """Project, as written, to the only index it may come from."""
    prebuilt_indexes: tuple[str, ...] = ()
    """URLs, or folders relative to the one of the file, in order of precedence."""
    slim: SlimProfile = field(default_factory=SlimProfile)
    build: BuildTable | None = None
    """How projects are to be compiled; None where nothing is said of it."""
    source: str = field(default="", compare=False)
    """Name of the file that was read; empty where there is none."""


def read_configuration(folder: Path) -> Configuration:
    """What is configured for runs in `folder`. Raises ConfigurationError."""
    document, own = _read(folder / "pyproject.toml") or {}, _read(folder / OWN)
    if own is None:
        return configuration_of(document, folder)
    if configuration_of(document, folder) != Configuration():
        raise ConfigurationError(
            f"Both `{OWN}` and `[tool.lbuild]` in `pyproject.toml` configure lbuild", hint="Keep one of them"
        )
    return configuration_of({"tool": {"lbuild": own}}, folder, OWN)


def _read(path: Path) -> Mapping[str, Any] | None:
    if not os.path.isfile(path):
        return None
    import tomllib  # 14 ms, for those who have a pyproject.toml

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        raise ConfigurationError(
            f"`{path.name}` cannot be read",
            evidence=["its tables are nested too deep" if nested else str(error)],
            hint="Mend it; lbuild looks there for `[tool.lbuild]`",
        ) from error


def configuration_of(
    document: Mapping[str, Any], folder: Path, source: str = "pyproject.toml"
) -> Configuration:
    """What the pyproject.toml of a folder says to lbuild. Raises ConfigurationError."""
    tools = document.get("tool", {})
    table = tools.get("lbuild", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise ConfigurationError(f"`tool.lbuild` in {source} is not a table")
    for key in sorted(set(table) - set(KEYS)):
        from builder.project.tables import unknown

        raise unknown(f"`[tool.lbuild]` in {source} has no key `{key}`", key, KEYS)
    pins = table.get("index-pins", {})
    if not isinstance(pins, dict) or not all(isinstance(url, str) for url in pins.values()):
        raise ConfigurationError(
            f"`tool.lbuild.index-pins` in {source} is not a table of URLs",
            hint='Write `index-pins = {PROJECT = "URL"}`',
        )
    prebuilt = table.get("prebuilt-index", [])
    prebuilt = [prebuilt] if isinstance(prebuilt, str) else prebuilt
    if not isinstance(prebuilt, list) or not all(isinstance(each, str) and each for each in prebuilt):
        raise ConfigurationError(
            f"`tool.lbuild.prebuilt-index` in {source} names no index",
            hint='Write `prebuilt-index = "URL or folder"`, or a list of them',
        )
    found = Configuration(index_pins=pins, prebuilt_indexes=tuple(prebuilt), source=source)
    # What reads these takes time to load.
    if "build" in table:
        from builder.choices.build_table import BuildTable, build_table

        build = build_table(table["build"], folder, source)
        found = replace(found, build=None if build == BuildTable() else build)
    if "slim" in table:
        from builder.choices.slim_table import slim_table

        found = replace(found, slim=slim_table(table["slim"], source))
    return found
