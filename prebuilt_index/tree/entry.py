"""What an index knows of one wheel. Pure values; their JSON is in `entry_form`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from manylinux.wheel_name import InvalidWheelNameError, WheelName
from prebuilt_index.tree.layout import project_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.utils import NormalizedName

_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._]*-[A-Za-z0-9._+!-]+\.whl")
"""Characters of the binary distribution format; parsers of names let more pass in build numbers and tags."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """How a wheel was made, as far as whoever added it knew. No credentials, and no paths of a machine."""

    builder: str
    """The program and its version, such as `lbuild 0.6.0`."""
    backend: str | None = None
    """`zig`, `docker`, `local` or `pure`."""
    target: str | None = None
    """What it was built for, such as `python3.13-x86_64`; of a wheel for any platform `python3.13`."""
    recipe: str | None = None
    """Name of the recipe."""
    recipe_sha256: str | None = None
    source: str | None = None
    """File name of the sdist, or the URL of what it was built from."""
    source_sha256: str | None = None
    commit: str | None = None
    """Of the repository it was built from."""
    toolchain: Mapping[str, str] = field(default_factory=dict)
    """Tool to its digest or version: `zig` to `0.14.1 sha256:...`, `image` to `sha256:...`."""
    requirements: tuple[str, ...] = ()
    """File names of the wheels that the build used."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One wheel of a prebuilt index."""

    filename: str
    """A wheel's name, valid by the binary distribution format."""
    sha256: str
    """Of the wheel, lower-case hex."""
    size: int
    """Of the wheel, bytes."""
    metadata_sha256: str
    """Of its core metadata file, lower-case hex."""
    requires_python: str | None = None
    """As its metadata says it."""
    yanked: str | None = None
    """The reason (may be empty) when it is yanked, else None."""
    upload_time: datetime | None = None
    """UTC. None unless it was given: pages say the same whenever they are made."""
    provenance: Provenance | None = None

    @property
    def project(self) -> NormalizedName:
        return project_of(self.filename)


def demand_wheel_name(filename: str) -> None:
    """Raise ValueError unless `filename` is a wheel's, and is the same on every system and in every URL."""
    try:
        if not _SAFE.fullmatch(filename):
            raise ValueError(filename)
        WheelName.parse(filename)
    except (ValueError, InvalidWheelNameError) as error:
        raise ValueError(f"{filename!r:.200} is not the name of a wheel") from error


def is_plain(text: str) -> bool:
    """Whether `text` can stand in a page as it is: one line, nothing invisible, no half characters."""
    return text.isprintable()
