"""What people ask for: requirements as they wrote them, and what else decides a resolution."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version


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
