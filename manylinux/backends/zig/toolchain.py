"""Which zig builds: the pinned version, and the wheel that holds it for a machine."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedWheel:
    """A file of the index, and what it must be."""

    filename: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """The compiler."""

    project: str
    version: str
    recipe: int
    """Of everything here that decides over bytes: wrapper, flags, sysconfigdata."""
    wheels: Mapping[str, PinnedWheel]
    """By the machine zig runs on."""

    @property
    def digest(self) -> str:
        """What of it a wheel depends on; the same on every machine zig runs on."""
        return f"zig {self.version} recipe {self.recipe}"


@cache
def pinned() -> Toolchain:
    """The toolchain of this lbuild."""
    table = tomllib.loads(Path(__file__).with_name("toolchain.toml").read_text(encoding="utf-8"))
    wheels = {
        machine: PinnedWheel(filename=row["filename"], sha256=row["sha256"])
        for machine, row in table["wheels"].items()
    }
    return Toolchain(
        project=table["project"], version=table["version"], recipe=table["recipe"], wheels=wheels
    )
