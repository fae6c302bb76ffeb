"""The projects of an index as they are now; what did not change since the last look is not read again."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prebuilt_index.errors import DamagedEntryError
from prebuilt_index.serving.browse.values import Project, Wheel
from prebuilt_index.tree.entry_form import entry_from_json
from prebuilt_index.tree.layout import ENTRY, FILES

if TYPE_CHECKING:
    from prebuilt_index.serving.folder import IndexFolder

_SETTLED: Final = 2.0
"""Seconds after which a folder's time tells whether it changed: file systems count in steps of up to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    state: tuple[int, int]
    settled: bool
    project: Project


class Catalogue:
    """The projects of one index. Safe for threads."""

    def __init__(self, folder: IndexFolder) -> None:
        self._folder = folder
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def projects(self) -> tuple[Project, ...]:
        """Every project that has a wheel, by name. Raises OSError."""
        with self._lock:
            now = {name: self._look(name) for name in self._names()}
            self._seen = now
        return tuple(
            seen.project for _, seen in sorted(now.items()) if seen.project.wheels or seen.project.damaged
        )

    def project(self, name: str) -> Project | None:
        """The project of this normalised name; None when the index has no wheel of it. Raises OSError."""
        return next((project for project in self.projects() if project.name == name), None)

    def _names(self) -> list[str]:
        try:
            with os.scandir(self._folder.root / FILES) as entries:
                return [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            return []

    def _look(self, name: str) -> _Seen:
        path = self._folder.root / FILES / name
        status = path.stat()
        state = (status.st_mtime_ns, status.st_ino)
        seen = self._seen.get(name)
        if seen is not None and seen.settled and seen.state == state:
            return seen
        settled = time.time() - status.st_mtime > _SETTLED
        return _Seen(state=state, settled=settled, project=self._read(name))

    def _read(self, name: str) -> Project:
        wheels, damaged = [], []
        with os.scandir(self._folder.root / FILES / name) as entries:
            filenames = sorted(each.name.removesuffix(ENTRY) for each in entries if each.name.endswith(ENTRY))
        for filename in filenames:
            opened = self._folder.open(f"{FILES}/{name}/{filename}{ENTRY}")
            if opened is None:
                continue
            with opened.stream as stream:
                content = stream.read()
            try:
                wheels.append(Wheel.of(entry_from_json(content, filename=filename)))
            except DamagedEntryError:
                damaged.append(filename)
        return Project(name=name, wheels=tuple(wheels), damaged=tuple(damaged))
