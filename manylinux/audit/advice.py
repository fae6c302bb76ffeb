"""What to do about a missing library, by package and soname, from `advice.toml`."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from manylinux.audit.module_name import package_of
from manylinux.toml_row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """A row of the table; patterns as of a shell."""

    package: str
    libraries: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceTable:
    """The whole of it."""

    advice: tuple[Advice, ...]
    optional: tuple[tuple[str, str], ...]
    """Patterns of paths of which a package does without, each with the reason."""


def advice_on(path: str, libraries: Iterable[str]) -> str | None:
    """What to do about `libraries`, which the file at `path` needs: the first row that fits one of them."""
    package, names = package_of(path), tuple(libraries)
    for row in _table().advice:
        wanted = (fnmatchcase(name, each) for each in row.libraries for name in names)
        if fnmatchcase(package, row.package) and any(wanted):
            return row.text
    return None


def does_without(path: str) -> str | None:
    """Why the file at `path` may fail to load; None when it may not."""
    for pattern, reason in _table().optional:
        if fnmatchcase(path, f"*/{pattern}"):
            return reason
    return None


@cache
def _table() -> AdviceTable:
    return parse_advice(Path(__file__).with_name("advice.toml").read_text(encoding="utf-8"))


def parse_advice(text: str) -> AdviceTable:
    """The table as values; what nobody expects is a ValueError that says where."""
    table = Row("table", tomllib.loads(text))
    advice = [_advice(Row(f"advice[{at}]", row)) for at, row in enumerate(table.take("advice", list))]
    optional = [_optional(Row(f"optional[{at}]", row)) for at, row in enumerate(table.take("optional", list))]
    table.end()
    return AdviceTable(advice=tuple(advice), optional=tuple(optional))


def _advice(row: Row) -> Advice:
    advice = Advice(
        package=row.maybe("package", str) or "*",
        libraries=tuple(map(str, row.maybe("libraries", list) or ["*"])),
        text=row.take("text", str),
    )
    row.end()
    return advice


def _optional(row: Row) -> tuple[str, str]:
    found = row.take("path", str), row.take("reason", str)
    row.end()
    return found
