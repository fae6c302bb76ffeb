"""`pyproject.toml` to requests: `[project]` (PEP 621), its extras, and `[dependency-groups]` (PEP 735).

Extras that name the project itself (`all = ["mine[a,b]"]`) are unfolded. The project itself is not requested.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from packaging.dependency_groups import DependencyGroupResolver
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from builder.errors import InvalidRequirementError
from builder.inputs.messages import placed, shown
from builder.inputs.pep508 import parse_requirement
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.toml_text import parse_toml
from builder.inputs.unknown import unknown
from builder.model import Origin, Request
from manylinux.errors import LbuildError, SeveralErrors


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRequests:
    """What a project asks for."""

    requests: tuple[Request, ...]
    requires_python: str | None


def read_pyproject(
    content: bytes, *, source: str, place: Place, extras: Sequence[str] = (), groups: Sequence[str] = ()
) -> ProjectRequests:
    """The project's dependencies with those of the chosen extras and groups; raises every fault it sees."""
    try:
        project = _Project(parse_toml(content), source, place)
        requests, errors = project.chosen(extras, groups)
        requires_python = project.requires_python()
    except InvalidRequirementError as error:
        raise placed(error, Origin(source=source)) from None
    SeveralErrors.raise_any(errors)
    return ProjectRequests(requests=requests, requires_python=requires_python)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """A dependency as it stands in the file, with where."""

    where: str
    text: str
    marker: Marker | None = None
    """Of the extra that it was reached by."""
    extras: frozenset[str] = frozenset()
    """The extras that led to it, normalized."""


_MOST = 10_000
"""Dependencies; extras that name one another under different markers can multiply without end."""


class _Project:
    """The tables of one file."""

    def __init__(self, document: Mapping[str, Any], source: str, place: Place) -> None:
        self._document = document
        self._source = source
        self._place = place
        self._table = _table(document, "project")
        self._extras = {canonicalize_name(key): key for key in self._optional()}

    def chosen(
        self, extras: Sequence[str], groups: Sequence[str]
    ) -> tuple[tuple[Request, ...], list[LbuildError]]:
        """Requests in the order of the file, each once, and what is wrong with single dependencies."""
        found = [*self._dependencies(extras, bool(groups)), *self._group_dependencies(groups)]
        requests: dict[str, Request] = {}
        errors: list[LbuildError] = []
        reached: set[tuple[str, str]] = set()
        for dependency in found:  # grows while extras that name the project are unfolded
            if len(found) > _MOST:
                raise InvalidRequirementError(f"its extras unfold to more than {_MOST} dependencies")
            try:
                requirement = _with_marker(parse_requirement(dependency.text), dependency.marker)
                if self._is_itself(requirement):
                    found += self._unfolded(requirement, dependency.extras, reached)
                    continue
                origin = Origin(source=f"{self._source} {dependency.where}")
                request = read_request(str(requirement), Given(origin=origin), self._place)
                requests.setdefault(str(requirement), request)
            except LbuildError as error:
                errors.append(placed(error, Origin(source=f"{self._source} {dependency.where}")))
        return tuple(requests.values()), errors

    def requires_python(self) -> str | None:
        return requires_python_of(self._table.get("requires-python"), "project.requires-python")

    def _dependencies(self, extras: Sequence[str], only_groups_asked: bool) -> Iterator[Dependency]:
        if not self._table:
            if only_groups_asked and not extras:
                return
            raise self._without_project_table()
        self._check_static("dependencies")
        yield from listed(self._table.get("dependencies", []), "project.dependencies")
        for extra in extras:
            yield from self._of_extra(extra, None, frozenset())

    def _of_extra(self, extra: str, marker: Marker | None, above: frozenset[str]) -> Iterator[Dependency]:
        self._check_static("optional-dependencies")
        name = canonicalize_name(extra)
        try:
            key = self._extras[name]
        except KeyError:
            raise unknown("extra", extra, tuple(self._extras.values())) from None
        for each in listed(self._optional()[key], f"project.optional-dependencies.{key}"):
            yield replace(each, marker=marker, extras=above | {name})

    def _unfolded(
        self, requirement: Requirement, above: frozenset[str], reached: set[tuple[str, str]]
    ) -> Iterator[Dependency]:
        """The dependencies of the extras that the project requires of itself, once for each marker."""
        for extra in sorted(requirement.extras):
            key = (canonicalize_name(extra), str(requirement.marker or ""))
            if key[0] not in above and key not in reached:
                reached.add(key)
                yield from self._of_extra(extra, requirement.marker, above)

    def _group_dependencies(self, groups: Sequence[str]) -> Iterator[Dependency]:
        if not groups:
            return
        table = _table(self._document, "dependency-groups")
        names = {canonicalize_name(name) for name in table}
        for group in groups:
            if canonicalize_name(group) not in names:
                raise unknown("dependency group", group, tuple(table))
        try:
            resolver = DependencyGroupResolver(table)
            for group in groups:
                for number, requirement in enumerate(resolver.resolve(group)):
                    yield Dependency(where=f"dependency-groups.{group}[{number}]", text=str(requirement))
        except ExceptionGroup as error:
            evidence = [shown(str(each).partition("\n")[0]) for each in error.exceptions]
            raise InvalidRequirementError("`[dependency-groups]` breaks PEP 735", evidence=evidence) from None
        except RecursionError:
            raise InvalidRequirementError("`[dependency-groups]` include one another too deep") from None

    def _optional(self) -> Mapping[str, Any]:
        return _table(self._table, "optional-dependencies", "project.optional-dependencies")

    def _is_itself(self, requirement: Requirement) -> bool:
        name = self._table.get("name")
        return (
            isinstance(name, str)
            and requirement.url is None
            and canonicalize_name(requirement.name) == canonicalize_name(name)
        )

    def _check_static(self, field: str) -> None:
        dynamic = self._table.get("dynamic", [])
        if isinstance(dynamic, list) and field in dynamic:
            raise InvalidRequirementError(
                f"`project.{field}` is dynamic: only a build can tell it",
                hint="Name the project's folder (`./`) to have it built, or build from a lock file",
            )

    def _without_project_table(self) -> InvalidRequirementError:
        tool = self._document.get("tool")
        if isinstance(tool, dict) and isinstance(tool.get("poetry"), dict):
            hint = "Poetry keeps them in a table of its own: `poetry export -o requirements.txt`"
        else:
            hint = "PEP 621 has the dependencies there; `--group` takes those of a dependency group"
        return InvalidRequirementError("it has no `[project]` table", hint=hint)


def _with_marker(requirement: Requirement, marker: Marker | None) -> Requirement:
    if marker is not None:
        requirement.marker = marker if requirement.marker is None else marker & requirement.marker
    return requirement


def requires_python_of(value: Any, where: str) -> str | None:
    """The specifier that stands at `where`, if one does; raises InvalidRequirementError."""
    if value is None:
        return None
    try:
        return str(SpecifierSet(_string(value, where))) or None
    except InvalidSpecifier:
        raise InvalidRequirementError(
            f"`{where}` is `{shown(value)}`, which is no version specifier"
        ) from None


def listed(value: Any, where: str) -> Iterator[Dependency]:
    """The dependencies of a list that stands at `where`; raises InvalidRequirementError."""
    if not isinstance(value, list):
        raise InvalidRequirementError(f"`{where}` is no list")
    for number, text in enumerate(value):
        yield Dependency(where=f"{where}[{number}]", text=_string(text, f"{where}[{number}]"))


def _string(value: Any, where: str) -> str:
    if isinstance(value, str):
        return value
    raise InvalidRequirementError(f"`{where}` is no string")


def _table(document: Mapping[str, Any], key: str, where: str | None = None) -> Mapping[str, Any]:
    value = document.get(key, {})
    if isinstance(value, dict):
        return value
    raise InvalidRequirementError(f"`{where or key}` is no table")
