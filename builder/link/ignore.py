"""What of the app's source stays out of a bundle.

`.lbuildignore` files have gitignore's syntax and reach: patterns are relative to the file's folder, a
deeper file overrules a shallower one, the last matching line of a file decides, `!` takes a file back in,
and nothing below a left-out folder can be taken back. Before all of them stand the defaults below, which
`!` overrules too. pathspec is imported only when there is such a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.errors import SourceFileError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".lbuildignore"

DEFAULT_FOLDERS = frozenset(
    [
        *(".git", ".hg", ".svn", ".bzr", "CVS", "_darcs", ".jj"),
        *("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".ipynb_checkpoints"),
        *(".tox", ".nox", ".eggs", "node_modules", ".idea", ".vscode"),
        *(".aws-sam", ".serverless", ".terraform", ".chalice", "cdk.out"),
    ]
)
"""Version control, caches, environments of other tools, products of deployers: nothing a handler imports."""
DEFAULT_FILES = frozenset(
    [
        *(IGNORE_FILE, ".git", ".gitignore", ".gitattributes", ".gitmodules", ".hgignore"),
        *(".DS_Store", "Thumbs.db", ".coverage"),
    ]
)
DEFAULT_SUFFIXES = (".pyc", ".pyo")
SECRETS = ".env"
"""`.env`, `.envrc`, `.env.local`, a `.env` folder: what holds secrets on a developer's machine."""
VENV_MARK = "pyvenv.cfg"
"""A folder with this file is a virtual environment (PEP 405), whatever its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoreFile:
    """One `.lbuildignore`, parsed."""

    folder: str
    """Where it lies: empty for the source's root, else ends with `/`."""
    spec: "GitIgnoreSpec"

    @classmethod
    def read(cls, location: Path, folder: str) -> "IgnoreFile":
        """Raises SourceFileError when it cannot be read as UTF-8 or holds a pattern that means nothing."""
        from pathspec import GitIgnoreSpec

        try:
            lines = location.read_text("utf-8-sig").splitlines()
            return cls(folder=folder, spec=GitIgnoreSpec.from_lines(lines))
        except (OSError, ValueError) as error:
            raise SourceFileError(
                f"`{location}` cannot be read",
                evidence=[str(error)],
                hint="It has gitignore's syntax, in UTF-8",
            ) from error


def is_ignored(path: str, ignore_files: Sequence[IgnoreFile], *, folder: bool, venv: bool = False) -> bool:
    """Whether the file or folder `path` stays out; its parents are known to be in.

    `ignore_files` are those of its parents, root first; `venv` tells that the folder is a virtual
    environment.
    """
    asked = f"{path}/" if folder else path
    for ignore_file in reversed(ignore_files):
        verdict = ignore_file.spec.check_file(asked.removeprefix(ignore_file.folder)).include
        if verdict is not None:
            return verdict
    name = path.rpartition("/")[2]
    if name.startswith(SECRETS):
        return True
    if folder:
        return venv or name in DEFAULT_FOLDERS
    return name in DEFAULT_FILES or name.endswith(DEFAULT_SUFFIXES)
