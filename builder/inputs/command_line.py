"""What each word on the command line stands for, and all inputs of a run read into one value.

pip's rule tells a path from a name: a path has a separator, a leading dot, or the suffix of an archive.
Beyond pip, a word with the suffix of an input file is that file: `lbuild requirements.txt` needs no `-r`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from builder.disk import Disk, LocalDisk
from builder.errors import InvalidRequirementError
from builder.inputs import missing
from builder.inputs.gathered import Gathered
from builder.inputs.messages import placed, shown
from builder.inputs.pep508 import ITS_FORM
from builder.inputs.requirement import (
    ARCHIVES,
    Given,
    Place,
    is_named_reference,
    looks_like_path,
    read_request,
)
from builder.inputs.requirements_txt import RequirementsReader, included_path, open_input, source_name
from builder.inputs.urls import absolute, is_reference, path_of, scheme_of
from builder.model import Inputs, Origin, Request
from manylinux.errors import LbuildError, SeveralErrors, UsageError

_COMMAND_LINE = Origin(source="command line")
_INPUT_SUFFIXES = (".txt", ".in", ".toml", ".lock")
_NO_INPUTS = (".py", ".cfg", ".json", ".yaml", ".yml")
_WHAT_INPUTS_ARE = "Inputs are requirements files, pyproject.toml and pylock.toml"
_FOREIGN_LOCKS = {
    "uv.lock": "uv export --format pylock.toml -o pylock.toml",
    "poetry.lock": "poetry export -o requirements.txt",
    "pdm.lock": "pdm export -o requirements.txt",
    "pipfile.lock": "pipenv requirements --hash > requirements.txt",
}


class Kind(StrEnum):
    """What a word stands for."""

    REQUIREMENTS = "requirements"
    """A requirements file."""
    PYPROJECT = "pyproject"
    LOCK = "lock"
    """`pylock.toml` or `pylock.NAME.toml` (PEP 751)."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the words stand for."""

    inputs: Inputs
    locks: tuple[Path, ...]
    """Lock files among the words, not read."""


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
    suffixed = word.lower().endswith(_INPUT_SUFFIXES)
    if suffixed or (looks_like_path(word) and not _is_archive(word) and disk.is_file(path)):
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


def _is_archive(word: str) -> bool:
    return word.lower().endswith(ARCHIVES)


def _file(word: str, path: Path, disk: Disk) -> Word:
    name = path.name.lower()
    if not disk.is_file(path):
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
    if name == "pylock.toml" or (name.startswith("pylock.") and name.endswith(".toml")):
        return Word(kind=Kind.LOCK, text=word, path=path)
    if name.endswith(".toml"):
        return Word(kind=Kind.PYPROJECT, text=word, path=path)
    return Word(kind=Kind.REQUIREMENTS, text=word, path=path)


def no_stdin() -> bytes:
    raise UsageError("standard input cannot be read here")


def read_inputs(
    words: Sequence[str],
    *,
    cwd: Path,
    environ: Mapping[str, str],
    requirement_files: Sequence[str] = (),
    constraint_files: Sequence[str] = (),
    extras: Sequence[str] = (),
    groups: Sequence[str] = (),
    given: Inputs | None = None,
    environment: Mapping[str, str] | None = None,
    disk: Disk | None = None,
    stdin: Callable[[], bytes] = no_stdin,
) -> Reading:
    """Everything the words and files ask for; raises every fault found, together.

    `given` holds the command line's own index options and switches. `environment` is the target's marker
    environment: requirements it excludes need no hash in hash mode. `cwd` is absolute.
    """
    place = Place(cwd=cwd, disk=disk or LocalDisk())
    gathered = Gathered.beginning_with(given or Inputs(requests=()))
    run = _Run(place, RequirementsReader(place, environ, gathered), gathered, extras, groups, stdin)
    run.classify_all(words, classify)
    run.classify_all(requirement_files, classify_file)
    run.read_constraints(constraint_files)
    run.read_words()
    SeveralErrors.raise_any(gathered.errors)
    return Reading(inputs=gathered.inputs(environment), locks=run.locks())


class _Run:
    """One reading of all inputs: faults are gathered, so that the next word is read too."""

    def __init__(
        self,
        place: Place,
        reader: RequirementsReader,
        gathered: Gathered,
        extras: Sequence[str],
        groups: Sequence[str],
        stdin: Callable[[], bytes],
    ) -> None:
        self._place = place
        self._reader = reader
        self._gathered = gathered
        self._extras = extras
        self._groups = groups
        self._stdin = stdin
        self._words: list[Word] = []

    @contextmanager
    def _gathering_faults(self) -> Iterator[None]:
        try:
            yield
        except SeveralErrors as several:
            self._gathered.errors += several.errors
        except LbuildError as error:
            self._gathered.errors.append(error)

    def classify_all(self, words: Iterable[str], classifier: Callable[[str, Path, Disk], Word]) -> None:
        for word in words:
            with self._gathering_faults():
                self._words.append(classifier(word, self._place.cwd, self._place.disk))

    def read_constraints(self, files: Iterable[str]) -> None:
        for written in files:
            with self._gathering_faults():
                self._reader.read_file(included_path(written, self._place.cwd), constraint=True)

    def read_words(self) -> None:
        if (self._extras or self._groups) and not any(word.kind is Kind.PYPROJECT for word in self._words):
            self._gathered.errors.append(
                UsageError("extras and groups are chosen, and no pyproject.toml is among the inputs")
            )
        for word in self._words:
            with self._gathering_faults():
                self._read(word)

    def locks(self) -> tuple[Path, ...]:
        return tuple(word.path for word in self._words if word.kind is Kind.LOCK and word.path is not None)

    def _read(self, word: Word) -> None:
        match word:
            case Word(kind=Kind.REQUIREMENTS, path=Path() as path):
                self._reader.read_file(path, constraint=False)
            case Word(kind=Kind.PYPROJECT, path=Path() as path):
                self._read_pyproject(path)
            case Word(kind=Kind.STDIN):
                self._reader.read_content(self._stdin(), source="standard input", folder=self._place.cwd)
            case Word(kind=Kind.REQUIREMENT, text=text):
                self._gathered.requests.append(self._request(text))

    def _read_pyproject(self, path: Path) -> None:
        from builder.inputs.pyproject import read_pyproject  # tomllib takes 20 ms

        content = open_input(path, self._place)
        self._gathered.files.append(path)
        source = source_name(path, self._place.cwd)
        found = read_pyproject(
            content, source=source, place=self._place, extras=self._extras, groups=self._groups
        )
        self._gathered.requests += found.requests
        if found.requires_python:
            self._gathered.requires_python.append(found.requires_python)

    def _request(self, text: str) -> Request:
        try:
            return read_request(text, Given(origin=_COMMAND_LINE), self._place)
        except InvalidRequirementError as error:
            target = absolute(text, self._place.cwd)
            if error.hint in {None, ITS_FORM} and (
                self._place.disk.is_dir(target) or self._place.disk.is_file(target)
            ):
                error.hint = f"A path has a separator: write `./{shown(text)}`"
            raise placed(error, _COMMAND_LINE) from None
