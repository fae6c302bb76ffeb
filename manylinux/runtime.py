"""A Lambda runtime as a value: its Python, its system, its dates and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from manylinux.architecture import Architecture


class Status(StrEnum):
    """Where a runtime stands in its life."""

    PREVIEW = "preview"
    SUPPORTED = "supported"
    DEPRECATED = "deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What Lambda takes."""

    unzipped_bytes: int
    """A function with all its layers must be smaller than this."""
    direct_upload_bytes: int
    """A zip sent with the request must be smaller than this; larger ones go through S3."""
    request_bytes: int
    """The whole request, the zip in base64, must be smaller than this."""
    layers: int
    """A function may have this many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingSystem:
    """What a runtime runs on."""

    id: str
    name: str
    glibc: tuple[int, int]
    kernel_release: str
    """For the marker `platform_release`."""
    kernel_version: str
    """For the marker `platform_version`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A Lambda runtime."""

    id: str
    """As Lambda names it, such as `python3.13`."""
    python: str
    """The minor version, such as `3.13`."""
    python_release: str
    """The release that markers and Requires-Python are held against, such as `3.14.3`."""
    os: OperatingSystem
    architectures: tuple[Architecture, ...]
    limits: Limits
    sdk_dir: str
    """Where the runtime keeps the SDK for Python."""
    preinstalled: Mapping[str, str] = field(hash=False)
    """The SDK's distributions whose version is known: normalized name to version."""
    preview: bool = False
    deprecated: date | None = None
    block_create: date | None = None
    """From this day no new functions."""
    block_update: date | None = None
    """From this day no new code for functions that exist."""

    def status_on(self, day: date) -> Status:
        """Where the runtime stands on `day`."""
        if self.preview:
            return Status.PREVIEW
        if self.deprecated is not None and self.deprecated <= day:
            return Status.DEPRECATED
        return Status.SUPPORTED

    def warning_on(self, day: date) -> str | None:
        """What somebody who builds for the runtime on `day` should know, if anything."""
        match self.status_on(day):
            case Status.PREVIEW:
                return f"`{self.id}` is a preview: AWS may still change it"
            case Status.DEPRECATED:
                ends = (("new functions", self.block_create), ("updates", self.block_update))
                told = " and ".join(f"no {what} from {blocked} on" for what, blocked in ends if blocked)
                return f"`{self.id}` is deprecated since {self.deprecated}{told and f': AWS takes {told}'}"
            case Status.SUPPORTED:
                return None
