"""`limits` of a row of `[tool.lbuild.build]`: what a build may use of the machine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder.errors import ConfigurationError
from builder.project.tables import unknown
from manylinux.backends.limits import LIMITS, read_limit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from manylinux.backends.limits import Limits


def build_limits(place: str, row: object, general: Limits) -> Limits:
    """`general` with what the row says instead. Raises ConfigurationError."""
    if not isinstance(row, dict):
        raise ConfigurationError(
            f"{place}: `limits` is no table", hint='Write `limits = {memory = "8GB", seconds = 7200}`'
        )
    return replace(general, **{key: _value(place, key, row) for key in row})


def _value(place: str, key: str, row: Mapping[str, object]) -> int:
    if key not in LIMITS:
        raise unknown(f"{place}: there is no limit `{key}`", key, LIMITS)
    try:
        return read_limit(key, row[key])
    except ValueError as error:
        raise ConfigurationError(f"{place}: `{key} = {row[key]!r}` {error}") from error
