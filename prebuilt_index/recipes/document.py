"""What recipes of projects and of libraries have in common: TOML of one schema, names, a digest."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from prebuilt_index.errors import InvalidRecipeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prebuilt_index.recipes.fields import Fields

SCHEMA = 1
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]*")
"""Of a library, a file or a program."""


def document(text: str, file: str) -> dict[str, Any]:
    """The tables of a recipe. Raises InvalidRecipeError."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        nested = isinstance(error, RecursionError)
        told = "its tables are nested too deep" if nested else str(error)
        raise InvalidRecipeError(f"The recipe `{file}` is no TOML", evidence=[told]) from error


def raise_faults(fields: Fields, file: str) -> None:
    """Raises InvalidRecipeError where something is wrong."""
    if fields.faults:
        raise InvalidRecipeError(
            f"The recipe `{file}` cannot be used",
            evidence=fields.faults,
            hint="docs/recipes.md tells what may stand in one",
        )


def check_schema(fields: Fields) -> None:
    """Note a schema that this lbuild does not read."""
    schema = fields.table.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        fields.wrong(
            "schema", f"is {schema!r}, and this lbuild reads {SCHEMA}" if schema else f"is missing: {SCHEMA}"
        )


def named(fields: Fields, key: str) -> str:
    """A plain name; else that is noted."""
    name = fields.text(key, needed=True)
    if name and not NAME.fullmatch(name):
        fields.wrong(key, f"is `{name}`, which is no plain name")
    return name


def digest_of(table: Mapping[str, Any], *more: str) -> str:
    """Of what a recipe says, however it is written down."""
    content = json.dumps([table, *more], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()
