"""A zip, layer, wheel or folder read into a `Part`: its files, and what is needed of their content."""

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from builder.inspection.bytecode import HEADER, read_header
from builder.inspection.sources import Source, opened
from builder.inspection.values import Bytecode, Entry, Part, Role
from manylinux.audit.finding import Finding, Severity
from manylinux.elf.facts import Binary, Unreadable
from manylinux.elf.kinds import HEAD, foreign, is_elf

ReadBinary = Callable[[Path], Binary | None]
"""What the file at a path says; None where it is no compiled code."""
_PIECE = 1 << 20
_LONGEST_RECORD = 1 << 26
"""Bytes of a RECORD that are read: half a million files."""
_LARGEST = 1 << 30
"""Bytes of a compiled file that is still unpacked to be read."""


def open_parts(given: Sequence[Path], read: ReadBinary, scratch: Path) -> tuple[Part, ...]:
    """Every file that was given, in order. Raises as `open_part`."""
    return tuple(open_part(path, read, scratch) for path in given)


def open_part(given: Path, read: ReadBinary, scratch: Path) -> Part:
    """What is at `given`; compiled files are unpacked to `scratch` one at a time, for `read`.

    Raises InputNotFoundError, UsageError, BadArchiveError.
    """
    with opened(given, checksums=True) as source:
        contents = _Contents(source)
        for path, entry in source.listed():
            contents.add(path, entry)
            if path.endswith(".pyc"):
                contents.entries[path] = replace(entry, bytecode=_bytecode(source, path))
            elif not path.endswith((".py", ".pyi")):
                binary = _binary(source, path, entry, read, scratch)
                if binary is not None:
                    contents.binaries[path] = binary
        return contents.part(given)


def list_part(given: Path, *, checksums: bool = False) -> Part:
    """What is at `given` by name and size: of its content only METADATA and RECORD are read.

    Its `binaries` are empty, its bytecode has no headers; a folder's files have checksums where asked for.
    Raises InputNotFoundError, UsageError, BadArchiveError.
    """
    with opened(given, checksums=checksums) as source:
        contents = _Contents(source)
        for path, entry in source.listed():
            contents.add(path, entry)
        return contents.part(given)


def _bytecode(source: Source, path: str) -> Bytecode | None:
    with source.open(path) as file:
        return read_header(file.read(HEADER))


def _binary(source: Source, path: str, entry: Entry, read: ReadBinary, scratch: Path) -> Binary | None:
    with source.open(path) as file:
        head = file.read(HEAD)
        if not is_elf(head) and foreign(head) is None:
            return None
        if entry.size > _LARGEST:
            return Unreadable(reason=f"larger than {_LARGEST:,} bytes")
        with open(scratch, "wb") as copy:
            copy.write(head)
            while piece := file.read(_PIECE):
                copy.write(piece)
    return read(scratch)


@dataclass(slots=True)
class _Contents:
    """What a source holds, as far as it was added."""

    source: Source
    entries: dict[str, Entry] = field(default_factory=dict)
    binaries: dict[str, Binary] = field(default_factory=dict)
    distributions: dict[str, tuple[str, str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, entry: Entry) -> None:
        """`path` is one of the files, and what it says of distributions is known."""
        self.entries[path] = entry
        folder, _, name = path.rpartition("/")
        if not folder.endswith(".dist-info"):
            return
        if name == "METADATA":
            self.distributions[folder] = _name_and_version(self._text(path, _PIECE))
        elif name == "RECORD":
            self._record(path, folder)

    def part(self, given: Path) -> Part:
        """All of it."""
        role = _role(given, self.entries)
        if role is Role.WHEEL:
            self._install()
        return Part(
            name=given.name or str(given),
            role=role,
            zipped=self.source.zipped,
            entries=self.entries,
            binaries=self.binaries,
            distributions=self.distributions,
            owners=self.owners,
            faults=tuple(self.source.faults),
        )

    def _text(self, path: str, most: int) -> str:
        with self.source.open(path) as file:
            return file.read(most).decode("utf-8", "replace")

    def _record(self, path: str, folder: str) -> None:
        above = folder.rpartition("/")[0]
        try:
            for row in csv.reader(self._text(path, _LONGEST_RECORD).splitlines()):
                if row:
                    self.owners.setdefault(os.path.normpath(f"{above}/{row[0]}").lstrip("/"), folder)
        except csv.Error as error:
            told = f"cannot be read to its end: {error}"
            self.source.faults.append(
                Finding(code="broken-record", severity=Severity.WARNING, path=path, evidence=(told,))
            )

    def _install(self) -> None:
        """Every path is where an installer would put it: `NAME.data/platlib/x` is `x`."""
        self.entries = {_installed(path): entry for path, entry in self.entries.items()}
        self.binaries = {_installed(path): binary for path, binary in self.binaries.items()}
        self.owners = {_installed(path): owner for path, owner in self.owners.items()}


def _installed(path: str) -> str:
    first, _, rest = path.partition("/")
    if not first.endswith(".data"):
        return path
    kind, _, below = rest.partition("/")
    return {"purelib": below, "platlib": below, "scripts": f"bin/{below}"}.get(kind, below)


def _role(given: Path, paths: Mapping[str, Entry]) -> Role:
    if given.suffix == ".whl":
        return Role.WHEEL
    at_root = any("/" not in path and path.endswith(".py") for path in paths)
    return Role.LAYER if not at_root and any(path.startswith("python/") for path in paths) else Role.FUNCTION


def _name_and_version(metadata: str) -> tuple[str, str]:
    found = dict[str, str]()
    for line in metadata.splitlines():
        if not line.strip():
            break
        key, _, value = line.partition(":")
        found.setdefault(key.strip().lower(), value.strip())
    return canonicalize_name(found.get("name", "")), found.get("version", "")
