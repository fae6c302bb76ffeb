"""A bundle's compiled files with what the loader makes of them: what every check looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.loader import Loader
from manylinux.audit.module_name import ModuleName, is_extension, module_name, package_of
from manylinux.elf.facts import Binary, ElfFacts, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from manylinux.policy.policy import Policy

_LOADED = (Kind.SHARED, Kind.EXECUTABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Paths are absolute, as in the function."""

    policy: Policy
    files: Mapping[str, Binary] = field(hash=False)
    loader: Loader = field(hash=False)
    answers: Mapping[str, Mapping[str, str | None]] = field(hash=False)
    """For every file that fits the machine: what it needs, to the path it gets. None where nothing is found,
    be it in one order of loading only."""
    sonames: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Libraries of the bundle by soname, and by the name under which the loader found them."""
    modules: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Extension modules that Python can import, to the files that make them."""
    named: Mapping[str, tuple[str, ...]] = field(hash=False)
    """Compiled files by the last part of their path."""
    native: frozenset[str]
    """Packages that have a compiled file for this machine."""
    others: Collection[str]
    """Every path of the bundle that is no compiled file."""
    shown: Mapping[str, str] = field(hash=False)
    """Absolute paths to those of the bundle."""

    def finding(
        self, code: str, severity: Severity, path: str, *evidence: str, hint: str | None = None
    ) -> Finding:
        return Finding(code=code, severity=severity, path=self.shown[path], evidence=evidence, hint=hint)

    def fits(self, path: str) -> bool:
        """Whether the file is for this machine."""
        facts = self.files.get(path)
        return isinstance(facts, ElfFacts) and facts.machine is self.policy.machine

    def has_other_variant(self, path: str, name: ModuleName) -> bool:
        """Whether the module of this file can be imported without it."""
        if any(each != path for each in self.modules.get(name.module, ())):
            return True
        return any(f"{name.module}{source}" in self.others for source in (".py", "/__init__.py"))


def make_scene(files: Mapping[str, Binary], policy: Policy, *, root: str, others: Iterable[str]) -> Scene:
    """The scene of files by their path in the bundle, which is unpacked at `root`."""
    shown = {_absolute(path, root): path for path in files}
    placed = {path: files[shown[path]] for path in sorted(shown)}
    loader = Loader(placed, policy)
    fitting = {
        path: facts
        for path, facts in placed.items()
        if isinstance(facts, ElfFacts) and facts.machine is policy.machine and facts.kind in _LOADED
    }
    answers = _answers(fitting, loader)
    return Scene(
        policy=policy,
        files=placed,
        loader=loader,
        answers=answers,
        sonames=_sonames(fitting, answers),
        modules=_modules(fitting, policy),
        named=_grouped((path.rpartition("/")[2], path) for path in placed),
        native=frozenset(package_of(path) for path in fitting),
        others=frozenset(_absolute(path, root) for path in others),
        shown=shown,
    )


def _absolute(path: str, root: str) -> str:
    return path if path.startswith("/") else f"{root.rstrip('/')}/{path}"


def _answers(fitting: Mapping[str, ElfFacts], loader: Loader) -> dict[str, dict[str, str | None]]:
    """What every file gets, loaded from each file that nothing else in the bundle asks for."""
    asked = {name.rpartition("/")[2] for facts in fitting.values() for name in facts.needed}
    answers: dict[str, dict[str, str | None]] = {}
    for path, facts in fitting.items():
        if is_extension(path, facts) or not asked & {facts.soname, path.rpartition("/")[2]}:
            _visit(path, loader, answers)
    for path in fitting:
        if path not in answers:  # asked for where it is not found, or by what it asks for itself
            _visit(path, loader, answers)
    return answers


def _visit(path: str, loader: Loader, answers: dict[str, dict[str, str | None]]) -> None:
    answers.setdefault(path, {})
    for asking, name, found in loader.load(path):
        known = answers.setdefault(asking, {})
        if name not in known or found is None:
            known[name] = found


def _sonames(
    fitting: Mapping[str, ElfFacts], answers: Mapping[str, Mapping[str, str | None]]
) -> dict[str, tuple[str, ...]]:
    own = [(facts.soname, path) for path, facts in fitting.items() if facts.soname]
    asked = [
        (name, found)
        for path in fitting
        for name, found in answers[path].items()
        if found is not None and found in fitting
    ]
    return _grouped(dict.fromkeys(own + asked))


def _modules(fitting: Iterable[str], policy: Policy) -> dict[str, tuple[str, ...]]:
    names = ((module_name(path), path) for path in fitting)
    return _grouped((name.module, path) for name, path in names if name and name.imported_by(policy))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for key, path in pairs:
        groups.setdefault(key, []).append(path)
    return {key: tuple(paths) for key, paths in groups.items()}
