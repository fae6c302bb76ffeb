"""Recipes as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.backends.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.specifiers import SpecifierSet
    from packaging.utils import BuildTag, NormalizedName
    from packaging.version import Version

    from manylinux.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to the project's sources: a text that must be there once becomes another."""

    file: str
    """Relative to the project's folder, parts joined with `/`."""
    find: str
    replace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the sources of a library are; whoever hands them out, they have this digest."""

    file: str
    """Name of the archive."""
    sha256: str
    debian: str | None = None
    """The Debian source package that has the file, for machines with apt."""
    urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A C library built from source for each target, to be linked into wheels statically."""

    name: str
    version: str
    licence: str
    source: Source
    commands: tuple[str, ...]
    """For `sh -e`, in order, in the unpacked sources. `{prefix}`, `{root}`, `{libraries}`, `{host}` and
    `{machine}` are filled in."""
    needs: tuple[str, ...] = ()
    """Libraries that are built before."""
    programs: tuple[str, ...] = ()
    """Of this machine, that the commands use."""
    digest: str = ""
    """sha256 of what the recipe says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How wheels of one project are made."""

    project: NormalizedName
    about: str
    """Why it takes a recipe, in a sentence."""
    newest: SpecifierSet | None
    """The newest version that this admits; None where `exactly` names versions."""
    exactly: tuple[Version, ...] = ()
    build: BuildTag = ()
    """Of its wheels' names: number and text; `()` for none. One with a tag goes before what others offer."""
    targets: tuple[Target, ...]
    backend: str
    """`zig`, `docker`, `local`, or `auto`."""
    image: str | None = None
    """Of containers; `{python}` and `{arch}` in it stand for the target's. None: the one that is known."""
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By package manager: what an image gets before a build."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the build; `{libraries}` is the folder with the built libraries."""
    settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """PEP 517 config settings."""
    edits: tuple[Edit, ...] = ()
    libraries: tuple[Library, ...] = ()
    """Built before, in this order: what a library needs comes before it."""
    programs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Stand-ins such as `pg_config`: by their arguments, what they print. `{libraries}` is filled in."""
    grafts: tuple[str, ...] = ()
    """Patterns of names of libraries that may be put into the wheel; any other that it would need is a
    fault."""
    limits: Limits = field(default_factory=Limits)
    """Of its builds; the farm's own hold for its smoke test."""
    licences: Mapping[str, str] = field(default_factory=dict)
    """What comes with the wheel beside the project itself, and under which licence (SPDX)."""
    smoke: str = ""
    """Python statements that must run to their end on the target."""
    smoke_requires: tuple[str, ...] = ()
    """Requirements (PEP 508) that are there for them, beside what the wheel requires itself."""
    digest: str = ""
    """sha256 of all that the recipe says and its libraries say."""
    file: str = ""
    """Where it was read, for people."""

    @property
    def versions(self) -> str:
        """For people."""
        if self.newest is not None:
            return f"the newest {self.newest}".strip()
        return ", ".join(map(str, self.exactly))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why nothing here makes wheels of a project, found out by trying."""

    project: NormalizedName
    versions: SpecifierSet
    """It was true of these; what came later may be better."""
    targets: tuple[Target, ...]
    why: str
    """A clause without a full stop, such as `needs the library GDAL`."""
    instead: tuple[NormalizedName, ...] = ()
    """Projects that do the same and have wheels."""
    file: str = ""
    """Where it was read, for people."""

    def holds(self, version: Version, target: Target) -> bool:
        return target in self.targets and self.versions.contains(version, prereleases=True)
