"""Where an installer would put the members of a wheel, below site-packages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.link.placement import below_data

if TYPE_CHECKING:
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

_LIBRARY = ("purelib", "platlib", "data")


def placed(wheel: VerifiedWheel) -> dict[str, Member]:
    """The members by their path in site-packages; those that go elsewhere by their path in the wheel."""
    return {place_of(member.path): member for member in wheel.members}


def place_of(path: str) -> str:
    """The same of one path in a wheel."""
    below = below_data(path) if ".data/" in path else None
    return below.rest if below is not None and below.scheme in _LIBRARY else path
