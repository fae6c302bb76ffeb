"""Where the libraries are that a wheel may be given: folders and files, never this machine's own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STEPS = 4000
"""Parts of paths, 40 links of a hundred; links that lead in a circle end there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibrarySource:
    """Libraries by file name. A folder is the root of a file system: links lead nowhere outside of it."""

    found: Mapping[str, tuple[Path, ...]] = field(hash=False)
    """File name to the files of that name, best first."""

    @classmethod
    def of(cls, *places: Path) -> LibrarySource:
        """The libraries in `places`, files or folders with all below them; earlier places come first.

        Within a folder what lies higher comes first, then by path. OSError where a place is not there.
        """
        found: dict[str, list[Path]] = {}
        for place in places:
            named = _below(place) if place.is_dir() else [(place.name, place.resolve(strict=True))]
            for name, path in named:
                found.setdefault(name, []).append(path)
        return cls(found={name: tuple(dict.fromkeys(paths)) for name, paths in found.items()})

    def candidates(self, needed: str) -> tuple[Path, ...]:
        """Files that may be what DT_NEEDED names, be it by a path; they may be for other machines."""
        return self.found.get(needed.rpartition("/")[2], ())


def _below(root: Path) -> Iterator[tuple[str, Path]]:
    """Name and file of everything below `root` that is called a library, links followed."""
    paths = [Path(folder, name) for folder, _, names in os.walk(root) for name in names if _is_library(name)]
    for path in sorted(paths, key=lambda path: (len(path.parts), path.as_posix())):
        file = _followed(root, path)
        if file is not None:
            yield path.name, file


def _is_library(name: str) -> bool:
    return name.endswith(".so") or ".so." in name


def _followed(root: Path, path: Path) -> Path | None:
    """The file that `path` is within `root`; None where it leads out of it, or to no file."""
    parts, done = list(reversed(path.relative_to(root).parts)), root
    for _ in range(_STEPS):
        if not parts:
            return done if done.is_file() and not done.is_symlink() else None
        part = parts.pop()
        if part in ("..", "."):
            done = done.parent if part == ".." and done != root else done
            continue
        following = done / part
        if following.is_symlink():
            aim = os.readlink(following)
            if aim.startswith("/"):
                done = root
            parts += reversed([each for each in aim.split("/") if each])
            continue
        done = following
    return None
