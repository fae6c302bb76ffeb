"""The files of a local project: those a build may see, copied and digested by the same listing.

Left out is what other builds and tools left behind; setuptools would put a deleted module that is still in
its `build/lib` into the wheel. Version control is not copied but imitated: see `git_state`.
"""

import hashlib
import os
import shutil
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from builder.errors import InputNotFoundError
from manylinux.errors import UsageError

_IGNORED_ANYWHERE = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        "__pycache__",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
    }
)
_LIMIT = 200_000
"""Files of one project; more means that a wrong folder was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """A folder of sources as it is at this moment."""

    root: Path
    files: tuple[str, ...]
    """Paths below the root with `/`, sorted."""
    executables: frozenset[str]

    @classmethod
    def of(cls, root: Path, leave_out: Collection[Path] = ()) -> "SourceTree":
        """Every regular file below `root`, links followed, without build artefacts and `leave_out`.

        Raises InputNotFoundError when there is no such folder.
        """
        if not root.is_dir():
            raise InputNotFoundError(
                f"There is no folder `{root}`", hint="Check the path; it is read relative to its file"
            )
        omitted = frozenset(os.path.abspath(path) for path in leave_out)
        found: dict[str, bool] = {}
        for path, mode in _walk(os.path.abspath(root), "", omitted, ()):
            found[path] = bool(mode & 0o111)
            if len(found) > _LIMIT:
                raise UsageError(
                    f"The folder `{root}` holds more than {_LIMIT} files",
                    hint="Name the project's own folder",
                )
        executables = frozenset(path for path, executable in found.items() if executable)
        return cls(root=root, files=tuple(sorted(found)), executables=executables)

    def digest(self) -> str:
        """sha256 of the sorted lines of path, executable bit and content digest."""
        whole = hashlib.sha256()
        for path in self.files:
            with open(self.root / path, "rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            whole.update(os.fsencode(f"{path}\0{'x' if path in self.executables else '-'}\0{content}\n"))
        return whole.hexdigest()

    def copy_to(self, folder: Path) -> None:
        """Every file is in the new `folder`, with one of two modes."""
        folder.mkdir()
        for path in self.files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / path, target)
            target.chmod(0o755 if path in self.executables else 0o644)


def _walk(
    folder: str, prefix: str, omitted: frozenset[str], above: tuple[tuple[int, int], ...]
) -> Iterator[tuple[str, int]]:
    seen = os.stat(folder)
    here = (seen.st_dev, seen.st_ino)
    if here in above:  # a link to a folder it lies in
        return
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        path = prefix + entry.name
        if entry.path in omitted or _is_artefact(entry, path):
            continue
        if entry.is_dir():
            yield from _walk(entry.path, f"{path}/", omitted, (*above, here))
        elif entry.is_file():  # neither sockets and the like nor links to nowhere
            yield path, stat.S_IMODE(entry.stat().st_mode)


def _is_artefact(entry: "os.DirEntry[str]", path: str) -> bool:
    name = entry.name
    if name in _IGNORED_ANYWHERE:
        return True
    if path.startswith("build/"):
        # Setuptools' own; a package may be called `build`.
        return path == "build/lib" or path.startswith(("build/lib.", "build/bdist.", "build/temp."))
    if path.startswith("dist/"):
        return name.endswith((".whl", ".tar.gz", ".zip"))
    if name.endswith(".egg-info") and path.removeprefix("src/") == name:
        return True
    return os.path.isfile(os.path.join(entry.path, "pyvenv.cfg"))
