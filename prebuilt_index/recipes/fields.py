"""One table of a recipe, read key by key; every fault is noted, and the reading goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(slots=True, kw_only=True)
class Fields:
    """A table, where it is, and what was found wrong so far."""

    table: Mapping[str, Any]
    faults: list[str] = field(default_factory=list)
    place: str = ""
    """Such as `edits[1].`."""

    def only(self, known: Collection[str]) -> None:
        """Note keys that nobody reads, with the nearest that somebody does."""
        for key in sorted(set(self.table) - set(known)):
            close = get_close_matches(key, sorted(known), n=1)
            meant = f"; did you mean `{close[0]}`?" if close else f"; known: {', '.join(sorted(known))}"
            self.faults.append(f"there is no key `{self.place}{key}`{meant}")

    def wrong(self, key: str, what: str) -> None:
        self.faults.append(f"`{self.place}{key}` {what}")

    def text(self, key: str, *, needed: bool = False) -> str:
        """A text that is not empty; empty where there is none, or something else."""
        value = self.table.get(key)
        if _is_text(value) and value.strip():
            return value
        if value is not None:
            self.wrong(key, "is no text")
        elif needed:
            self.wrong(key, "is missing")
        return ""

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self.table.get(key, [])
        if isinstance(value, list) and all(_is_text(each) and each for each in value):
            return tuple(value)
        self.wrong(key, "is no list of texts")
        return ()

    def pairs(self, key: str) -> dict[str, str]:
        """A table of texts."""
        value = self.table.get(key, {})
        if isinstance(value, dict) and all(_is_text(each) for pair in value.items() for each in pair):
            return value
        self.wrong(key, "is no table of texts")
        return {}

    def tables(self, key: str) -> list[Fields]:
        """A list of tables; their faults are noted here."""
        value = self.table.get(key, [])
        if isinstance(value, list) and all(isinstance(each, dict) for each in value):
            return [
                Fields(table=each, faults=self.faults, place=f"{self.place}{key}[{position}].")
                for position, each in enumerate(value)
            ]
        self.wrong(key, "is no list of tables")
        return []

    def inner(self, key: str, *, needed: bool = False) -> Fields:
        """A table; its faults are noted here."""
        value = self.table.get(key)
        if not isinstance(value, dict):
            if value is not None:
                self.wrong(key, "is no table")
            elif needed:
                self.wrong(key, "is missing")
            value = {}
        return Fields(table=value, faults=self.faults, place=f"{self.place}{key}.")


def _is_text(value: object) -> TypeGuard[str]:
    """No program is given a text with a NUL: it would end there."""
    return isinstance(value, str) and "\0" not in value
