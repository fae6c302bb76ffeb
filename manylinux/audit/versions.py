"""Whether the libraries a file gets define the symbol versions it wants of them.

Specs: Linux Standard Base, "Symbol Versioning"; glibc's elf/dl-version.c. A library without any definitions
satisfies every want.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.scene import Scene
from manylinux.elf.facts import Binary, ElfFacts
from manylinux.policy.symbol_versions import numbers_of, order_of

_CODES = {
    "GLIBC": "glibc-too-new",
    "GLIBCXX": "libstdcxx-too-new",
    "CXXABI": "libstdcxx-too-new",
    "GCC": "libgcc-too-new",
}


class _Want(NamedTuple):
    order: tuple[int, ...]
    version: str
    library: str
    family: str


def versions(scene: Scene, path: str, facts: ElfFacts) -> Iterator[Finding]:
    """One finding for each code and severity, whatever the number of versions that are not there."""
    answers = scene.answers[path]
    told: dict[tuple[str, Severity], list[_Want]] = {}
    missing: list[str] = []
    for library, wanted in facts.version_needs.items():
        found = answers.get(library)
        bundled = _bundled(scene, library, found)
        if bundled:
            missing += _undefined(scene, library, wanted, bundled)
            continue
        if library not in facts.needed or found is not None:
            for code, severity, want in _too_new(scene, library, wanted):
                told.setdefault((code, severity), []).append(want)
    for (code, severity), wants in told.items():
        yield _finding(scene, path, code, severity, wants)
    if missing:
        yield scene.finding(
            "version-missing",
            Severity.ERROR,
            path,
            *missing,
            hint="The library and what uses it are of different builds: take both from one wheel",
        )


def _bundled(scene: Scene, library: str, found: str | None) -> tuple[str, ...]:
    """Files of the bundle that serve as `library`: the one found, or those that may be loaded before."""
    if found is None:
        return scene.sonames.get(library, ())
    return (found,) if found in scene.files else ()


def _undefined(scene: Scene, library: str, wanted: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    for version in wanted:
        offers = [scene.files[path] for path in paths]
        if not any(_defines(each, version) for each in offers):
            where = ", ".join(f"`{scene.shown[path]}`" for path in paths)
            yield f"needs `{version}` of `{library}`; {where} does not define it"


def _defines(binary: Binary, version: str) -> bool:
    """Whether the version is there; of what cannot be read, that is told elsewhere."""
    if not isinstance(binary, ElfFacts):
        return True
    return not binary.version_definitions or version in binary.version_definitions


def _too_new(scene: Scene, library: str, wanted: Iterable[str]) -> Iterator[tuple[str, Severity, _Want]]:
    for version in wanted:
        family = version.partition("_")[0]
        sure = scene.policy.newest.get(family)
        if sure is None:
            continue
        want = _Want(order_of(version), version, library, family)
        if want.order <= numbers_of(sure):
            continue
        today = scene.policy.today.get(family)
        there = today is not None and want.order <= numbers_of(today)
        yield _CODES.get(family, "version-missing"), Severity.WARNING if there else Severity.ERROR, want


def _finding(scene: Scene, path: str, code: str, severity: Severity, wants: list[_Want]) -> Finding:
    worst: dict[tuple[str, str], _Want] = {}
    for want in sorted(wants):
        worst[want.library, want.family] = want
    newest, today = scene.policy.newest, scene.policy.today
    runtime = scene.policy.runtime
    told = [
        f"needs `{want.version}` of `{want.library}`; {runtime} has {newest[want.family]}"
        + (f" for sure, {today[want.family]} today" if severity is Severity.WARNING else "")
        for want in sorted(worst.values(), key=lambda want: (want.library, want.version))
    ]
    return scene.finding(code, severity, path, *told, hint=_hint(scene, code))


def _hint(scene: Scene, code: str) -> str:
    glibc = "{}_{}".format(*scene.policy.glibc)
    if code == "glibc-too-new":
        return f"Take a wheel tagged manylinux_{glibc} or older, or build it for {scene.policy.runtime}"
    if code == "version-missing":
        return "Bundle the library under a name of its own, as `auditwheel repair` does"
    return f"Take a wheel tagged manylinux_{glibc} or older, or build it with an older compiler"
