"""packse scenarios as in-memory indexes: each is a TOML file with packages, requirements and a verdict."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.model import FormatControl, Request, ResolveOptions
from builder.testing import MemoryIndex
from factories.requests import ask
from manylinux.architecture import Architecture
from manylinux.runtimes import find_runtime
from manylinux.target import Target

DEFAULT_PYTHON = "3.12"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario, ready to be resolved."""

    id: str
    universal: bool
    """Needs several targets in one resolution."""
    index: MemoryIndex
    requests: tuple[Request, ...]
    target: Target
    options: ResolveOptions
    satisfiable: bool
    packages: Mapping[NormalizedName, Version]


def read_scenarios(folder: Path) -> Iterator[Scenario]:
    """Every scenario below a folder, in order of path."""
    for path in sorted(folder.rglob("*.toml")):
        yield _scenario(f"{path.parent.name}/{path.stem}", tomllib.loads(path.read_text(encoding="utf-8")))


def _scenario(id_: str, form: Mapping[str, Any]) -> Scenario:
    root, expected, options = form["root"], form["expected"], form.get("resolver_options", {})
    requests = [ask(text) for text in root.get("requires", ())]
    for name in options.get("extras", ()):
        requests += [ask(text) for text in root.get("extras", {}).get(name, ())]
    return Scenario(
        id=id_,
        universal=id_.startswith("fork/") or bool(options.get("universal")) or "resolution" in options,
        index=_index(form.get("packages", {})),
        requests=tuple(requests),
        target=_target(options, form.get("environment", {})),
        options=_options(options),
        satisfiable=expected["satisfiable"],
        packages={
            canonicalize_name(name): Version(str(text)) for name, text in expected.get("packages", {}).items()
        },
    )


def _target(options: Mapping[str, Any], environment: Mapping[str, Any]) -> Target:
    full = str(options.get("python") or environment.get("python") or DEFAULT_PYTHON)
    minor = ".".join(full.split(".")[:2])
    patched = full if full.count(".") == 2 else f"{full}.0"
    runtime = replace(find_runtime(f"python{minor}"), python_release=patched)
    return Target(runtime=runtime, architecture=Architecture.X86_64)


def _options(options: Mapping[str, Any]) -> ResolveOptions:
    known = {"python", "universal", "prereleases", "no_build", "no_binary", "python_platform", "resolution"}
    unknown = set(options) - known - {"required_environments"}
    if unknown:
        raise ValueError(f"unknown resolver options: {unknown}")
    return ResolveOptions(
        allow_prereleases=_allows_prereleases(options.get("prereleases")),
        format_control=FormatControl(
            only_binary=frozenset(options.get("no_build", ())),
            no_binary=frozenset(options.get("no_binary", ())),
        ),
    )


def _allows_prereleases(value: object) -> bool:
    return value in (True, "allow")


def _index(packages: Mapping[str, Any]) -> MemoryIndex:
    index = MemoryIndex()
    for name, package in packages.items():
        for version, given in package.get("versions", {}).items():
            _add_version(index, name, version, given)
    return index


def _add_version(index: MemoryIndex, name: str, version: str, given: Mapping[str, Any]) -> None:
    extras = given.get("extras", {})
    requires = list(given.get("requires", ()))
    requires += [_with_extra(text, extra) for extra, texts in extras.items() for text in texts]
    facts = {
        "requires": requires,
        "extras": list(extras),
        "requires_python": given.get("requires_python", ">=3.8"),
        "yanked": "" if given.get("yanked") else None,
    }
    stem = f"{name.replace('-', '_')}-{version}"
    if given.get("sdist", True):
        index.add(f"{stem}.tar.gz", **facts)
    if given.get("wheel", True):
        for tag in given.get("wheel_tags") or ["py3-none-any"]:
            index.add(f"{stem}-{tag}.whl", **facts)


def _with_extra(text: str, extra: str) -> str:
    head, semicolon, marker = text.partition(";")
    return f'{head} ; ({marker}) and extra == "{extra}"' if semicolon else f'{head} ; extra == "{extra}"'
