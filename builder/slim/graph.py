"""Which test modules of a bundle anything that stays can reach, and through what."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from builder.slim.names import CANDIDATE_WORDS, ModuleName, ancestors
from builder.slim.values import Runs, TestModule, WheelScan

ReadCandidate = Callable[[int, str], bytes]
"""The content of a test module, by the position of its wheel and its path."""
ENTRY_POINT = "an entry point"
SOURCE = "the app"
KEPT = "asked to stay"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What stays of the tests of a bundle."""

    modules: Mapping[tuple[int, str], str]
    """(Position of the wheel, path) of each to what keeps it."""
    folders: Mapping[str, str]
    """Dotted name of each folder of tests that something names itself, to what names it."""
    beside: Mapping[str, str]
    """Dotted name of each folder in which a test module stays, to what keeps the module."""
    named: Mapping[int, frozenset[str]]
    """By wheel: last parts of paths that its reached test modules hold as strings."""


def reached(
    scans: Sequence[WheelScan],
    source: WheelScan | None,
    read_candidate: ReadCandidate,
    asked: Set[tuple[int, str]] = frozenset(),
) -> Reached:
    """The test modules of `scans` that anything else of them, `source` or those at `asked` may import."""
    walk = _Walk(scans, read_candidate)
    if not walk.index:
        return Reached(modules={}, folders={}, beside={}, named={})
    for scan in (*scans, *((source,) if source is not None else ())):
        for mentioning in scan.mentions:
            by = f"{SOURCE}: {mentioning.by}" if scan is source else mentioning.by
            walk.mention(mentioning.names, mentioning.families, by)
        for runs in scan.runs:
            walk.runs(runs)
        walk.mention(scan.entry_points, (), ENTRY_POINT)
        walk.mention((), [f"{name}." for name in named_folders(scan.entry_points)], ENTRY_POINT)
    for number, scan in enumerate(scans if asked else ()):
        walk.mention((each.name for each in scan.modules if (number, each.path) in asked), (), KEPT)
    walk.go()
    return Reached(
        modules=walk.kept,
        folders=walk.folders,
        beside=walk.beside,
        named={number: frozenset(names) for number, names in walk.named.items()},
    )


def named_folders(entry_points: Iterable[str]) -> list[str]:
    """Dotted names of folders in which all stays, for whoever follows an entry point may list them.

    One that names a whole package at the top, as numpy's `array_api` does, says nothing of its parts.
    """
    return [name for name in entry_points if "." in name]


class _Walk:
    """A walk from what stays to what it reaches."""

    def __init__(self, scans: Sequence[WheelScan], read: ReadCandidate) -> None:
        self.read = read
        self.index: defaultdict[str, list[tuple[int, TestModule]]] = defaultdict(list)
        for number, scan in enumerate(scans):
            for module in scan.modules:
                self.index[module.name].append((number, module))
        self.tops = {top for scan in scans for top in scan.tops}
        self.homes = {file.home for scan in scans for file in scan.files}
        self.homes.update(name.rpartition(".")[0] for name in self.index)
        self.names = sorted(self.index)
        self.heads = {_head(name) for name in self.names}
        self.ends: dict[str, list[str]] | None = None
        self.kept: dict[tuple[int, str], str] = {}
        self.folders: dict[str, str] = {}
        self.beside: dict[str, str] = {}
        self.named: defaultdict[int, set[str]] = defaultdict(set)
        self.queue: deque[tuple[int, TestModule]] = deque()

    def mention(self, names: Iterable[str], families: Iterable[str], by: str) -> None:
        for name in names:
            self._keep(name, by)
            for vendored in self._vendored(name):
                self._keep(vendored, by)
        for family in families:
            for name in self._below(family):
                self._keep(name, by)

    def runs(self, runs: Runs) -> None:
        """Keeps what stands in the strings of a compiled module, whole or from its package on."""
        by = f"{runs.home} (compiled)" if runs.home else "a library"
        for head in self.heads:
            for text in runs.dotted:
                if head in text:
                    self._keep(head, by)
                    for name in self._below(f"{head}."):
                        if name in text:
                            self._keep(name, by)
        self.mention((f"{runs.home}.{start}" for start in runs.starts), (), by)

    def go(self) -> None:
        """Reads what is reached, until nothing more is."""
        if not self.queue:
            return
        # Most bundles reach no test module, and patterns take time to compile.
        from builder.slim.compiled import runs_in
        from builder.slim.mentions import mentions_of
        from builder.slim.strings import tails_in

        while self.queue:
            number, module = self.queue.popleft()
            content = self.read(number, module.path)
            name = ModuleName(module.name, module.package)
            if module.path.endswith(".py"):
                found = mentions_of(content, name, inside=True)
                self.mention(found.names, found.families, module.name)
                self.named[number].update(tail.decode("latin-1") for tail in tails_in(content))
            elif (runs := runs_in(content, name.home)) is not None:
                self.runs(runs)

    def _keep(self, name: str, by: str) -> None:
        """Keeps `name`, if it is a test module or something in one, and the packages it lies in."""
        if name in self.homes:
            self.folders.setdefault(name, by)
        for prefix in reversed(ancestors(name)):
            for number, module in self.index.get(prefix, ()):
                if (number, module.path) not in self.kept:
                    self.kept[number, module.path] = by
                    self.beside.setdefault(prefix if module.package else prefix.rpartition(".")[0], by)
                    self.queue.append((number, module))

    def _below(self, family: str) -> list[str]:
        start = bisect_left(self.names, family)
        end = bisect_left(self.names, family + "\U0010ffff")
        return self.names[start:end]

    def _vendored(self, name: str) -> list[str]:
        """Test modules that `name` means when a folder inside a package is on sys.path."""
        top, _, rest = name.partition(".")
        if not rest or top in self.tops or top in CANDIDATE_WORDS:
            return []
        if self.ends is None:
            ends: defaultdict[str, list[str]] = defaultdict(list)
            for whole in self.names:
                parts = whole.split(".")
                for start in range(1, len(parts)):
                    ends[".".join(parts[start:])].append(whole)
            self.ends = ends
        return [whole for prefix in ancestors(name) if "." in prefix for whole in self.ends.get(prefix, ())]


def _head(name: str) -> str:
    """The uppermost test package of `name`: `a.tests` of `a.tests.b.tests.c`."""
    parts = name.split(".")
    for number, part in enumerate(parts):
        if part in CANDIDATE_WORDS:
            return ".".join(parts[: number + 1])
    return name
