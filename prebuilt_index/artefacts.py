"""The values an index speaks of: files, and the page that lists a project's files.

Specs: PEP 503, 592 (yanked), 658 and 714 (metadata files), 691 (JSON), 700 (sizes, times), 792 (status).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from packaging.utils import NormalizedName


class ProjectStatus(StrEnum):
    """Status markers of PEP 792."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    QUARANTINED = "quarantined"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexFile:
    """One distribution file as an index, a find-links folder or a direct reference offers it."""

    filename: str
    """One clean path component, checked when the value was made."""
    url: str
    """Absolute; `https:`, `http:` or `file:`. Never holds credentials or a fragment."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Algorithm to lower-case hex digest; empty when the index gives none."""
    size: int | None = None
    """Bytes."""
    requires_python: str | None = None
    upload_time: datetime | None = None
    yanked: str | None = None
    """The reason (may be empty) when the file is yanked, else None."""
    metadata_hashes: Mapping[str, str] | None = None
    """None: no PEP 658 metadata file is offered. Empty: one is, without a hash."""
    index: str = ""
    """The index that listed it, for people; credentials removed. Empty for a direct reference."""
    direct: str | None = None
    """The direct reference the file comes from, without credentials and exact: a VCS one with its commit, an
    archive's with `#sha256=` in the fragment, and `subdirectory=` there too. None for a file of an index."""

    prebuilt: bool = False
    """A prebuilt index offers it, which the user named as such."""
    unusable: str | None = None
    """Why the file cannot be had, its entry being broken (`is listed without a usable hash`). No `url`."""

    @property
    def is_wheel(self) -> bool:
        return self.filename.endswith(".whl")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPage:
    """What one index says of one project."""

    name: NormalizedName
    files: Sequence[IndexFile]
    """In the index's order. Items may be built on access: a large page has thousands."""
    filenames: Sequence[str]
    """The same files' names, cheap to scan."""
    status: ProjectStatus = ProjectStatus.ACTIVE
    status_reason: str | None = None
    index: str = ""
    """The index that answered, credentials removed."""
    prebuilt: Sequence[str] = ()
    """Names of those files that a prebuilt index offers."""
    left_aside: str = ""
    """An index whose project of this name is another one than the prebuilt index's, as far as can be seen."""
    digest: str = ""
    """sha256 of the page's content; equal digests mean equal pages."""
    fresh_until: float = 0.0
    """Epoch seconds until which the page may be used without asking again."""
