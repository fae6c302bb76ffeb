"""What zappa_settings say of a stage: in JSON, TOML or YAML, with the stages that a stage extends."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError, DeployerConfigurationError, UnknownResourceError
from builder.project.beginning.documents import inner, parse_yaml, read_document, text
from builder.project.tables import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAMES = ("zappa_settings.json", "zappa_settings.toml", "zappa_settings.yml", "zappa_settings.yaml")
"""In Zappa's order: the first that is there counts."""
CALLBACK = "lbuild_zappa.on_zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage, as far as it matters to lbuild."""

    name: str
    runtime: str | None
    """None: that of the Python that runs Zappa."""
    architecture: str | None
    slim_handler: bool
    callback: str | None
    """What Zappa calls when its archive is made."""


def read_stages(project: Path) -> tuple[Path, dict[str, Stage]]:
    """The file and its stages. Raises DeployerConfigurationError."""
    path = next((project / name for name in NAMES if os.path.isfile(project / name)), None)
    if path is None:
        raise DeployerConfigurationError(
            f"There are no settings of Zappa's in `{project}`",
            evidence=[f"looked for {', '.join(f'`{name}`' for name in NAMES)}"],
            hint="Run it in the project's folder",
        )
    document = _read(path)
    stages = {name: _stage(name, _whole(document, name, path)) for name in document if inner(document, name)}
    if not stages:
        raise DeployerConfigurationError(f"`{path.name}` has no stages")
    return path, stages


def stage_of(path: Path, stages: Mapping[str, Stage], name: str) -> Stage:
    """The stage called `name`. Raises UnknownResourceError."""
    if name not in stages:
        raise UnknownResourceError(
            f"`{path.name}` has no stage `{name}`",
            evidence=[f"its stages: {', '.join(f'`{each}`' for each in sorted(stages))}"],
            hint=nearest(name, stages),
        )
    return stages[name]


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.suffix == ".toml":
            return tomllib.loads(path.read_text(encoding="utf-8-sig"))
        if path.suffix == ".json":
            return _json(path)
        return read_document(path)
    except (ConfigurationError, OSError, ValueError, RecursionError) as error:
        said = error.evidence or [error.summary] if isinstance(error, ConfigurationError) else [str(error)]
        raise DeployerConfigurationError(f"`{path.name}` cannot be read", evidence=said) from error


def _json(path: Path) -> dict[str, Any]:
    """Zappa reads Hjson there, of which YAML has most: comments with `#`, a comma too many."""
    try:
        return read_document(path)
    except ConfigurationError:
        found = parse_yaml(path.read_text(encoding="utf-8-sig"))
        if not isinstance(found, dict):
            raise
        return found


def _whole(document: Mapping[str, Any], name: str, path: Path) -> dict[str, Any]:
    """A stage with what it has from the stages it extends."""
    chain: list[str] = []
    found: dict[str, Any] = {}
    following: str | None = name
    while following is not None:
        if following in chain or following not in document:
            what = "extends itself" if following in chain else f"extends `{following}`, which is not there"
            raise DeployerConfigurationError(f"The stage `{name}` of `{path.name}` {what}")
        chain.append(following)
        table = inner(document, following)
        found = {**table, **found}
        following = text(table.get("extends"))
    return found


def _stage(name: str, table: Mapping[str, Any]) -> Stage:
    return Stage(
        name=name,
        runtime=text(table.get("runtime")),
        architecture=text(table.get("architecture")),
        slim_handler=table.get("slim_handler") is True,
        callback=text(inner(table, "callbacks").get("zip")),
    )
