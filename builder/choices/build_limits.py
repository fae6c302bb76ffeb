"""`limits` of a row of `[tool.lbuild.build]`: what a build may use of the machine."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from builder.choices.size_limit import size_of
from builder.errors import ConfigurationError
from builder.project.tables import unknown
from manylinux.backends.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEYS = tuple(field.name for field in fields(Limits))
_SIZES = ("memory", "written", "wheel")
"""In bytes, or written as sizes are; the others are numbers."""


def build_limits(place: str, row: object, general: Limits) -> Limits:
    """`general` with what the row says instead. Raises ConfigurationError."""
    if not isinstance(row, dict):
        raise ConfigurationError(
            f"{place}: `limits` is no table", hint='Write `limits = {memory = "8GB", seconds = 7200}`'
        )
    return replace(general, **{key: _value(place, key, row) for key in row})


def _value(place: str, key: str, row: Mapping[str, object]) -> int:
    if key not in _KEYS:
        raise unknown(f"{place}: there is no limit `{key}`", key, _KEYS)
    value = row[key]
    if key in _SIZES and isinstance(value, str):
        value = size_of(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        what = "size" if key in _SIZES else "number"
        raise ConfigurationError(f"{place}: `{key} = {row[key]!r}` is no {what} above 0")
    return value
