"""All inputs of a run read into one value."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builder.disk import Disk, LocalDisk
from builder.errors import InvalidRequirementError
from builder.inputs.gathered import Gathered
from builder.inputs.messages import placed, shown
from builder.inputs.pep508 import ITS_FORM
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.requirements_txt import RequirementsReader, included_path, open_input, source_name
from builder.inputs.urls import absolute
from builder.inputs.words import Kind, Word, classify, classify_file
from builder.model import Inputs, Origin, Request
from manylinux.errors import LbuildError, SeveralErrors, UsageError

if TYPE_CHECKING:
    from builder.inputs.pyproject import ProjectRequests

_COMMAND_LINE = Origin(source="command line")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that the words stand for."""

    inputs: Inputs
    locks: tuple[Path, ...]
    """Lock files among the words, not read."""
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """What was chosen of projects, and is to be of locks."""


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
    environment: Mapping[str, str],
    disk: Disk | None = None,
    stdin: Callable[[], bytes] = no_stdin,
) -> Reading:
    """Everything the words and files ask for; raises every fault found, together.

    `given` holds the command line's own index options and switches. `environment` is the target's marker
    environment: requirements it excludes need no hash in hash mode, and are not taken from locks. `cwd` is
    absolute.
    """
    place = Place(cwd=cwd, disk=disk or LocalDisk())
    gathered = Gathered.beginning_with(given or Inputs(requests=()))
    run = _Run(place, environ, environment, gathered, extras, groups, stdin)
    run.classify_all(words, classify)
    run.classify_all(requirement_files, classify_file)
    run.read_constraints(constraint_files)
    run.read_words()
    SeveralErrors.raise_any(gathered.errors)
    return Reading(
        inputs=gathered.inputs(environment), locks=run.locks(), extras=tuple(extras), groups=tuple(groups)
    )


class _Run:
    """One reading of all inputs: faults are gathered, so that the next word is read too."""

    def __init__(
        self,
        place: Place,
        environ: Mapping[str, str],
        environment: Mapping[str, str],
        gathered: Gathered,
        extras: Sequence[str],
        groups: Sequence[str],
        stdin: Callable[[], bytes],
    ) -> None:
        self._place = place
        self._environ = environ
        self._environment = environment
        self._reader = RequirementsReader(place, environ, gathered)
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
        chosen = bool(self._extras or self._groups)
        if chosen and not self._gathered.errors and not any(word.has_choices for word in self._words):
            self._gathered.errors.append(
                UsageError("extras or groups are chosen, and no pyproject.toml or lock is among the inputs")
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
            case Word(kind=Kind.SCRIPT, path=Path() as path):
                self._read_script(path)
            case Word(kind=Kind.POETRY | Kind.PIPENV as kind, path=Path() as path):
                self._read_foreign_lock(kind, path)
            case Word(kind=Kind.STDIN):
                self._reader.read_content(self._stdin(), source="standard input", folder=self._place.cwd)
            case Word(kind=Kind.REQUIREMENT, text=text):
                self._gathered.requests.append(self._request(text))

    def _read_pyproject(self, path: Path) -> None:
        from builder.inputs.pyproject import read_pyproject  # tomllib takes 20 ms

        content, source = self._opened(path)
        self._take(
            read_pyproject(
                content, source=source, place=self._place, extras=self._extras, groups=self._groups
            )
        )

    def _read_script(self, path: Path) -> None:
        from builder.inputs.script import read_script

        content, source = self._opened(path)
        self._take(read_script(content, source=source, place=self._place))

    def _take(self, found: "ProjectRequests") -> None:
        self._gathered.requests += found.requests
        if found.requires_python:
            self._gathered.requires_python.append(found.requires_python)

    def _read_foreign_lock(self, kind: Kind, path: Path) -> None:
        content, source = self._opened(path)
        if kind is Kind.POETRY:
            from builder.inputs.poetry_lock import read_poetry_lock

            locked = read_poetry_lock(
                content,
                source=source,
                folder=path.parent,
                place=self._place,
                environment=self._environment,
                extras=self._extras,
                groups=self._groups,
            )
        else:
            from builder.inputs.pipfile_lock import read_pipfile_lock

            locked = read_pipfile_lock(
                content,
                source=source,
                folder=path.parent,
                place=self._place,
                environ=self._environ,
                groups=self._groups,
            )
        self._gathered.add_locked(locked)

    def _opened(self, path: Path) -> tuple[bytes, str]:
        """The content of an input file, and what people know it as."""
        content = open_input(path, self._place)
        self._gathered.files.append(path)
        return content, source_name(path, self._place.cwd)

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
