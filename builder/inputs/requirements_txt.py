"""Requirements and constraints files, read with all they include.

As in pip: `-r` and `-c` count from the file that says them; paths of requirements from the working directory;
`--find-links` from the file if it exists there, else from the working directory. `-r` in a constraints file
includes requirements. A file included several times is read once. All faults are told, not the first.

Where this differs from pip: `--index-url` does not drop the extra indexes named before it; included files
must be local; see also `options` and `text`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.errors import InvalidRequirementError
from builder.inputs import missing
from builder.inputs.format_control import with_no_binary, with_only_binary
from builder.inputs.gathered import Gathered
from builder.inputs.hashes import strong_hash
from builder.inputs.lines import LogicalLine, hidden, logical_lines
from builder.inputs.locations import read_host, read_location
from builder.inputs.messages import placed, shown
from builder.inputs.options import Option, Statement, read_statement
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.text import decode
from builder.inputs.urls import absolute, path_of, scheme_of
from builder.model import Origin, Request
from manylinux.errors import LbuildError, UsageError

_DEEPEST = 100
"""Files that include one another in a row."""
_FAULTS = 100
"""After which a file is read no further: it is no requirements file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The file being read."""

    source: str
    folder: Path
    constraint: bool
    chain: tuple[Path, ...]
    """The files that included it, outermost first, and itself."""


class RequirementsReader:
    """Reads requirements files into a Gathered."""

    def __init__(self, place: Place, environ: Mapping[str, str], gathered: Gathered) -> None:
        self._place = place
        self._environ = environ
        self._gathered = gathered
        self._read: set[tuple[Path, bool]] = set()

    def read_file(self, path: Path, *, constraint: bool, chain: tuple[Path, ...] = ()) -> None:
        """Everything in `path` is gathered, faults too; raises UsageError when it cannot be opened."""
        _check_chain(path, chain)
        if (path, constraint) in self._read:
            return
        self._read.add((path, constraint))
        content = open_input(path, self._place)
        self._gathered.files.append(path)
        source = source_name(path, self._place.cwd)
        # What is read from a pipe lies in no folder that anyone chose.
        folder = self._place.cwd if self._place.disk.is_pipe(path) else path.parent
        self.read_content(content, source=source, folder=folder, constraint=constraint, chain=(*chain, path))

    def read_content(
        self,
        content: bytes,
        *,
        source: str,
        folder: Path,
        constraint: bool = False,
        chain: tuple[Path, ...] = (),
    ) -> None:
        """Everything in `content` is gathered, faults too."""
        file = _File(source=source, folder=folder, constraint=constraint, chain=chain)
        errors = self._gathered.errors
        before = len(errors)
        try:
            text = decode(content)
        except LbuildError as error:
            errors.append(placed(error, Origin(source=source)))
            return
        for line in logical_lines(text, self._environ):
            origin = Origin(source=source, line=line.number)
            try:
                self._take(line, origin, file)
            except LbuildError as error:
                errors.append(placed(_without_values(error, line, self._environ), origin, line.written))
            if len(errors) - before >= _FAULTS:
                errors.append(InvalidRequirementError(f"{origin}: reading ends here, after {_FAULTS} faults"))
                return

    def _take(self, line: LogicalLine, origin: Origin, file: _File) -> None:
        statement = read_statement(line.text)
        for option in statement.options:
            self._apply(option, file)
        if statement.requirement is None:
            return
        request = read_request(statement.requirement, _given(statement, origin, file.folder), self._place)
        if file.constraint:
            _check_constraint(request)
            self._gathered.constraints.append(request)
        else:
            self._gathered.requests.append(request)

    def _apply(self, option: Option, file: _File) -> None:
        gathered = self._gathered
        match option.name:
            case "--requirement" | "--constraint":
                nested = included_path(option.value, file.folder)
                self.read_file(nested, constraint=option.name == "--constraint", chain=file.chain)
            case "--index-url":
                gathered.index_url = read_location(option.value, (self._place.cwd,), self._place.disk)
            case "--extra-index-url":
                gathered.extra_index_urls.append(
                    read_location(option.value, (self._place.cwd,), self._place.disk)
                )
            case "--find-links":
                folders = (file.folder, self._place.cwd)
                gathered.find_links.append(read_location(option.value, folders, self._place.disk))
            case "--trusted-host":
                gathered.trusted_hosts.append(read_host(option.value))
            case "--no-binary":
                gathered.format_control = with_no_binary(gathered.format_control, option.value)
            case "--only-binary":
                gathered.format_control = with_only_binary(gathered.format_control, option.value)
            case _:
                self._switch_on(option.name)

    def _switch_on(self, name: str) -> None:
        gathered = self._gathered
        match name:
            case "--no-index":
                gathered.no_index = True
            case "--pre" | "--all-releases":
                gathered.allow_prereleases = True
            case "--prefer-binary":
                pass  # lbuild does so unless `--prefer newest` says otherwise
            case "--require-hashes":
                gathered.require_hashes = True
            case "--no-require-hashes":
                gathered.no_require_hashes = True
            case "--hash":
                gathered.hash_option_seen = True
            case _:
                """`--config-settings` is the requirement's; `--use-feature` speaks of pip's own machinery."""


def open_input(path: Path, place: Place) -> bytes:
    """The bytes of a file the user named; raises InputNotFoundError or UsageError."""
    name = source_name(path, place.cwd)
    if place.disk.is_dir(path):
        raise UsageError(f"`{shown(name)}` is a folder, and a file is needed")
    if not place.disk.is_file(path) and not place.disk.is_pipe(path):
        raise missing.no_such_input(name, path, place.disk)
    try:
        return place.disk.read(path)
    except OSError as error:
        raise UsageError(
            f"`{shown(name)}` cannot be read", evidence=[error.strerror or str(error)]
        ) from error


def source_name(path: Path, cwd: Path) -> str:
    """How messages name a file: from the working directory when it is below, `/` between folders."""
    return (path.relative_to(cwd) if path.is_relative_to(cwd) else path).as_posix()


def _without_values(error: LbuildError, line: LogicalLine, environ: Mapping[str, str]) -> LbuildError:
    """The same error, without values of variables, which may be secrets."""
    if line.text == line.written:
        return error
    return type(error)(
        hidden(error.summary, line, environ),
        evidence=[hidden(each, line, environ) for each in error.evidence],
        hint=hidden(error.hint, line, environ) if error.hint else None,
    )


def _check_chain(path: Path, chain: tuple[Path, ...]) -> None:
    if path in chain:
        circle = [*chain[chain.index(path) :], path]
        raise InvalidRequirementError(
            "the file includes itself", evidence=[" -> ".join(shown(each.name) for each in circle)]
        )
    if len(chain) >= _DEEPEST:
        raise InvalidRequirementError(f"files include one another more than {_DEEPEST} deep")


def included_path(written: str, folder: Path) -> Path:
    """The file that `-r` or `-c` names, from `folder`."""
    scheme = scheme_of(written)
    if scheme == "file":
        return path_of(written, folder)
    if scheme is not None:
        raise InvalidRequirementError(
            f"`{shown(written)}` is not a local file", hint="Download it, and include the copy"
        )
    return absolute(written, folder)


def _given(statement: Statement, origin: Origin, folder: Path) -> Given:
    if not statement.options:
        return Given(origin=origin, folder=folder, editable=statement.editable)
    return Given(
        origin=origin,
        folder=folder,
        editable=statement.editable,
        hashes=frozenset(
            strong_hash(option.value) for option in statement.options if option.name == "--hash"
        ),
        config_settings=_config_settings(statement.options),
    )


def _config_settings(options: tuple[Option, ...]) -> Mapping[str, str | tuple[str, ...]]:
    settings: dict[str, list[str]] = {}
    for option in options:
        if option.name == "--config-settings":
            key, equals, value = option.value.partition("=")
            if not key or not equals:
                raise InvalidRequirementError(
                    f"`{shown(option.value)}` is no setting", hint="Write `KEY=VALUE`"
                )
            settings.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else tuple(values) for key, values in settings.items()}


def _check_constraint(request: Request) -> None:
    if request.editable:
        raise InvalidRequirementError("a constraint cannot be editable")
    if request.requirement is None:
        raise InvalidRequirementError("a constraint needs a project name", hint="Write `name @ URL`")
    if request.extras:
        raise InvalidRequirementError(
            "a constraint cannot have extras", hint="Write the extras where the project is required"
        )
