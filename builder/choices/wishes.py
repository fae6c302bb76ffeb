"""The options of a run as values, sorted by whom they concern."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self


class FromOptions:
    """Values built from click's keywords; keywords of other values are left to them."""

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        return cls(**{each.name: keywords[each.name] for each in fields(cls)})  # type: ignore[arg-type]  # dataclasses


@dataclass(frozen=True, slots=True, kw_only=True)
class InputChoices(FromOptions):
    words: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    constraint_files: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    require_hashes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetChoices(FromOptions):
    runtime: str | None = None
    arch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveChoices(FromOptions):
    allow_prereleases: bool = False
    prefer: tuple[str, ...] = ()
    exclude_newer: str | None = None
    only_binary: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    strict_tags: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexChoices(FromOptions):
    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    index_pins: tuple[str, ...] = ()
    prebuilt_indexes: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheChoices(FromOptions):
    cache_dir: Path | None = None
    no_cache: bool = False
    offline: bool = False
    refresh: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """All options of a run, sorted by whom they concern."""

    inputs: InputChoices
    target: TargetChoices
    resolve: ResolveChoices
    index: IndexChoices
    cache: CacheChoices
    folder: Path | None = None
    """Absolute; where relative paths begin and whose `[tool.lbuild]` holds. None: the current folder."""

    @classmethod
    def of(cls, keywords: Mapping[str, Any]) -> Self:
        return cls(
            inputs=InputChoices.of(keywords),
            target=TargetChoices.of(keywords),
            resolve=ResolveChoices.of(keywords),
            index=IndexChoices.of(keywords),
            cache=CacheChoices.of(keywords),
        )
