"""Is this file a wheel that an index may offer? Verified to its last byte; then its entry is known."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import parse_wheel_filename

from prebuilt_index.errors import BadArchiveError, MetadataMismatchError
from prebuilt_index.tree.entry import Entry, demand_wheel_name, is_plain
from prebuilt_index.wheel_archive.identity import requires_python_of
from prebuilt_index.wheel_archive.rules import shown
from prebuilt_index.wheel_archive.verify import verify_wheel

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from prebuilt_index.tree.entry import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A wheel that is to be added."""

    path: Path
    filename: str
    """What it is called in the index: a file in a store has another name."""
    provenance: Provenance | None = None
    upload_time: datetime | None = None
    """UTC. None: pages do not say it, and `--exclude-newer` takes none of its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A wheel that keeps every rule."""

    entry: Entry
    metadata: bytes
    """Its core metadata as shipped."""


def admitted(
    path: Path, candidate: Candidate, sha256: str, *, pulse: Callable[[], None] = lambda: None
) -> Admitted:
    """The wheel whose bytes, with this digest, lie at `path`.

    Raises BadArchiveError, MetadataMismatchError.
    """
    demand_name(candidate.filename)
    wheel = verify_wheel(path, candidate.filename, sha256, pulse=pulse)
    requires_python = requires_python_of(wheel.metadata)
    if requires_python is not None and not is_plain(requires_python):
        raise MetadataMismatchError(
            f"`{candidate.filename}`: its Requires-Python cannot stand on a page",
            evidence=[f"it is {requires_python!r:.200}"],
        )
    entry = Entry(
        filename=candidate.filename,
        sha256=sha256,
        size=wheel.size,
        metadata_sha256=hashlib.sha256(wheel.metadata).hexdigest(),
        requires_python=requires_python,
        upload_time=candidate.upload_time,
        provenance=candidate.provenance,
    )
    return Admitted(entry=entry, metadata=wheel.metadata)


def demand_name(filename: str) -> None:
    """Raise BadArchiveError unless `filename` is a wheel's, and safe in every folder and URL."""
    try:
        demand_wheel_name(filename)
    except ValueError as error:
        raise BadArchiveError(
            f"`{shown(filename)}` is not the name of a wheel",
            rule="Z31",
            evidence=["a wheel is called `project-version-python-abi-platform.whl` (rule Z31)"],
            hint="Name wheels, or folders with wheels",
        ) from error


def likeness(filename: str) -> object:
    """What tells wheels apart: two names that are alike in it are two spellings of one wheel."""
    return parse_wheel_filename(filename)
