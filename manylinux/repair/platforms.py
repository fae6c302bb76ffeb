"""The tightest manylinux platform that the symbol versions of compiled files allow.

Specs: manylinux (PEP 513, 571, 599, 600). PEP 600 names a platform by its glibc alone and promises the other
libraries of the systems of that time; what those are stands in `platforms.toml`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType

from manylinux.elf.facts import ElfFacts
from manylinux.policy.policy import Policy
from manylinux.policy.symbol_versions import numbers_of, order_of
from manylinux.tag_table import LEGACY_MANYLINUX, OLDEST_GLIBC
from manylinux.toml_row import Row

_FAMILIES = ("GLIBCXX", "CXXABI", "GCC", "ZLIB")
_BEYOND = (2, 99)
"""For what no row has: no runtime loads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the systems of one glibc are sure to have."""

    glibc: tuple[int, int]
    newest: Mapping[str, str] = field(hash=False)
    """Family of symbol versions to the newest."""


def needed_glibc(files: Iterable[ElfFacts], policy: Policy) -> tuple[int, int]:
    """The glibc of the oldest platform that has all that `files` want of the system's libraries."""
    found = OLDEST_GLIBC[policy.machine]
    for facts in files:
        for library, versions in facts.version_needs.items():
            if library in policy.contract:
                found = max(found, *map(_glibc_of, versions), found)
    return found


def platform_tags(glibc: tuple[int, int], machine: str) -> str:
    """The platform part of a tag set, with the older name that some have: some installers know that alone."""
    legacy = [name for name, means in LEGACY_MANYLINUX.items() if means == glibc]
    return ".".join(
        sorted((f"manylinux_{glibc[0]}_{glibc[1]}_{machine}", *(f"{old}_{machine}" for old in legacy)))
    )


def _glibc_of(version: str) -> tuple[int, int]:
    """The oldest glibc whose systems have a symbol version."""
    family, order = version.partition("_")[0], order_of(version)
    if family == "GLIBC":
        return (order[0], order[1]) if len(order) > 1 else (_BEYOND if order > (2,) else (0, 0))
    if family not in _FAMILIES:
        return (0, 0)
    fitting = (row.glibc for row in platforms() if order <= numbers_of(row.newest[family]))
    return next(fitting, _BEYOND)


@cache
def platforms() -> tuple[Platform, ...]:
    """The rows of the table, oldest first."""
    return parse_platforms(Path(__file__).with_name("platforms.toml").read_text(encoding="utf-8"))


def parse_platforms(text: str) -> tuple[Platform, ...]:
    """The table as values; what nobody expects is a ValueError that says where."""
    table = Row("table", tomllib.loads(text))
    rows = table.take("platform", list)
    table.end()
    found = tuple(_platform(Row(f"platform[{at}]", row)) for at, row in enumerate(rows))
    if list(found) != sorted(found, key=lambda row: row.glibc) or len({row.glibc for row in found}) < len(
        found
    ):
        raise ValueError("platform: not sorted by glibc, or one stands twice")
    return found


def _platform(row: Row) -> Platform:
    glibc = numbers_of(row.take("glibc", str))
    newest = {family: row.take(family, str) for family in _FAMILIES}
    row.end()
    if len(glibc) != 2 or not all(map(numbers_of, newest.values())):
        raise ValueError(f"{row.place}: a version is no number")
    return Platform(glibc=(glibc[0], glibc[1]), newest=MappingProxyType(newest))
