"""Which interpreters have a symbol of CPython's stable ABI, from `stable_abi.txt`."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple


class Since(NamedTuple):
    """Minor versions of CPython 3."""

    stable: int
    """From here on the symbol is in the stable ABI."""
    exported: int
    """From here on the interpreter has it."""


@cache
def stable_abi() -> Mapping[str, Since]:
    """Every function and datum of the stable ABI on Linux."""
    return parse_symbols(Path(__file__).with_name("stable_abi.txt").read_text(encoding="ascii"))


def parse_symbols(text: str) -> Mapping[str, Since]:
    """The table's rows. Raises ValueError where a line is neither two minors nor, indented, symbols."""
    symbols: dict[str, Since] = {}
    since: Since | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            continue
        if not line.startswith(" "):
            since = _since(line, number)
        elif since is None:
            raise ValueError(f"line {number}: symbols before their versions")
        else:
            symbols.update(dict.fromkeys(line.split(), since))
    return MappingProxyType(symbols)


def _since(line: str, number: int) -> Since:
    parts = line.split()
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise ValueError(f"line {number}: not two minor versions: {line!r}")
    return Since(*map(int, parts))
