"""The stacks of `stacks.toml`, and which of their failures are known, with the reason."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

DATA = Path(__file__).with_name("stacks.toml")
RUNTIMES = ("python3.9", "python3.11", "python3.12", "python3.13")
ARCHITECTURES = ("x86_64", "arm64")
ANY_SIZE = {"options": ["--no-limit"]}
"""A project that is too large for a zip still shows whether it is bundled well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Requirements that are bundled together."""

    name: str
    requirements: tuple[str, ...]
    options: tuple[str, ...] = ()
    """More options of the command."""
    imports: tuple[str, ...] | None = None
    """None: the outermost modules of the projects that the requirements name."""
    root: str = "."
    """The bundle's folder that is on the function's path; `{runtime}` stands for its name."""
    quick: bool = False

    def projects(self) -> list[str]:
        """Names in the requirements; what is no requirement (a path, an option) names nothing here."""
        return [name for text in self.requirements for name in _names(text)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A failure that is no fault of lbuild."""

    stack: str
    target: str
    """A pattern such as `python3.9/*`."""
    outcome: str
    """Part of what is told of the failure."""
    reason: str

    def covers(self, stack: str, target: str, outcome: str) -> bool:
        return self.stack == stack and fnmatchcase(target, self.target) and self.outcome in outcome


def read_stacks() -> tuple[tuple[Stack, ...], tuple[Known, ...]]:
    """All stacks, in the order of the file, and all known failures."""
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    written = (_stack(row) for row in data["stack"])
    alone = (
        _stack(
            {"name": name, "quick": name in data["quick"], "imports": data["imports"].get(name)} | ANY_SIZE
        )
        for name in data["alone"]
    )
    known = (Known(**{"target": "*", **row}) for row in data["known"])
    return (*written, *alone), tuple(known)


def read_alone() -> tuple[str, ...]:
    """Names of the projects that are stacks of their own, in the order of the file."""
    return tuple(tomllib.loads(DATA.read_text(encoding="utf-8"))["alone"])


def _stack(row: Mapping[str, Any]) -> Stack:
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
    given: dict[str, Any] = {"requirements": (row["name"],), **values}
    return Stack(**given)


def _names(text: str) -> list[str]:
    try:
        return [Requirement(text).name]
    except InvalidRequirement:
        return []
