"""Which distributions must lie in one tree, because parted they would not work.

| what they share                                              | parted                                      |
| ------------------------------------------------------------ | ------------------------------------------- |
| a package that has an `__init__.py`, be it a namespace's     | only the first on sys.path is seen          |
| a path                                                       | one hides the other's                       |
| a library that one needs and only the other brings           | RPATH leads nowhere                         |

Folders without an `__init__.py` anywhere (PEP 420) may be parted. The app's source is one more tree: what it
adds to a distribution's package has to lie beside it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.link.plan import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Footprint:
    """What of one tree others may touch."""

    files: frozenset[str]
    """Paths below the library folder, folded."""
    folders: frozenset[str]
    """Of all files, with those above them."""
    packages: frozenset[str]
    """Folders with an `__init__`."""
    needs: frozenset[str]
    """Libraries that it needs and does not bring."""
    brings: frozenset[str]
    """Names by which its compiled files may be needed."""


def footprint(paths: Iterable[str], needs: Iterable[str] = (), sonames: Iterable[str] = ()) -> Footprint:
    """Of files by their paths below the library folder; `.dist-info` folders aside."""
    files = frozenset(folded(path) for path in paths if not path.partition("/")[0].endswith(".dist-info"))
    folders: set[str] = set()
    packages: set[str] = set()
    for path in files:
        folder, _, name = path.rpartition("/")
        if folder and name.startswith("__init__."):
            packages.add(folder)
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    brings = {path.rpartition("/")[2] for path in files if ".so" in path} | set(sonames)
    return Footprint(
        files=files,
        folders=frozenset(folders),
        packages=frozenset(packages),
        needs=frozenset(needs) - brings,
        brings=frozenset(brings),
    )


def tied(footprints: Mapping[str, Footprint]) -> tuple[frozenset[str], ...]:
    """The sets of two or more that must lie in one tree, sorted."""
    groups = _Groups()
    for kind in ("files", "packages", "brings"):
        owners = _owners(footprints, kind)
        for name in sorted(footprints):
            asked = {"files": "files", "packages": "folders", "brings": "needs"}[kind]
            for what in getattr(footprints[name], asked):
                for other in owners.get(what, ()):
                    groups.join(name, other)
    return groups.large()


def touched(source: Footprint, footprints: Mapping[str, Footprint]) -> frozenset[str]:
    """Those that must lie beside the app's source."""
    return frozenset(
        name
        for name, other in footprints.items()
        if not source.files.isdisjoint(other.files)
        or not source.packages.isdisjoint(other.folders)
        or not source.folders.isdisjoint(other.packages)
        or not source.needs.isdisjoint(other.brings)
        or not source.brings.isdisjoint(other.needs)
    )


def _owners(footprints: Mapping[str, Footprint], kind: str) -> dict[str, list[str]]:
    owners: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(footprints):
        for what in getattr(footprints[name], kind):
            owners[what].append(name)
    return owners


class _Groups:
    """Names joined, the least of each group standing for it."""

    def __init__(self) -> None:
        self._heads: dict[str, str] = {}

    def head(self, name: str) -> str:
        while (head := self._heads.get(name, name)) != name:
            name = head
        return name

    def join(self, one: str, other: str) -> None:
        first, second = sorted((self.head(one), self.head(other)))
        self._heads.setdefault(one, one)
        self._heads.setdefault(other, other)
        self._heads[second] = first

    def large(self) -> tuple[frozenset[str], ...]:
        groups: defaultdict[str, set[str]] = defaultdict(set)
        for name in self._heads:
            groups[self.head(name)].add(name)
        return tuple(sorted((frozenset(each) for each in groups.values() if len(each) > 1), key=sorted))
