"""What compiles wheels and repairs them: how entries tell it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def toolchain(backend: str) -> Mapping[str, str]:
    """Tool to digest or version, of the lbuild that runs. Of an image the notes of a build tell."""
    if backend == "pure":
        return {}
    from manylinux.backends.zig.toolchain import pinned
    from manylinux.repair import REPAIR_VERSION

    found = {"repair": str(REPAIR_VERSION)}
    if backend == "zig":
        zig = pinned()
        hashes = " ".join(f"{machine}=sha256:{zig.wheels[machine].sha256}" for machine in sorted(zig.wheels))
        found["zig"] = f"{zig.digest} {hashes}"
    return found
