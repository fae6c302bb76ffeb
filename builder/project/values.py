"""A project of functions, as its configuration says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.bytecode.mode import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.model import Slimming
    from manylinux.target import Target

EVERYTHING = "shared"
"""The name of the one group of a project that names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for, in the words of the command line; paths are as seen from the project's folder."""

    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    dependency_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function."""

    name: str
    target: Target
    wanted: Wanted = Wanted()
    source: str | None = None
    """A folder, as seen from the project's."""
    handler: str | None = None
    slimming: Slimming | None = None
    """None: as the project's table of slimming says."""
    exclude: tuple[str, ...] = ()
    exclude_if_there: tuple[str, ...] = ()
    """What the defaults leave out, wherever it is needed."""
    exclude_runtime_packages: bool = False
    layers: tuple[str, ...] = ()
    """Named layers, in the order in which Lambda lays them over each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedLayer:
    """A layer with content of its own: what it asks for, with all that needs."""

    name: str
    wanted: Wanted
    exclude: tuple[str, ...] = ()
    """What of it is not in the layer, where it is needed at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Functions with the same versions of everything, which may share layers."""

    name: str
    functions: tuple[str, ...]
    """Sorted."""
    share_layers: bool = False
    """What they have in common goes into layers."""
    max_layers: int | None = None
    """As many layers, named ones counted, a function may have at most; None: as many as Lambda takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """All that is to be built."""

    source: str
    """The file that says it: `pyproject.toml` or `lbuild.toml`."""
    output: str
    """A folder, as seen from the project's."""
    functions: Mapping[str, Function]
    layers: Mapping[str, FixedLayer]
    groups: tuple[Group, ...]
    """Every function is in one; sorted by name."""
    locks: str | None = None
    """The folder of the lock files, as seen from the project's; None: none are kept."""
    bytecode: Mode = Mode.AUTO
    layer_path: str = "python"
    """`python`, or `site-packages` for the long form."""
