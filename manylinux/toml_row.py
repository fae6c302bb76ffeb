"""Reading this project's own tables strictly: what nobody expects is a ValueError that says where."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Row:
    """One TOML table, whose keys are taken one by one; a key that nobody takes is an error."""

    def __init__(self, place: str, table: object) -> None:
        if not isinstance(table, dict):
            raise ValueError(f"{place}: not a table")
        self.place = place
        self._left: dict[str, Any] = dict(table)

    def take(self, key: str, kind: type[T]) -> T:
        if key not in self._left:
            raise ValueError(f"{self.place}: `{key}` is missing")
        value = self._left.pop(key)
        if type(value) is not kind:
            raise ValueError(f"{self.place}: `{key}` is no {kind.__name__}: {value!r}")
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._left))

    def __contains__(self, key: str) -> bool:
        return key in self._left

    def maybe(self, key: str, kind: type[T]) -> T | None:
        return self.take(key, kind) if key in self._left else None

    def one_of(self, key: str, choices: Mapping[str, T]) -> T:
        name = self.take(key, str)
        if name not in choices:
            raise ValueError(f"{self.place}: `{key}` is none of {', '.join(choices)}: {name!r}")
        return choices[name]

    def end(self) -> None:
        if self._left:
            raise ValueError(f"{self.place}: unknown key `{min(self._left)}`")
