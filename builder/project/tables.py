"""Tables of a configuration, read so that whatever is not understood is told: where, and what was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from builder.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table, and where it is."""

    place: str
    """For people, such as `tool.lbuild.functions.api in pyproject.toml`."""
    keys: Mapping[str, Any]

    def check_keys(self, known: Collection[str]) -> None:
        """Raises ConfigurationError for a key that nobody reads, with the nearest that somebody does."""
        for key in sorted(self.keys):
            if key not in known:
                raise unknown(f"`{self.place}` has no key `{key}`", key, sorted(known))

    def inner(self, key: str) -> Table:
        """The table of this key; empty where there is none."""
        value = self.keys.get(key, {})
        head, separator, file = self.place.partition(" in ")
        inner = Table(place=f"{head}.{key}{separator}{file}" if head else key, keys=value)
        if not isinstance(value, Mapping):
            raise self._wrong(key, "a table")
        return inner

    def text(self, key: str) -> str | None:
        return self._typed(key, str, "a string")

    def flag(self, key: str) -> bool | None:
        return self._typed(key, bool, "true or false")

    def count(self, key: str) -> int | None:
        value = self.keys.get(key)
        if value is None or (type(value) is int and value >= 0):
            return value
        raise self._wrong(key, "a number that is not negative")

    def words(self, key: str) -> tuple[str, ...] | None:
        """A list of strings; a string alone is a list of one."""
        value = self.keys.get(key)
        if isinstance(value, str):
            value = [value]
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, "a string or a list of strings")
        return tuple(value)

    def choice(self, key: str, parse: Callable[[str], Value], known: Collection[str]) -> Value | None:
        """One of a few words."""
        value = self.text(key)
        if value is None:
            return None
        try:
            return parse(value)
        except ValueError as error:
            summary = f"`{key}` of `{self.place}` is `{value}`, which is none of its values"
            raise unknown(summary, value, known) from error

    def _typed(self, key: str, kind: type[Value], what: str) -> Value | None:
        value = self.keys.get(key)
        if value is None or isinstance(value, kind):
            return value
        raise self._wrong(key, what)

    def _wrong(self, key: str, what: str) -> ConfigurationError:
        return ConfigurationError(f"`{key}` of `{self.place}` is not {what}")


def unknown(summary: str, name: object, known: Collection[str]) -> ConfigurationError:
    """The error of a name that is none of `known`, with the nearest one."""
    return ConfigurationError(
        summary,
        evidence=[f"known: {', '.join(f'`{each}`' for each in known)}"],
        hint=nearest(str(name), known),
    )


def nearest(name: str, known: Collection[str]) -> str | None:
    """What was most likely meant."""
    from difflib import get_close_matches

    close = get_close_matches(name, sorted(known), n=1)
    return f"Did you mean `{close[0]}`?" if close else None
