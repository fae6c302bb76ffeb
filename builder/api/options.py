"""What a program says beside its requirements, and the same as the choices of a run."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from builder.choices.wishes import (
    CacheChoices,
    IndexChoices,
    InputChoices,
    ResolveChoices,
    TargetChoices,
    Wishes,
)

Word = str | os.PathLike[str]
"""A requirement such as `scipy<2`, or the path or URL of a requirements file, lock, wheel or folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolving:
    """How versions and files are chosen. Names of projects may be written in any way PEP 503 allows."""

    constraints: tuple[Word, ...] = ()
    """Constraints files."""
    extras: tuple[str, ...] = ()
    """Of a pyproject.toml among the requirements; `groups` its dependency groups (PEP 735)."""
    groups: tuple[str, ...] = ()
    require_hashes: bool = False
    prereleases: bool = False
    prefer: tuple[str, ...] = ()
    """`newest`: a newer version that must be built goes before an older one with a usable wheel. A project:
    its file wins where two wheels fill one path."""
    exclude_newer: datetime | None = None
    """Files uploaded then or later do not exist; a time without zone is UTC."""
    only_binary: tuple[str, ...] = ()
    """Projects that are never built; `:all:` for all. `no_binary`: those of which no wheel is taken."""
    no_binary: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    """How to compile: `auto`, `never`, `zig`, `docker`, `local`, or `PROJECT=` one of these."""
    strict_tags: bool = False
    """Never a wheel tagged for a newer glibc, though its files load."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexes:
    """Where files come from; what is not said is as pip is configured."""

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    """Asked before it, in this order."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """Project to the URL of the only index it may come from."""
    prebuilt: tuple[str, ...] = ()
    """URLs or folders whose wheels go before those of a project's own index, version by version."""
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    """Only `find_links` and `prebuilt`."""
    trusted_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cache:
    """What earlier runs left, and what this one leaves. Any number of runs may use one folder at once."""

    folder: Path | None = None
    """None: `LBUILD_CACHE_DIR`, else the user's cache folder."""
    temporary: bool = False
    """A cache that ends with the run."""
    offline: bool = False
    """No server is asked."""
    refresh: bool = False
    """Indexes are asked again, however fresh their answers are."""


def wishes_of(
    requirements: Word | Iterable[Word],
    resolving: Resolving | None,
    indexes: Indexes | None,
    cache: Cache | None,
    folder: Path,
    runtime: str | None = None,
    architecture: str | None = None,
) -> Wishes:
    """The choices of a run."""
    resolving, indexes, cache = resolving or Resolving(), indexes or Indexes(), cache or Cache()
    words = (requirements,) if isinstance(requirements, str | os.PathLike) else tuple(requirements)
    newest = resolving.exclude_newer
    return Wishes(
        inputs=InputChoices(
            words=tuple(os.fspath(word) for word in words),
            constraint_files=tuple(os.fspath(file) for file in resolving.constraints),
            extras=resolving.extras,
            groups=resolving.groups,
            require_hashes=resolving.require_hashes,
        ),
        target=TargetChoices(runtime=runtime, arch=architecture),
        resolve=ResolveChoices(
            allow_prereleases=resolving.prereleases,
            prefer=resolving.prefer,
            exclude_newer=None if newest is None else newest.isoformat(),
            only_binary=resolving.only_binary,
            no_binary=resolving.no_binary,
            build=resolving.build,
            strict_tags=resolving.strict_tags,
        ),
        index=IndexChoices(
            index_url=indexes.index_url,
            extra_index_urls=indexes.extra_index_urls,
            index_pins=tuple(f"{project}={url}" for project, url in indexes.pins.items()),
            prebuilt_indexes=indexes.prebuilt,
            find_links=indexes.find_links,
            no_index=indexes.no_index,
            trusted_hosts=indexes.trusted_hosts,
        ),
        cache=CacheChoices(
            cache_dir=cache.folder,
            no_cache=cache.temporary,
            offline=cache.offline,
            refresh=cache.refresh,
        ),
        folder=folder,
    )
