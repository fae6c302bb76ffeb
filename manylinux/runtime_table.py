"""Reading `runtimes.toml`, strictly: what nobody expects is a ValueError that says where."""

import tomllib
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from manylinux.architecture import Architecture
from manylinux.runtime import Limits, OperatingSystem, Runtime
from manylinux.toml_row import Row


def parse_table(text: str) -> tuple[Runtime, ...]:
    """The runtimes of a table, oldest Python first."""
    table = Row("table", tomllib.loads(text))
    limits = _limits(Row("limits", table.take("limits", dict)))
    systems = {id_: _system(id_, Row(f"os.{id_}", row)) for id_, row in table.take("os", dict).items()}
    sdks = {id_: _sdk(Row(f"sdk.{id_}", row)) for id_, row in table.take("sdk", dict).items()}
    rows = table.take("runtime", list)
    table.end()
    found = [
        _runtime(Row(f"runtime[{at}]", row), systems=systems, limits=limits, sdks=sdks)
        for at, row in enumerate(rows)
    ]
    if len({runtime.id for runtime in found}) != len(found):
        raise ValueError("runtime: an id stands twice")
    return tuple(sorted(found, key=lambda runtime: tuple(map(int, runtime.python.split(".")))))


def _limits(row: Row) -> Limits:
    limits = Limits(
        unzipped_bytes=row.take("unzipped_bytes", int),
        direct_upload_bytes=row.take("direct_upload_bytes", int),
        request_bytes=row.take("request_bytes", int),
        layers=row.take("layers", int),
    )
    row.end()
    return limits


def _system(id_: str, row: Row) -> OperatingSystem:
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
    row: Row, *, systems: dict[str, OperatingSystem], limits: Limits, sdks: dict[str, Mapping[str, str]]
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


def _sdk(row: Row) -> Mapping[str, str]:
    return MappingProxyType({name: row.take(name, str) for name in row})


def _release(row: Row, key: str, *, parts: int) -> tuple[int, ...]:
    text = row.take(key, str)
    numbers = tuple(int(part) for part in text.split(".") if part.isdecimal())
    if len(numbers) != parts or ".".join(map(str, numbers)) != text:
        raise ValueError(f"{row.place}: `{key}` is not {parts} numbers: {text!r}")
    return numbers
