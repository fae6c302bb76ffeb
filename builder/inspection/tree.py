"""What is in a part as a tree with sizes: distributions, and below each its folders and files."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from os.path import commonprefix

from builder.inspection.kinds import Kind, kind_of
from builder.inspection.owners import import_root, owned
from builder.inspection.values import Entry, Part
from manylinux.runtime import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A distribution, a kind, a folder or a file, with all below it."""

    name: str
    """A folder's ends in `/`; one that holds a single thing is joined with it."""
    size: int
    """Bytes, unpacked."""
    packed: int
    """Bytes as they lie in the archive."""
    files: int
    branches: tuple["Branch", ...] = ()
    """Largest first; empty where the tree was not wanted any deeper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Where the bytes of a part are."""

    part: Part
    limits: Limits
    owners: tuple[Branch, ...]
    """Distributions, and folders that belong to none; largest first."""
    kinds: tuple[Branch, ...]
    """Each `Kind` that occurs, by its label; largest first."""

    @property
    def size(self) -> int:
        return sum(branch.size for branch in self.owners)

    @property
    def packed(self) -> int:
        return sum(branch.packed for branch in self.owners)


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    entry: Entry
    start: int
    """Where the folder of sys.path ends: no level of the tree parts it."""


def measure(part: Part, limits: Limits, depth: int) -> Measured:
    """The bytes of `part` by owner, `depth` levels down (0: none), and by kind."""
    by_owner: dict[str, list[_File]] = defaultdict(list)
    by_kind: dict[Kind, list[Entry]] = defaultdict(list)
    for path, entry, owner in owned(part):
        by_owner[str(owner)].append(_File(path, entry, len(import_root(part, path))))
        by_kind[kind_of(path)].append(entry)
    return Measured(
        part=part,
        limits=limits,
        owners=_sorted(_branch(name, files, 0, depth) for name, files in by_owner.items()),
        kinds=_sorted(_sum(kind.label, entries) for kind, entries in by_kind.items()),
    )


def _branch(name: str, files: Sequence[_File], start: int, depth: int) -> Branch:
    """`files`, whose paths are alike up to `start`, as one branch."""
    whole = _sum(name, [file.entry for file in files])
    if not depth:
        return whole
    below = _sorted(_below(files, start, depth - 1))
    return Branch(name=name, size=whole.size, packed=whole.packed, files=whole.files, branches=below)


def _below(files: Sequence[_File], start: int, depth: int) -> Iterable[Branch]:
    groups: dict[str, list[_File]] = defaultdict(list)
    for file in files:
        cut = file.path.find("/", max(start, file.start))
        groups[file.path[start : cut + 1] if cut >= 0 else file.path[start:]].append(file)
    for group in groups.values():
        path = group[0].path
        if len(group) == 1:
            yield _sum(path[start:], [group[0].entry])
        else:
            together = commonprefix([file.path for file in group])  # noqa: RUF071  # cut back to a folder next
            end = together.rindex("/") + 1
            yield _branch(path[start:end], group, end, depth)


def _sum(name: str, entries: Sequence[Entry]) -> Branch:
    return Branch(
        name=name,
        size=sum(entry.size for entry in entries),
        packed=sum(entry.packed for entry in entries),
        files=len(entries),
    )


def _sorted(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    return tuple(sorted(branches, key=lambda branch: (-branch.size, branch.name)))
