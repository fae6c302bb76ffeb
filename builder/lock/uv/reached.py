"""Which packages of a `uv.lock` a target needs: what its roots reach, markers evaluated for the target."""

from collections.abc import Iterator, Mapping, Sequence

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.utils import NormalizedName, canonicalize_name

from builder.errors import InvalidLockError
from builder.lock.uv.form import Dependency, Package, UvLock
from manylinux.errors import UsageError


class Reached:
    """The packages that are needed, each with the names of those that it needs itself."""

    def __init__(self, lock: UvLock, environment: Mapping[str, str], source: str) -> None:
        self._source = source
        self._environment = {**environment, "extra": ""}
        self._by_name: dict[NormalizedName, list[Package]] = {}
        for package in lock.packages:
            self._by_name.setdefault(canonicalize_name(package.name), []).append(package)
        self.needs: dict[Package, set[NormalizedName]] = {}

    def reach(self, dependencies: Sequence[Dependency]) -> set[NormalizedName]:
        """All that these need is in `needs`; the names of those that they name themselves."""
        names: set[NormalizedName] = set()
        waiting = [(names, each) for each in dependencies]
        seen: set[tuple[int, str]] = set()
        while waiting:
            parent, dependency = waiting.pop()
            if not self._applies(dependency):
                continue
            package = self._package(dependency)
            parent.add(canonicalize_name(package.name))
            needed = self.needs.setdefault(package, set())
            for extra in ("", *dependency.extra):
                if (id(package), extra) not in seen:
                    seen.add((id(package), extra))
                    waiting += [(needed, each) for each in _of_extra(package, extra)]
        return names

    def _applies(self, dependency: Dependency) -> bool:
        if dependency.marker is None:
            return True
        try:
            return Marker(dependency.marker).evaluate(self._environment)
        except (ValueError, UndefinedEnvironmentName, RecursionError) as error:
            raise InvalidLockError(
                f"`{self._source}` has a marker that is neither true nor false",
                evidence=[f"of {dependency.name}: {str(error) or type(error).__name__}"],
                hint="Write it anew with `uv lock`",
            ) from None

    def _package(self, dependency: Dependency) -> Package:
        found = [
            package
            for package in self._by_name.get(canonicalize_name(dependency.name), [])
            if dependency.version in {None, package.version}
            and (dependency.source is None or dependency.source == package.source)
        ]
        if len(found) == 1:
            return found[0]
        version = f" {dependency.version}" if dependency.version else ""
        raise InvalidLockError(
            f"`{self._source}` has {len(found) or 'no'} packages for `{dependency.name}`{version}",
            hint="Write it anew with `uv lock`",
        )


def roots(lock: UvLock, source: str, extras: Sequence[str], groups: Sequence[str]) -> tuple[Dependency, ...]:
    """What the lock's project asks for, with these extras and groups; uv's default groups are not taken."""
    if lock.manifest.requirements and not lock.manifest.members:
        _demand_known("extra", extras, (), source)
        _demand_known("group", groups, (), source)
        return lock.manifest.requirements
    project = next((each for each in lock.packages if each.source.project_folder == "."), None)
    if project is None:
        raise UsageError(
            f"`{source}` is of a workspace without a project of its own",
            evidence=[f"its members: {', '.join(lock.manifest.members)}"] if lock.manifest.members else [],
            hint="Write out one of them: `uv export --package NAME --format pylock.toml -o pylock.toml`",
        )
    _demand_known("extra", extras, project.optional, source)
    _demand_known("group", groups, project.groups, source)
    return tuple(_chosen(project, extras, groups))


def _chosen(project: Package, extras: Sequence[str], groups: Sequence[str]) -> Iterator[Dependency]:
    yield from project.dependencies
    for extra in extras:
        yield from _of_extra(project, extra)
    for group in groups:
        for name, dependencies in project.groups.items():
            if canonicalize_name(name) == canonicalize_name(group):
                yield from dependencies


def _of_extra(package: Package, extra: str) -> Iterator[Dependency]:
    """What an extra adds; the package's own dependencies where it is empty."""
    if not extra:
        yield from package.dependencies
    for name, dependencies in package.optional.items():
        if extra and canonicalize_name(name) == canonicalize_name(extra):
            yield from dependencies


def _demand_known(
    kind: str, chosen: Sequence[str], known: Mapping[str, object] | tuple[()], source: str
) -> None:
    """Raises UsageError for what the lock does not hold."""
    names = {canonicalize_name(name): name for name in known}
    for each in chosen:
        if canonicalize_name(each) not in names:
            raise UsageError(
                f"`{source}` has no {kind} `{each}`",
                hint=f"It has {', '.join(f'`{name}`' for name in names.values()) or 'none'}",
            )
