"""The audit held against the load test, file by file: pure.

What cannot be judged here is told apart by these rules, none of which names a project or a file:

1. A symbol that is not there, where the file has a library of the runtime loaded in whose stead an empty one
   stands: the loader looks for symbols when it has found all libraries and versions.
2. A version that the runtime has and this machine's library does not.
3. Alignment, where the runtime's glibc judges it otherwise than this machine's (changed in 2.35), and
   processor levels, which this machine's processor may have.
4. A process that ended in the file's own code: the loader had taken it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from manylinux.audit.finding import Finding, Severity
from manylinux.elf.facts import Binary, ElfFacts
from sweeps.oracle.ceilings import Ceilings
from sweeps.oracle.loading import Loading
from sweeps.oracle.messages import Reason, Refusal, parse

_FOR = {
    Reason.LIBRARY: {"missing-library", "musl-linked"},
    Reason.VERSION: {"glibc-too-new", "libstdcxx-too-new", "libgcc-too-new", "version-missing"},
    Reason.SYMBOL: {"abi3-beyond"},
    Reason.FORM: {"misaligned-segment", "unreadable", "foreign-binary", "wrong-machine", "isa-too-new"},
}
"""Reasons of the loader to the audit's codes that foretell them."""
_UNTESTED = {"misaligned-segment": (2, 35), "isa-too-new": None}
"""Codes about which this machine may think otherwise, to the glibc from which on it does not."""
_NOT_DLOPENED = {"wrong-python": "Python passes over the file's name; the loader would take it"}
_WANTED = re.compile(r"`(?P<version>[A-Za-z]\w*?_[\w.]+)` of `(?P<library>[^`]+)`")


class Verdict(StrEnum):
    """What a comparison came to."""

    LOADS = "loads, and nothing is said against it"
    TRUE = "told, and it does not load"
    SOFT = "told less than an error, and it does not load"
    FOLLOWS = "does not load because of another that was told"
    PROGRAM = "a program"
    UNJUDGED = "cannot be judged here"
    FALSE_ALARM = "told, and it loads"
    MISS = "not told, and it does not load"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One file."""

    path: str
    verdict: Verdict
    codes: tuple[str, ...] = ()
    """Of the audit's errors."""
    said: str | None = None
    """By the loader, or why it is not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A bundle and the machine it was tried on."""

    files: Mapping[str, Binary] = field(hash=False)
    findings: Mapping[str, tuple[Finding, ...]] = field(hash=False)
    """By path."""
    stubs: Collection[str]
    offered: Collection[str]
    """Versions that the libraries here have."""
    ceilings: Ceilings
    glibc: tuple[int, int]
    """The runtime's."""


def judge(scene: Scene, loadings: Iterable[Loading]) -> tuple[Judged, ...]:
    """A verdict on every file that was tried."""
    return tuple(_judged(scene, each) for each in loadings)


def _judged(scene: Scene, loading: Loading) -> Judged:
    path, said = loading.path, loading.said or loading.ended
    errors = [each for each in scene.findings.get(path, ()) if each.severity is Severity.ERROR]
    codes = tuple(sorted({each.code for each in errors}))
    if loading.said is None:
        verdict, said = _of_loaded(scene, loading, codes)
    else:
        verdict, said = _of_refused(scene, path, loading.said, errors)
        # A library may be found wanting only when what it needs is found by who asks for it (DT_RPATH).
        for other in loading.asked if verdict in (Verdict.FALSE_ALARM, Verdict.MISS) else ():
            if any(_foretells(each, parse(other), path) for each in errors):
                verdict, said = Verdict.TRUE, other
    return Judged(path=path, verdict=verdict, codes=codes, said=said)


def _of_loaded(scene: Scene, loading: Loading, codes: tuple[str, ...]) -> tuple[Verdict, str | None]:
    if not codes:
        # Rule 4.
        return (Verdict.UNJUDGED if loading.ended else Verdict.LOADS), loading.ended
    if any(code in _NOT_DLOPENED for code in codes):
        return Verdict.TRUE, next(_NOT_DLOPENED[code] for code in codes if code in _NOT_DLOPENED)
    if all(code in _UNTESTED and _differs(_UNTESTED[code], scene.glibc) for code in codes):
        return Verdict.UNJUDGED, "rule 3"
    return Verdict.FALSE_ALARM, loading.ended


def _differs(since: tuple[int, int] | None, glibc: tuple[int, int]) -> bool:
    return since is None or glibc < since


def _of_refused(scene: Scene, path: str, said: str, errors: list[Finding]) -> tuple[Verdict, str]:
    refusal = parse(said)
    if refusal.reason is Reason.PROGRAM:
        return Verdict.PROGRAM, said
    told = [each for each in scene.findings.get(path, ()) if _foretells(each, refusal, path)]
    if any(each.severity is Severity.ERROR for each in told):
        return Verdict.TRUE, said
    if errors:
        return Verdict.FALSE_ALARM, f"for another reason: {said}"
    if told:
        return Verdict.SOFT, said
    reached = tuple(_reached(scene.files, path))
    if any(_foretells(each, refusal, other) for other in reached for each in scene.findings.get(other, ())):
        return Verdict.FOLLOWS, said
    if refusal.reason is Reason.SYMBOL and _names(scene.files, (path, *reached)) & set(scene.stubs):
        return Verdict.UNJUDGED, f"rule 1: {said}"
    unknown_here = refusal.name not in scene.offered and scene.ceilings.has(refusal.name)
    if refusal.reason is Reason.VERSION and unknown_here and refusal.of not in _own_names(scene.files):
        return Verdict.UNJUDGED, f"rule 2: {said}"
    return Verdict.MISS, said


def _foretells(finding: Finding, refusal: Refusal, path: str) -> bool:
    """Whether what was found in the file at `path` is what the loader says."""
    codes = _FOR.get(refusal.reason, set())
    told = "\n".join(finding.evidence)
    if refusal.reason is Reason.LIBRARY:
        if refusal.name.endswith(f"/{path}"):
            # The loader says so of the file itself where it is for another machine.
            return finding.code == "wrong-machine"
        return finding.code in codes and f"`{refusal.name.rpartition('/')[2]}`" in told
    if refusal.reason is Reason.VERSION:
        family = refusal.name.partition("_")[0]
        asked = {(each["version"].partition("_")[0], each["library"]) for each in _WANTED.finditer(told)}
        return finding.code in codes and refusal.by.endswith(f"/{path}") and (family, refusal.of) in asked
    return finding.code in codes


def _reached(files: Mapping[str, Binary], path: str) -> Iterator[str]:
    """Files of the bundle that the one at `path` needs, by name, however indirectly."""
    named: dict[str, list[str]] = {}
    for each, binary in files.items():
        names = {each.rpartition("/")[2], getattr(binary, "soname", None) or ""}
        for name in names:
            named.setdefault(name, []).append(each)
    seen, waiting = {path}, [path]
    while waiting:
        binary = files.get(waiting.pop())
        for name in binary.needed if isinstance(binary, ElfFacts) else ():
            for each in named.get(name.rpartition("/")[2], ()):
                if each not in seen:
                    seen.add(each)
                    waiting.append(each)
                    yield each


def _names(files: Mapping[str, Binary], paths: Iterable[str]) -> set[str]:
    binaries = (files.get(path) for path in paths)
    return {name for each in binaries if isinstance(each, ElfFacts) for name in each.needed}


def _own_names(files: Mapping[str, Binary]) -> set[str]:
    return {path.rpartition("/")[2] for path in files}
