"""Configurations of deployers, read: YAML with CloudFormation's tags, and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 4 * 1024 * 1024
"""Bytes; a template of CloudFormation has one at most."""


def read_document(path: Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file; `!Ref X` is `{"Ref": "X"}`. Raises ConfigurationError."""
    try:
        if path.stat().st_size > _LARGEST:
            raise ValueError("it is too large for a configuration")
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text) if path.suffix == ".json" else parse_yaml(text)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(
            f"`{path.name}` cannot be read",
            evidence=str(error).splitlines(),
            hint="Mend it, or begin elsewhere: write `lbuild.toml` by hand",
        ) from error
    if not isinstance(found, dict):
        raise ConfigurationError(
            f"`{path.name}` is not a mapping", hint="Mend it, or write `lbuild.toml` by hand"
        )
    return found


def parse_yaml(text: str) -> Any:
    """What YAML says; `!Ref X` is `{"Ref": "X"}`. Raises ValueError."""
    import yaml

    class Loader(yaml.SafeLoader):  # type: ignore[misc]  # it has no types
        """Plain values, and CloudFormation's short forms of its functions."""

    def expression(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
        if isinstance(node, yaml.ScalarNode):
            return {suffix: loader.construct_scalar(node)}
        if isinstance(node, yaml.SequenceNode):
            return {suffix: loader.construct_sequence(node, deep=True)}
        return {suffix: loader.construct_mapping(node, deep=True)}

    Loader.add_multi_constructor("!", expression)
    try:
        return yaml.load(text, Loader)  # of a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def inner(document: object, *keys: str) -> dict[str, Any]:
    """The mapping below these keys; empty where there is none."""
    for key in keys:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def text(value: object) -> str | None:
    """A string that is there; None for anything else, such as an expression."""
    return value if isinstance(value, str) else None
