"""A folder as a place: an index that a web server serves, or that a network share holds."""

from __future__ import annotations

import hashlib
import os
import threading
from typing import TYPE_CHECKING

from prebuilt_index.errors import HashMismatchError
from prebuilt_index.index.reading import reading
from prebuilt_index.publish.place import Listed
from prebuilt_index.tree.reading import begin
from prebuilt_index.tree.writing import desk, locked, put, unfinished

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_CHUNK = 1 << 20
"""Bytes."""


class Folder:
    """An index in a folder, begun if need be. Raises NotAPrebuiltIndexError for anything else."""

    serves_folders = True

    def __init__(self, root: Path) -> None:
        self._root = root
        self._turn = threading.Lock()
        """Spares threads of this process the waiting for each other's lock on a file."""
        self.url = root.absolute().as_uri()
        begin(root)

    def listed(self, below: str) -> Mapping[str, Listed]:
        top = self._root / below
        found = {}
        for parent, _, names in os.walk(top):
            for name in names:
                path = os.path.join(parent, name)
                with reading(self._root):
                    found[os.path.relpath(path, self._root).replace(os.sep, "/")] = _listed(os.stat(path))
        return found

    def tag_of(self, content: bytes) -> str | None:
        return None

    def read(self, key: str) -> tuple[bytes, str] | None:
        path = self._root / key
        with reading(path):
            try:
                with path.open("rb") as file:
                    return file.read(), _listed(os.fstat(file.fileno())).tag
            except FileNotFoundError:
                return None

    def sha256(self, key: str) -> str | None:
        path = self._root / key
        with reading(path):
            try:
                with path.open("rb") as file:
                    return hashlib.file_digest(file, "sha256").hexdigest()
            except FileNotFoundError:
                return None

    def send(self, key: str, source: Path, sha256: str) -> bool:
        path, digest = self._root / key, hashlib.sha256()
        with desk(self._root) as folder, unfinished(folder) as file:
            with reading(source), source.open("rb") as content:
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            if digest.hexdigest() != sha256:
                raise HashMismatchError(
                    f"`{source}` changed while it was published",
                    evidence=[f"expected sha256:{sha256}", f"got sha256:{digest.hexdigest()}"],
                )
            file.seal()
            with self._turn, locked(self._root):
                if path.exists():
                    return False
                file.place(path)
                return True

    def write(self, key: str, content: bytes, over: str | None) -> bool:
        path = self._root / key
        with self._turn, locked(self._root):
            there = _listed(path.stat()).tag if path.is_file() else None
            if there != over:
                return False
            put(self._root, path, content)
            return True


def _listed(seen: os.stat_result) -> Listed:
    return Listed(seen.st_size, f"{seen.st_size} {seen.st_mtime_ns} {seen.st_ino}")
