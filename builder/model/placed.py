"""What goes where in a bundle: every path and what fills it."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from packaging.utils import NormalizedName

    from prebuilt_index.wheel_archive import Member, VerifiedWheel


BundlePath = NewType("BundlePath", str)
"""A path inside a bundle: relative, `/` between components, clean."""


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

    @property
    def code_sha256(self) -> str | None:
        """What Lambda reports of a function that has this zip; None for a directory."""
        return None if self.zipped_size is None else base64_of(self.sha256)


def base64_of(sha256: str) -> str:
    """A hex digest as Lambda writes it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
