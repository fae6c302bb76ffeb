"""The values that flow between the stages: what was asked, what was resolved, what goes where.

packaging's own `Requirement`, `Version`, `Marker` and `NormalizedName` are used as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from manylinux.target import Target
    from prebuilt_index.artefacts import IndexFile
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

BundlePath = NewType("BundlePath", str)
"""A path inside a bundle: relative, `/` between components, clean."""


# -- what was asked ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a person wrote something; `str()` gives `requirements.txt:12` or `command line`."""

    source: str
    line: int | None = None

    def __str__(self) -> str:
        return self.source if self.line is None else f"{self.source}:{self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One requirement as a person wrote it, with where."""

    origin: Origin
    requirement: Requirement | None
    """PEP 508 form, `url` included; None for a direct reference whose project name is not written down."""
    direct: str | None = None
    """URL of a direct reference without its fragment: `https:`, `file:` (absolute; a folder's ends in `/`),
    `git+https:` and the like; None for a name. May hold credentials."""
    extras: frozenset[str] = frozenset()
    """Normalized; those of `requirement` too."""
    marker: Marker | None = None
    """Of a nameless direct reference; a named one keeps its marker in `requirement`."""
    hashes: frozenset[str] = frozenset()
    """`sha256:<hex>` forms from `--hash` or the URL's fragment; empty: any file will do."""
    subdirectory: str | None = None
    editable: bool = False
    config_settings: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    """PEP 517 settings; a key given several times has all its values, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions:
    """Where files come from, as inputs and the command line say. None or empty: the configured default."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormatControl:
    """pip's `--only-binary` and `--no-binary`: sets of normalized names, or `:all:` alone."""

    only_binary: frozenset[str] = frozenset()
    no_binary: frozenset[str] = frozenset()

    def allows_wheel(self, project: NormalizedName) -> bool:
        if project in self.only_binary:
            return True
        return project not in self.no_binary and ":all:" not in self.no_binary

    def allows_sdist(self, project: NormalizedName) -> bool:
        if project in self.no_binary:
            return True
        return project not in self.only_binary and ":all:" not in self.only_binary


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """All that the inputs ask for, read once."""

    requests: tuple[Request, ...]
    constraints: tuple[Request, ...] = ()
    index: IndexOptions = IndexOptions()
    format_control: FormatControl = FormatControl()
    allow_prereleases: bool = False
    require_hashes: bool = False
    requires_python: str | None = None
    """Of the project the requests come from, if it states one."""
    files: tuple[Path, ...] = ()
    """Every file that was read, in reading order."""


class Preference(StrEnum):
    """Which of two usable versions is better."""

    WHEELS = "wheels"
    """A version with a usable wheel before a newer one that only has an sdist."""
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiling:
    """Which projects may be compiled, where no wheel of theirs loads."""

    default: bool = False
    others: frozenset[NormalizedName] = frozenset()
    """Projects for which the opposite holds."""

    def allows(self, project: NormalizedName) -> bool:
        return self.default is not (project in self.others)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveOptions:
    """What, beside the requirements, decides a resolution."""

    preference: Preference = Preference.WHEELS
    allow_prereleases: bool = False
    format_control: FormatControl = FormatControl()
    exclude_newer: datetime | None = None
    """Files uploaded at or after this moment do not exist; a file without an upload time does not either."""
    require_hashes: bool = False
    compiling: Compiling = Compiling()
    """Whose sdists are candidates though they have to be compiled, where nothing better is left."""
    strict_tags: bool = False
    """No wheel whose tag asks for a newer glibc than the target has, whatever its files need."""
    excluded: Mapping[str, str] = field(default_factory=dict)
    """File name to the reason why it may not be used: what a caller knows and an index does not."""
    preferred: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """Versions to try first where they satisfy the requirements: an older lock."""


# -- what was resolved -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One chosen file, and why it is there."""

    name: NormalizedName
    version: Version
    file: IndexFile
    extras: frozenset[str] = frozenset()
    requires_python: str | None = None
    dependencies: tuple[NormalizedName, ...] = ()
    """Projects among the pins that this one requires on the target, sorted."""
    required_by: tuple[str, ...] = ()
    """`scipy 1.18.1` or an origin such as `requirements.txt:3`, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """A better version that was not taken, and why: `numpy 2.2.6, not 2.4.6: its wheels need ...`."""

    name: NormalizedName
    taken: Version
    skipped: Version
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A pin for every project, for one target."""

    target: Target
    pins: tuple[Pin, ...]
    """Sorted by name."""
    skips: tuple[Skip, ...] = ()
    warnings: tuple[str, ...] = ()
    """Yanked files, archived and deprecated projects, unknown extras, and the like."""


# -- what goes where ---------------------------------------------------------------------------------------


class LayoutKind(StrEnum):
    """Where in the archive importable files go."""

    FUNCTION = "function"
    """At the root: unpacked to /var/task."""
    LAYER = "layer"
    """Below `python/`: unpacked to /opt/python."""
    LAYER_SITE_PACKAGES = "layer-site-packages"
    """Below `python/lib/python3.X/site-packages/`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkOptions:
    """What, beside the wheels and the source, decides a bundle's paths."""

    layout: LayoutKind = LayoutKind.FUNCTION
    scripts: bool = False
    """Keep console scripts and `.data/scripts` in `bin/`."""
    prefer: tuple[NormalizedName, ...] = ()
    """Projects that win a path two wheels fill with different bytes, first first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of the app's own source."""

    path: BundlePath
    """Below the source folder."""
    location: Path
    size: int
    """Bytes."""
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FromWheel:
    """A member copied as it lies in a wheel, or in the overlay that holds what was made of it."""

    wheel: int
    """Index into `BundlePlan.wheels`."""
    member: Member
    """Where its bytes lie, and what they are when inflated."""
    overlay: Path | None = None
    """The file in the store that holds its bytes; None: they lie in the wheel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FromSource:
    """A file of the app's source, compressed when it is written."""

    location: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FromBytes:
    """Content made by the plan itself: a console script, a RECORD of what was really placed."""

    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """One file of the bundle."""

    path: BundlePath
    owner: str
    """`scipy 1.18.1`, or `source`."""
    size: int
    """Bytes, unpacked."""
    executable: bool
    content: FromWheel | FromSource | FromBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """What a wheel holds and the bundle does not."""

    owner: str
    path: str
    rule: str
    size: int


class Slimming(StrEnum):
    """What of wheels may stay out of a bundle."""

    NONE = "none"
    """Nothing but what no bundle has a place for."""
    SAFE = "safe"
    """What nothing that runs can miss, as far as its code shows."""
    SMALL = "small"
    """That, and what only convenience needs."""


class Optimize(StrEnum):
    """What the making of a zip is to be best at."""

    SPEED = "speed"
    """Members are copied as they lie in wheels."""
    SIZE = "size"
    """All of it compressed as small as the engine can, once for each content."""


class Rewritten(NamedTuple):
    """What stands for a member of a wheel."""

    member: Member
    """Smaller, and of the same use."""
    overlay: Path
    """The file in the store in which it lies."""
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slimmed:
    """What of one wheel does not go into a bundle as it is."""

    drops: Mapping[str, str] = field(default_factory=dict)
    """Path of a member to the rule that leaves it out."""
    rewritten: Mapping[str, Rewritten] = field(default_factory=dict)
    """Path of a member to the smaller one that stands for it."""
    added: tuple[Member, ...] = ()
    """New files, each at its own path below the library folder, in `added_overlay`."""
    added_overlay: Path | None = None
    """A file in the store; None when nothing is added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlePlan:
    """Every path of a bundle, decided; nothing read or written yet."""

    wheels: tuple[VerifiedWheel, ...]
    files: tuple[PlannedFile, ...]
    """Sorted by the UTF-8 bytes of their paths; no two alike."""
    drops: tuple[Drop, ...] = ()
    notes: tuple[str, ...] = ()
    """Merged namespaces, conflicts settled by `prefer`."""

    def location(self, content: FromWheel) -> Path:
        """The file in which the bytes of `content` lie."""
        return content.overlay or self.wheels[content.wheel].path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as it was written."""

    path: Path
    sha256: str
    """Hex digest of the archive; of a directory, of its sorted (path, mode, sha256) lines."""
    zipped_size: int | None
    """Bytes; None for a directory."""
    unzipped_size: int
    """Bytes, as Lambda counts them."""
    files: int
    sizes: Mapping[str, tuple[int, int]]
    """Owner to (unpacked, packed) bytes."""
