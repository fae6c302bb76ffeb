"""Which libraries go into a wheel, and what is rewritten for it: decided from facts, touching nothing.

auditwheel's method. A graft's name holds its digest, so that no other library of the process answers to it,
and none of the runtime's, whose folders are searched first. RPATH, not RUNPATH: it comes before
LD_LIBRARY_PATH.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from posixpath import dirname, normpath, relpath
from typing import TYPE_CHECKING

from manylinux.elf.facts import ElfFacts, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from manylinux.elf.facts import Binary, Machine
    from manylinux.policy.policy import Policy
    from manylinux.repair.libraries import LibrarySource

_ORIGINS = ("$ORIGIN", "${ORIGIN}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What of a compiled file is rewritten."""

    soname: str | None = None
    """The new name; None where it keeps its own."""
    needed: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Names in DT_NEEDED to what stands there instead."""
    rpath: tuple[str, ...] | None = None
    """What RPATH and RUNPATH become; None where they stay."""

    def __bool__(self) -> bool:
        return self.soname is not None or bool(self.needed) or self.rpath is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Graft:
    """A library that goes into the wheel."""

    needed: str
    """The name under which it was first asked for."""
    name: str
    """Of its file in the wheel, and its new soname."""
    source: Path
    sha256: str
    facts: ElfFacts
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class GraftPlan:
    """Everything that is rewritten or added."""

    changes: Mapping[str, Change] = field(hash=False)
    """Files of the wheel, by the path they are installed at."""
    grafts: tuple[Graft, ...]
    """Sorted by name."""
    names: Mapping[str, str] = field(hash=False)
    """Every name that was asked for and is grafted, to the graft's."""


def plan_grafts(
    files: Mapping[str, ElfFacts],
    wanted: Iterable[str],
    folder: str,
    policy: Policy,
    finder: Finder,
) -> GraftPlan:
    """The plan for a wheel's compiled `files`, some of which need `wanted`; grafts go to `folder`.

    What `finder` does not find is left as it is, for an audit to tell.
    """
    chosen = _chosen(wanted, policy, finder)
    names = {needed: library.name for needed, library in chosen.items()}
    changes = {path: _change(path, facts, names, folder) for path, facts in files.items()}
    return GraftPlan(
        changes={path: change for path, change in sorted(changes.items()) if change},
        grafts=tuple(
            sorted(
                {library.name: _graft(library, names) for library in chosen.values()}.values(),
                key=lambda each: each.name,
            )
        ),
        names=names,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that was found for a name."""

    needed: str
    name: str
    source: Path
    sha256: str
    facts: ElfFacts


@dataclass(slots=True, kw_only=True)
class Finder:
    """Looks libraries up in their source; passes over what is for another machine, as a loader does."""

    libraries: LibrarySource | None
    read: Callable[[Path], Binary | None]
    machine: Machine
    _by_digest: dict[str, Library] = field(default_factory=dict)

    def find(self, needed: str) -> Library | None:
        """The first that fits; one for each content, whatever it is asked for as."""
        for path in self.libraries.candidates(needed) if self.libraries else ():
            facts = self.read(path)
            if isinstance(facts, ElfFacts) and facts.machine is self.machine and facts.kind is Kind.SHARED:
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                name = grafted_name(needed.rpartition("/")[2], digest)
                made = Library(needed=needed, name=name, source=path, sha256=digest, facts=facts)
                return self._by_digest.setdefault(digest, made)
        return None


def grafted_name(name: str, sha256: str) -> str:
    """`libpq.so.5` as `libpq-1a2b3c4d.so.5`."""
    stem, dot, rest = name.partition(".")
    return f"{stem}-{sha256[:8]}{dot}{rest}"


def _chosen(wanted: Iterable[str], policy: Policy, finder: Finder) -> dict[str, Library]:
    """Names to libraries: those wanted, and what they need in turn and the runtime does not promise."""
    chosen: dict[str, Library] = {}
    queue = deque(sorted(wanted))
    seen = set(queue)
    while queue:
        needed = queue.popleft()
        library = finder.find(needed)
        if library is None:
            continue
        chosen[needed] = library
        for name in library.facts.needed:
            promised = name in policy.contract or name in policy.python_libraries
            if name not in seen and not promised:
                seen.add(name)
                queue.append(name)
    return chosen


def _graft(library: Library, names: Mapping[str, str]) -> Graft:
    facts = library.facts
    needed = {name: names[name] for name in facts.needed if name in names}
    rpath = ("$ORIGIN",) if needed else ()
    keeps = facts.rpath == rpath and not facts.runpath
    return Graft(
        needed=library.needed,
        name=library.name,
        source=library.source,
        sha256=library.sha256,
        facts=facts,
        change=Change(soname=library.name, needed=needed, rpath=None if keeps else rpath),
    )


def _change(path: str, facts: ElfFacts, names: Mapping[str, str], folder: str) -> Change:
    needed = {name: names[name] for name in facts.needed if name in names}
    there = facts.runpath or facts.rpath
    kept = [entry for entry in there if _stays_within(entry, path)]
    if needed:
        kept.append(_origin_to(folder, path))
    rpath = tuple(dict.fromkeys(kept))
    return Change(needed=needed, rpath=None if rpath == there else rpath)


def _origin_to(folder: str, path: str) -> str:
    return f"$ORIGIN/{relpath(folder, dirname(path) or '.')}"


def _stays_within(entry: str, path: str) -> bool:
    """Whether an entry of an RPATH is relative to the file, and below the folder wheels are installed to.

    It may name what another project brings. All others are of the machine that built it.
    """
    origin = next((each for each in _ORIGINS if entry == each or entry.startswith(f"{each}/")), None)
    if origin is None:
        return False
    folder = normpath(f"{dirname(path) or '.'}/{entry.removeprefix(origin)}")
    return folder != ".." and not folder.startswith("../")
