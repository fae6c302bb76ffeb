"""Compilers that lbuild fetches itself, and what is made with them once: folders in the store.

The pinned wheel comes from the same indexes as everything else and must have the pinned hash, so that it does
not matter which of them has it.
"""

from __future__ import annotations

import os
import platform
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from builder.errors import NoBuildBackendError
from builder.report.sizes import human
from manylinux.backends.zig.toolchain import pinned
from prebuilt_index.store import trees
from prebuilt_index.store.store import TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from builder.facts import World
    from prebuilt_index.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchains:
    """What the backends keep in the store."""

    world: Callable[[], World]
    store: Store
    tell: Callable[[str], None]
    """A line about what takes long and is done once."""

    def zig(self) -> AbstractContextManager[Path]:
        """The folder of the pinned zig, fetched if need be. Raises NoBuildBackendError, and as clients do."""
        found = pinned()
        name = f"zig-{found.version}-{platform.machine()}"
        return trees.held(self.store, name, self._unpack_zig, TOOLS)

    def shelf(self, name: str, make: Callable[[Path], None]) -> AbstractContextManager[Path]:
        """A folder that `make` fills once, for all who want it, and that nobody removes inside the block."""
        return trees.held(self.store, name, make, TOOLS, alone=True)

    def _unpack_zig(self, folder: Path) -> None:
        wheel = self._download()
        with zipfile.ZipFile(wheel) as archive:
            for info in archive.infolist():
                top, _, rest = info.filename.partition("/")
                if top == "ziglang" and rest and not rest.endswith("/"):
                    path = folder / rest
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(archive.read(info))
        os.chmod(folder / "zig", 0o755)

    def _download(self) -> Path:
        found = pinned()
        wanted = found.wheels[platform.machine()]
        client = self.world().client
        for file in client.page(canonicalize_name(found.project)).files:
            if file.filename == wanted.filename:
                self.tell(f"getting zig {found.version}, which compiles: {human(file.size or 0)}, once")
                return client.download(replace(file, hashes={**file.hashes, "sha256": wanted.sha256}))
        raise NoBuildBackendError(
            f"The index does not have `{wanted.filename}`, the compiler for native builds",
            hint="Name an index that has it, or put it into a folder and name that with `--find-links`",
        )
