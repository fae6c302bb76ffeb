"""One scan of one wheel: all that decisions about any bundle with it rest on."""

import configparser
from collections.abc import Callable, Iterable
from typing import NamedTuple

from builder.slim.candidates import Candidates, candidates_of, is_metadata
from builder.slim.compiled import runs_in
from builder.slim.mentions import mentions_of
from builder.slim.names import ModuleName, module_of, suffix_of
from builder.slim.rules import SOURCES, STATIC_LIBRARIES, STUBS
from builder.slim.spare_files import shared_copies, spare_files
from builder.slim.strings import names_stubs, tails_in
from builder.slim.values import HAS_PROGRAMS, NAMES_STUBS, Mentioning, Runs, SpareFile, WheelScan

Read = Callable[[str], bytes]
"""The content of a file by its path."""
_ELF = b"\x7fELF"


class Entry(NamedTuple):
    """A file of a wheel."""

    path: str
    """Where it lies in site-packages: without `.data/purelib/`, `.data/platlib/` and `.data/data/`.

    Scripts keep their `.data/scripts/`: what they import counts.
    """
    sha256: str


def scan_wheel(entries: Iterable[Entry], read: Read) -> WheelScan:
    """What the wheel of these files mentions, and what of it may go.

    `read` is called for source, extension modules and libraries that are no tests, for entry points, for
    static libraries, and for files that may be programs where there are sources; never for data.
    """
    digests = {entry.path: entry.sha256 for entry in entries}
    candidates = candidates_of(digests)
    tests = {module.path for module in candidates.modules} | {file.path for file in candidates.files}
    rest = sorted(path for path in digests if path not in tests)
    spare = tuple(
        file for file in spare_files(rest) if file.rule != STATIC_LIBRARIES or _is_archive(read, file)
    )
    copies = shared_copies({path: digests[path] for path in rest})
    reading = _Reading(read, candidates, spare, tuple(copy.path for copy in copies))
    for path in rest:
        reading.take(path)
    if any(file.rule == SOURCES for file in spare) and (not reading.tops or reading.has_program(rest)):
        reading.named.add(HAS_PROGRAMS)
    return WheelScan(
        tops=tuple(sorted(reading.tops)),
        modules=candidates.modules,
        files=candidates.files,
        spare=tuple(file for file in spare if file.path not in reading.kept),
        copies=copies,
        mentions=tuple(reading.mentions),
        runs=tuple(reading.runs),
        entry_points=tuple(sorted(reading.entry_points)),
        named=tuple(sorted(reading.named)),
    )


def scan_source(paths: Iterable[str], read: Read) -> WheelScan:
    """The same of an app's source: nothing of it may go, and a path that it names may be one in any wheel."""
    reading = _Reading(read, Candidates(), (), ())
    for path in sorted(paths):
        reading.take(path)
        if path.endswith(".py"):
            reading.named.update(tail.decode("latin-1") for tail in tails_in(read(path)) if b"." in tail)
    return WheelScan(
        tops=tuple(sorted(reading.tops)),
        mentions=tuple(reading.mentions),
        runs=tuple(reading.runs),
        named=tuple(sorted(reading.named)),
    )


class _Reading:
    """What has been read of one wheel so far."""

    def __init__(
        self, read: Read, candidates: Candidates, spare: tuple[SpareFile, ...], copies: tuple[str, ...]
    ) -> None:
        self.read = read
        self.tops: set[str] = set()
        self.mentions: list[Mentioning] = []
        self.runs: list[Runs] = []
        self.entry_points: set[str] = set()
        self.named: set[str] = set()
        self.kept: set[str] = set()
        """Stubs that a module reads when it is imported."""
        self.stubs = {file.path for file in spare if file.rule == STUBS}
        self.copies = {name: b"\0" + name.encode() + b"\0" for name in map(_last, copies)}
        named = [*(file.path for file in candidates.files), *(file.path for file in spare), *copies]
        self.wanted = {_last(path).encode() for path in named if path not in self.stubs}
        for file in spare:
            suffix = suffix_of(file.path)
            self.wanted |= {f"*.{suffix}".encode(), f".{suffix}".encode()}

    def take(self, path: str) -> None:
        """Reads `path` if its content matters, and keeps what it says."""
        if path.endswith((".py", ".pyw")) or (path.endswith(".pth") and "/" not in path):
            self._source(path)
        elif ".data/scripts/" in path:
            self._mentions(ModuleName("", False), path, self.read(path))
        elif path.endswith(".dist-info/entry_points.txt"):
            self.entry_points.update(entry_point_modules(self.read(path)))
        elif not is_metadata(path) and _is_compiled(path):
            self._compiled(path)

    def _source(self, path: str) -> None:
        content, module = self.read(path), module_of(path)
        if module is not None:
            self.tops.add(module.name.partition(".")[0])
        else:
            module = ModuleName(path.rpartition(".")[0].replace("/", "."), False)
        self._mentions(module, module.name or path, content)
        if self.wanted:
            self.named.update(tail.decode() for tail in self.wanted & tails_in(content))
        if self.stubs:
            stub = f"{path.removesuffix('.py')}.pyi"
            if stub in self.stubs and b"attach_stub" in content:
                self.kept.add(stub)
                self._mentions(module, module.name, self.read(stub))
            if names_stubs(content):
                self.named.add(NAMES_STUBS)

    def _mentions(self, module: ModuleName, by: str, content: bytes) -> None:
        found = mentions_of(content, module)
        if found.names or found.families:
            self.mentions.append(Mentioning(by=by, names=found.names, families=found.families))

    def _compiled(self, path: str) -> None:
        content, module = self.read(path), module_of(path)
        if module is not None:
            self.tops.add(module.name.partition(".")[0])
        else:
            module = ModuleName(path.rpartition(".")[0].replace("/", "."), False)
        runs = runs_in(content, module.home)
        if runs is not None:
            self.runs.append(runs)
        if self.stubs and b".pyi" in content:
            self.named.add(NAMES_STUBS)
        self.named.update(name for name, text in self.copies.items() if text in content)

    def has_program(self, paths: Iterable[str]) -> bool:
        """Some file is an executable, which may read any other."""
        return any(
            self.read(path).startswith(_ELF)
            for path in paths
            if not is_metadata(path) and suffix_of(path) in ("", "exe", "bin") and ".data/" not in path
        )


def entry_point_modules(content: bytes) -> set[str]:
    """The modules that an `entry_points.txt` names; none of one that cannot be read."""
    parser = configparser.ConfigParser(
        delimiters=("=",), interpolation=None, strict=False, default_section=""
    )
    try:
        parser.read_string(content.decode("utf-8", "replace"))
    except configparser.Error:
        return set()
    values = (value for section in parser.sections() for _, value in parser.items(section))
    return {name for value in values if (name := value.partition(":")[0].partition("[")[0].strip())}


def _is_compiled(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    if folder.partition("/")[0].endswith(".libs"):
        return False  # libraries of C that auditwheel has put there: they name no modules
    return name.endswith((".so", ".pyc")) or ".so." in name


def _is_archive(read: Read, file: SpareFile) -> bool:
    """It is a library for a linker, whatever else such a name may mean."""
    return read(file.path).startswith((b"!<arch>\n", b"!<thin>\n"))


def _last(path: str) -> str:
    return path.rpartition("/")[2]
