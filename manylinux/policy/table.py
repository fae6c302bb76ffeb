"""Reading `systems.toml`, strictly: what nobody expects is a ValueError that says where."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from manylinux.architecture import Architecture
from manylinux.toml_row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """What every function's process has."""

    library_path: tuple[str, ...]
    working_directory: str
    system_folders: tuple[str, ...]
    system_lib: str
    python_folder: str
    loaded: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What an architecture has under every system."""

    interpreter: str
    triplet: str
    isa_level: int
    page_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """What an operating system brings."""

    newest: Mapping[str, str] = field(hash=False)
    today: Mapping[str, str] = field(hash=False)
    contract: frozenset[str]
    present: frozenset[str]
    only: Mapping[Architecture, frozenset[str]] = field(hash=False)
    """What of the contract one architecture alone has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Systems:
    """The whole table."""

    process: Process
    machines: Mapping[Architecture, Processor] = field(hash=False)
    systems: Mapping[str, System] = field(hash=False)


def parse_systems(text: str) -> Systems:
    """The table as values."""
    table = Row("table", tomllib.loads(text))
    process = _process(Row("process", table.take("process", dict)))
    machines = Row("machine", table.take("machine", dict))
    rows = table.take("os", dict)
    table.end()
    found = Systems(
        process=process,
        machines=MappingProxyType(
            {each: _processor(Row(f"machine.{each}", machines.take(each, dict))) for each in Architecture}
        ),
        systems=MappingProxyType({id_: _system(Row(f"os.{id_}", row)) for id_, row in rows.items()}),
    )
    machines.end()
    return found


def _process(row: Row) -> Process:
    process = Process(
        library_path=_strings(row, "library_path"),
        working_directory=row.take("working_directory", str),
        system_folders=_strings(row, "system_folders"),
        system_lib=row.take("system_lib", str),
        python_folder=row.take("python_folder", str),
        loaded=frozenset(_strings(row, "loaded")),
    )
    row.end()
    return process


def _processor(row: Row) -> Processor:
    processor = Processor(
        interpreter=row.take("interpreter", str),
        triplet=row.take("triplet", str),
        isa_level=row.take("isa_level", int),
        page_size=row.take("page_size", int),
    )
    row.end()
    return processor


def _system(row: Row) -> System:
    only = Row(f"{row.place}.only", row.take("only", dict))
    system = System(
        newest=_versions(Row(f"{row.place}.newest", row.take("newest", dict))),
        today=_versions(Row(f"{row.place}.today", row.take("today", dict))),
        contract=frozenset(_strings(row, "contract")),
        present=frozenset(_strings(row, "present")),
        only=MappingProxyType({each: frozenset(_strings(only, each)) for each in Architecture}),
    )
    only.end()
    row.end()
    both = system.contract & system.present
    if both:
        raise ValueError(f"{row.place}: `{min(both)}` is in contract and in present")
    return system


def _versions(row: Row) -> Mapping[str, str]:
    versions = {family: row.take(family, str) for family in row}
    for family, version in versions.items():
        if not all(part.isdecimal() for part in version.split(".")):
            raise ValueError(f"{row.place}: `{family}` is no version: {version!r}")
    return MappingProxyType(versions)


def _strings(row: Row, key: str) -> tuple[str, ...]:
    values = row.take(key, list)
    for value in values:
        if not isinstance(value, str):
            raise ValueError(f"{row.place}: `{key}` holds what is no str: {value!r}")
    if len(set(values)) != len(values):
        raise ValueError(f"{row.place}: `{key}` holds something twice")
    return tuple(values)
