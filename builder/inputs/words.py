"""What each word on the command line stands for.

pip's rule tells a path from a name: a path has a separator, a leading dot, or the suffix of an archive.
Beyond pip, a word with the suffix of an input file is that file: `lbuild requirements.txt` needs no `-r`.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from builder.disk import Disk
from builder.inputs import missing
from builder.inputs.messages import shown
from builder.inputs.requirement import ARCHIVES, Place, is_named_reference, looks_like_path
from builder.inputs.requirements_txt import included_path, open_input
from builder.inputs.urls import absolute, is_reference, path_of, scheme_of
from manylinux.errors import UsageError

_INPUT_SUFFIXES = (".txt", ".in", ".toml", ".lock")
_SCRIPT_SUFFIX = ".py"
_BLOCK = b"# /// script"
_NO_INPUTS = (".cfg", ".json", ".yaml", ".yml")
_WHAT_INPUTS_ARE = "Inputs are requirements files, pyproject.toml, locks and scripts"
_FOREIGN_FILES = {
    "pipfile": "Name the lock: `pipenv lock` writes Pipfile.lock",
    "setup.py": "A project's folder is named, with a separator: `./`",
    "setup.cfg": "A project's folder is named, with a separator: `./`",
    "environment.yml": "List the projects in a requirements file: conda's packages are for other systems",
    "environment.yaml": "List the projects in a requirements file: conda's packages are for other systems",
}
"""Files of other tools, in lower case, that have the form of a project's name: nobody means that project."""
_FOREIGN_LOCKS = {"pdm.lock": "pdm export -o requirements.txt"}


class Kind(StrEnum):
    """What a word stands for."""

    REQUIREMENTS = "requirements"
    """A requirements file."""
    PYPROJECT = "pyproject"
    LOCK = "lock"
    """`pylock.toml` or `pylock.NAME.toml` (PEP 751), or `uv.lock`."""
    POETRY = "poetry"
    """`poetry.lock`, whose packages are looked up in an index."""
    PIPENV = "pipenv"
    """`Pipfile.lock`, likewise."""
    SCRIPT = "script"
    """A Python file with a block of metadata (PEP 723)."""
    STDIN = "stdin"
    """`-`: a requirements file on standard input."""
    REQUIREMENT = "requirement"
    """One requirement: a name, a URL, a local project or archive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word, classified."""

    kind: Kind
    text: str
    path: Path | None = None
    """Absolute; of the file kinds."""

    @property
    def has_choices(self) -> bool:
        """Whether it may have extras and groups to choose from."""
        return self.kind in {Kind.PYPROJECT, Kind.LOCK, Kind.POETRY, Kind.PIPENV}


_NAMES = {
    "pylock.toml": Kind.LOCK,
    "uv.lock": Kind.LOCK,
    "poetry.lock": Kind.POETRY,
    "pipfile.lock": Kind.PIPENV,
}
"""Files known by their whole name, in lower case."""


def classify(word: str, cwd: Path, disk: Disk) -> Word:
    """What `word` stands for; raises InputNotFoundError for a missing file, UsageError for one of no use."""
    if word == "-":
        return Word(kind=Kind.STDIN, text=word)
    if not word.strip():
        raise UsageError("an empty word is no input", hint=_WHAT_INPUTS_ARE)
    if scheme_of(word) == "file" and not _is_archive(word) and disk.is_file(path_of(word, cwd)):
        return _file(word, path_of(word, cwd), disk)
    if "://" in word or is_reference(word) or is_named_reference(word):
        return Word(kind=Kind.REQUIREMENT, text=word)
    path = absolute(word, cwd)
    if word.lower().endswith(_SCRIPT_SUFFIX) and disk.is_file(path) and _is_script(word, path, cwd, disk):
        return Word(kind=Kind.SCRIPT, text=word, path=path)
    if word.lower() in _FOREIGN_FILES and disk.is_file(path):
        raise UsageError(f"`{shown(word)}` is no input", hint=_FOREIGN_FILES[word.lower()])
    suffixed = word.lower().endswith(_INPUT_SUFFIXES)
    if suffixed or (looks_like_path(word) and not _is_archive(word) and _is_read(path, disk)):
        found = _file(word, path, disk)
        if word.lower().endswith(_NO_INPUTS):
            raise UsageError(f"`{shown(word)}` is no input", hint=_WHAT_INPUTS_ARE)
        return found
    return Word(kind=Kind.REQUIREMENT, text=word)


def classify_file(word: str, cwd: Path, disk: Disk) -> Word:
    """What a word after `-r` stands for: always a file, and any that is no lock or pyproject is a list."""
    if word == "-":
        return Word(kind=Kind.STDIN, text=word)
    return _file(word, included_path(word, cwd), disk)


def _is_script(word: str, path: Path, cwd: Path, disk: Disk) -> bool:
    """Whether a name is the file's: `discord.py` is a project, unless the file has a script's metadata."""
    return looks_like_path(word) or b"\n" + _BLOCK in b"\n" + open_input(path, Place(cwd=cwd, disk=disk))


def _is_read(path: Path, disk: Disk) -> bool:
    return disk.is_file(path) or disk.is_pipe(path)


def _is_archive(word: str) -> bool:
    return word.lower().endswith(ARCHIVES)


def _file(word: str, path: Path, disk: Disk) -> Word:
    name = path.name.lower()
    if not _is_read(path, disk):
        if disk.is_dir(path):
            raise UsageError(
                f"`{shown(word)}` is a folder, and a file is needed",
                hint="A project's folder is a requirement of its own, written with a separator: `./folder`",
            )
        raise missing.no_such_input(word, path, disk)
    if name in _FOREIGN_LOCKS:
        raise UsageError(
            f"`{shown(word)}` cannot be read yet", hint=f"Write it out with `{_FOREIGN_LOCKS[name]}`"
        )
    if name in _NAMES:
        return Word(kind=_NAMES[name], text=word, path=path)
    if name.startswith("pylock.") and name.endswith(".toml"):
        return Word(kind=Kind.LOCK, text=word, path=path)
    if name.endswith(".toml"):
        return Word(kind=Kind.PYPROJECT, text=word, path=path)
    return Word(kind=Kind.REQUIREMENTS, text=word, path=path)
