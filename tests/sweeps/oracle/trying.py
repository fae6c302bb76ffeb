"""A folder that lbuild made: audited, and every compiled file of it tried."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath

from builder.inspection.opening import ReadBinary, open_part
from builder.inspection.values import Part
from manylinux.audit.audit import audit
from manylinux.audit.finding import Finding
from manylinux.elf.facts import Binary, ElfFacts, Kind, Unreadable
from manylinux.policy.policy import Policy
from sweeps.oracle.ceilings import ceilings_of
from sweeps.oracle.loading import load_all
from sweeps.oracle.root import Root
from sweeps.oracle.verdicts import Judged, Scene, judge

_ASKING = 12
"""Files tried in whose place a library is loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A bundle with what is said of it."""

    part: Part
    findings: tuple[Finding, ...]
    """Of the audit."""
    judged: tuple[Judged, ...]
    """Empty where there was no oracle."""


def try_folder(folder: Path, policy: Policy, read: ReadBinary, scratch: Path, root: Root | None) -> Tried:
    """The audit's findings and, given a runtime's file system, the verdicts on all files."""
    part = open_part(folder, read, scratch)
    findings = audit(
        part.binaries, policy, others=[path for path in part.entries if path not in part.binaries]
    )
    if root is None:
        return Tried(part=part, findings=findings, judged=())
    modules, asking = modules_that_help(part), files_that_ask(part)
    wanted = {
        path: (*asking.get(path, ()), *modules.get(path, ()))
        for path, binary in part.binaries.items()
        if _is_for_the_loader(path, binary)
    }
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        by_path.setdefault(finding.path, []).append(finding)
    scene = Scene(
        files=part.binaries,
        findings={path: tuple(found) for path, found in by_path.items()},
        stubs=root.stubs,
        offered=root.offered,
        ceilings=ceilings_of(policy),
        glibc=policy.glibc,
    )
    return Tried(part=part, findings=findings, judged=judge(scene, load_all(root, folder, wanted)))


def _is_for_the_loader(path: str, binary: Binary) -> bool:
    """Whether someone may have it loaded: not what linkers take, nor what only its name makes a library."""
    if isinstance(binary, ElfFacts):
        return binary.kind not in (Kind.OBJECT, Kind.OTHER)
    return isinstance(binary, Unreadable) or path.endswith(".so")


def modules_that_help(part: Part) -> Mapping[str, tuple[str, ...]]:
    """Compiled file to modules whose import may load what it needs: itself, then its distribution's."""
    tops: dict[str, list[str]] = {}
    for path, owner in part.owners.items():
        for module in _outermost(path, part):
            if module not in tops.setdefault(owner, []):
                tops[owner].append(module)
    return {
        path: tuple(dict.fromkeys((*_own(path), *sorted(tops.get(part.owners.get(path, ""), ())))))
        for path in part.binaries
    }


def files_that_ask(part: Part) -> Mapping[str, tuple[str, ...]]:
    """Library to a few files by whose loading it is loaded, nearest first; absolute, as in the function.

    A library that nothing opens by itself may have what it needs found by who asked for it (DT_RPATH).
    """
    named: dict[str, set[str]] = {}
    facts = {path: each for path, each in part.binaries.items() if isinstance(each, ElfFacts)}
    for path, each in facts.items():
        for name in each.needed:
            named.setdefault(name.rpartition("/")[2], set()).add(path)
    return {path: tuple(islice(_asking(path, facts, named), _ASKING)) for path in facts}


def _asking(path: str, facts: Mapping[str, ElfFacts], named: Mapping[str, set[str]]) -> Iterator[str]:
    seen, waiting = {path}, deque([path])
    while waiting:
        each = waiting.popleft()
        names = {each.rpartition("/")[2], facts[each].soname or ""}
        for other in sorted({found for name in names for found in named.get(name, ())} - seen):
            seen.add(other)
            waiting.append(other)
            yield f"/var/task/{other}"


def _own(path: str) -> Iterator[str]:
    pure = PurePosixPath(path)
    parts = (*pure.parts[:-1], pure.name.partition(".")[0])
    if pure.name.endswith(".so") and all(part.isidentifier() for part in parts):
        yield ".".join(parts)


def _outermost(path: str, part: Part) -> Iterator[str]:
    """The package on top of a module's path; of a namespace package, the first that is one by itself."""
    parts = path.split("/")
    if not path.endswith(".py"):
        return
    if len(parts) == 1:
        yield parts[0].removesuffix(".py")
    for length in range(1, len(parts)):
        if "/".join((*parts[:length], "__init__.py")) in part.entries:
            yield ".".join(parts[:length])
            return
