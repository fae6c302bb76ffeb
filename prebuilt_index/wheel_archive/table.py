"""The verdict on one wheel: what it is, and where each member's bytes lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version


class Member(NamedTuple):
    """One file inside a wheel. A tuple: a stack has thousands, and every run reads them from the store."""

    path: str
    offset: int
    """Of the first byte of data, from the start of the wheel, bytes."""
    compressed_size: int
    """Bytes."""
    size: int
    """Bytes, inflated."""
    crc: int
    deflated: bool
    """Method 8, else stored."""
    executable: bool
    sha256: str
    """Hex digest of the inflated bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedWheel:
    """A wheel on disk whose every byte has been checked."""

    filename: str
    name: NormalizedName
    version: Version
    path: Path
    """Where its bytes are: in the store."""
    sha256: str
    """Hex digest of the file."""
    size: int
    """Bytes."""
    dist_info: str
    """Name of the `.dist-info` directory."""
    root_is_purelib: bool
    members: tuple[Member, ...]
    """Files only, in archive order."""
    metadata: bytes
    """Core metadata as shipped."""
    entry_points: bytes | None
    """`entry_points.txt` as shipped."""
