"""`[tool.lbuild]` in the current folder's pyproject.toml: what holds for every run there.

[tool.lbuild]
index-pins = {torch = "https://wheels.example/simple"}
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEYS = ("index-pins",)


class ConfigurationError(UsageError):
    """`[tool.lbuild]` cannot be understood."""

    code = "configuration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What `[tool.lbuild]` says."""

    index_pins: Mapping[str, str] = field(default_factory=dict)
    """Project, as written, to the only index it may come from."""


def read_configuration(folder: Path) -> Configuration:
    """What is configured for runs in `folder`. Raises ConfigurationError."""
    path = folder / "pyproject.toml"
    if not path.is_file():
        return Configuration()
    import tomllib  # 14 ms, for those who have a pyproject.toml

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        raise ConfigurationError(
            "`pyproject.toml` cannot be read",
            evidence=["its tables are nested too deep" if nested else str(error)],
            hint="Mend it; lbuild looks there for `[tool.lbuild]`",
        ) from error
    return configuration_of(document)


def configuration_of(document: Mapping[str, Any]) -> Configuration:
    """What a pyproject.toml says to lbuild. Raises ConfigurationError for keys it does not know."""
    tools = document.get("tool", {})
    table = tools.get("lbuild", {}) if isinstance(tools, dict) else {}
    if not isinstance(table, dict):
        raise ConfigurationError("`tool.lbuild` in pyproject.toml is not a table")
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        from difflib import get_close_matches

        close = get_close_matches(unknown[0], KEYS, n=1)
        raise ConfigurationError(
            f"`[tool.lbuild]` in pyproject.toml has no key `{unknown[0]}`",
            evidence=[f"known: {', '.join(f'`{key}`' for key in KEYS)}"],
            hint=f"Did you mean `{close[0]}`?" if close else None,
        )
    pins = table.get("index-pins", {})
    if not isinstance(pins, dict) or not all(isinstance(url, str) for url in pins.values()):
        raise ConfigurationError(
            "`tool.lbuild.index-pins` in pyproject.toml is not a table of URLs",
            hint='Write `index-pins = {PROJECT = "URL"}`',
        )
    return Configuration(index_pins=pins)
