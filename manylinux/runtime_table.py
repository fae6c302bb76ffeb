"""Reading `runtimes.toml`, strictly: what nobody expects is a ValueError that says where."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar

from manylinux.architecture import Architecture
from manylinux.runtime import Limits, OperatingSystem, Runtime

T = TypeVar("T")


def parse_table(text: str) -> tuple[Runtime, ...]:
    """The runtimes of a table, oldest Python first."""
    table = _Row("table", tomllib.loads(text))
    limits = _limits(_Row("limits", table.take("limits", dict)))
    systems = {id_: _system(id_, _Row(f"os.{id_}", row)) for id_, row in table.take("os", dict).items()}
    sdks = {id_: _sdk(_Row(f"sdk.{id_}", row)) for id_, row in table.take("sdk", dict).items()}
    rows = table.take("runtime", list)
    table.end()
    found = [
        _runtime(_Row(f"runtime[{at}]", row), systems=systems, limits=limits, sdks=sdks)
        for at, row in enumerate(rows)
    ]
    if len({runtime.id for runtime in found}) != len(found):
        raise ValueError("runtime: an id stands twice")
    return tuple(sorted(found, key=lambda runtime: tuple(map(int, runtime.python.split(".")))))


class _Row:
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


def _limits(row: _Row) -> Limits:
    limits = Limits(
        unzipped_bytes=row.take("unzipped_bytes", int),
        direct_upload_bytes=row.take("direct_upload_bytes", int),
        request_bytes=row.take("request_bytes", int),
        layers=row.take("layers", int),
    )
    row.end()
    return limits


def _system(id_: str, row: _Row) -> OperatingSystem:
    major, minor = _release(row, "glibc", parts=2)
    system = OperatingSystem(
        id=id_,
        name=row.take("name", str),
        glibc=(major, minor),
        kernel_release=row.take("kernel_release", str),
        kernel_version=row.take("kernel_version", str),
    )
    row.end()
    return system


def _runtime(
    row: _Row, *, systems: dict[str, OperatingSystem], limits: Limits, sdks: dict[str, Mapping[str, str]]
) -> Runtime:
    major, minor, patch = _release(row, "python_release", parts=3)
    runtime = Runtime(
        id=row.take("id", str),
        python=f"{major}.{minor}",
        python_release=f"{major}.{minor}.{patch}",
        os=row.one_of("os", systems),
        architectures=tuple(Architecture(name) for name in row.take("architectures", list)),
        limits=limits,
        sdk_dir=row.take("sdk_dir", str),
        preinstalled=row.one_of("sdk", sdks) if "sdk" in row else MappingProxyType({}),
        preview=row.maybe("preview", bool) or False,
        deprecated=row.maybe("deprecated", date),
        block_create=row.maybe("block_create", date),
        block_update=row.maybe("block_update", date),
    )
    row.end()
    if runtime.id != f"python{runtime.python}":
        raise ValueError(f"{row.place}: `{runtime.id}` with Python {runtime.python}")
    return runtime


def _sdk(row: _Row) -> Mapping[str, str]:
    return MappingProxyType({name: row.take(name, str) for name in row})


def _release(row: _Row, key: str, *, parts: int) -> tuple[int, ...]:
    text = row.take(key, str)
    numbers = tuple(int(part) for part in text.split(".") if part.isdecimal())
    if len(numbers) != parts or ".".join(map(str, numbers)) != text:
        raise ValueError(f"{row.place}: `{key}` is not {parts} numbers: {text!r}")
    return numbers
