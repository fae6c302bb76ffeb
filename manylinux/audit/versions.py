"""Whether the libraries a file gets define the symbol versions it wants of them.

Specs: Linux Standard Base, "Symbol Versioning"; glibc's elf/dl-version.c. A library without any definitions
satisfies every want.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from manylinux.audit.finding import Finding, Severity
from manylinux.audit.scene import Scene
from manylinux.elf.facts import Binary, ElfFacts

_CODES = {
    "GLIBC": "glibc-too-new",
    "GLIBCXX": "libstdcxx-too-new",
    "CXXABI": "libstdcxx-too-new",
    "GCC": "libgcc-too-new",
}
_NAMED = {"GLIBC_ABI_DT_RELR": (2, 36), "GLIBC_PRIVATE": (0,), "CXXABI_TM_1": (0,), "CXXABI_FLOAT128": (0,)}
"""Versions that are no numbers, to the number of the release that has them first; 0 where all have."""
_UNKNOWN = (1_000_000,)
"""Versions of glibc's loader that nobody has heard of are newer than all."""
_UNRELEASED = ("GLIBC_ABI_",)


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
        family, _, number = version.partition("_")
        sure = scene.policy.newest.get(family)
        if sure is None:
            continue
        want = _Want(_order(version, number), version, library, family)
        if want.order <= _numbers(sure):
            continue
        today = scene.policy.today.get(family)
        there = today is not None and want.order <= _numbers(today)
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


@lru_cache(maxsize=1024)
def _order(version: str, number: str) -> tuple[int, ...]:
    """For comparing; what is no number is very old, unless it belongs to those that came lately."""
    if version in _NAMED:
        return _NAMED[version]
    if version.startswith(_UNRELEASED):
        return _UNKNOWN
    return _numbers(number)


@lru_cache(maxsize=1024)
def _numbers(text: str) -> tuple[int, ...]:
    """A version's numbers; empty, and so the oldest, where it has others than numbers."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() and len(part) < 10 for part in parts) else ()
