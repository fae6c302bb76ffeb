"""A zip, layer, wheel or folder read into a `Part`: its list of files, and what is needed of their content.

Not the walker of wheels: it refuses what Lambda takes, and whoever inspects a bundle wants to know of both.
"""

import calendar
import csv
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from packaging.utils import canonicalize_name

from builder.errors import InputNotFoundError
from builder.inspection.bytecode import HEADER, read_header
from builder.inspection.values import Entry, Part, Role
from manylinux.audit.finding import Finding, Severity
from manylinux.elf.facts import Binary, Unreadable
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.errors import IntegrityError, UsageError
from prebuilt_index.errors import BadArchiveError

ReadBinary = Callable[[Path], Binary | None]
"""What the file at a path says; None where it is no compiled code."""
_PIECE = 1 << 20
_LARGEST = 1 << 30
"""Bytes of a compiled file that is still unpacked to be read."""
_UNIX = (3, 19)
"""Systems of a zip entry whose modes count: Unix and macOS."""


class Source(Protocol):
    """Files that can be listed and read."""

    zipped: int | None
    faults: list[Finding]

    def listed(self) -> Iterator[tuple[str, Entry]]: ...

    def open(self, path: str) -> IO[bytes]: ...


def open_part(given: Path, read: ReadBinary, scratch: Path) -> Part:
    """What is at `given`; compiled files are unpacked to `scratch` one at a time, for `read`.

    Raises InputNotFoundError, UsageError, BadArchiveError.
    """
    with _opened(given) as source:
        contents = _Contents(source, read, scratch)
        for path, entry in source.listed():
            contents.add(path, entry)
        return contents.part(given)


@contextmanager
def _opened(given: Path) -> Iterator[Source]:
    if os.path.isdir(given):
        yield _Folder(given)
        return
    if not os.path.lexists(given):
        raise InputNotFoundError(f"There is no file `{given}`")
    if not os.path.isfile(given):
        raise UsageError(f"`{given}` is neither a zip nor a folder")
    try:
        with zipfile.ZipFile(given) as archive:
            yield _Zip(archive, os.path.getsize(given))
    except IntegrityError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BadArchiveError(
            f"`{given}` cannot be read", evidence=[str(error)], hint="Lambda would refuse it as well"
        ) from error


class _Zip:
    """Any zip: as `zip`, Chalice, SAM and others write it."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.zipped: int | None = size
        self.faults: list[Finding] = []

    def listed(self) -> Iterator[tuple[str, Entry]]:
        for info in self._archive.infolist():
            if info.is_dir() or self._is_faulty(info):
                continue
            self._entries[info.filename] = info
        for path, info in self._entries.items():
            yield path, _zip_entry(info)

    def open(self, path: str) -> IO[bytes]:
        return self._archive.open(self._entries[path])

    def _is_faulty(self, info: zipfile.ZipInfo) -> bool:
        """Whether the entry cannot be looked at; what is wrong with it is told."""
        path = info.filename
        mode = info.external_attr >> 16 if info.create_system in _UNIX else 0
        if path.startswith("/") or ".." in path.split("/"):
            self._fault("unsafe-path", path, "leads out of the function's folder")
        elif info.flag_bits & 1:
            self._fault("encrypted-entry", path, "is encrypted; Lambda has no password")
        elif info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            self._fault("unknown-compression", path, f"is compressed by method {info.compress_type}")
        elif stat.S_ISLNK(mode):
            # Lambda follows it; what it leads to is in the list by itself.
            return True
        else:
            if path in self._entries:
                self._fault("duplicate-entry", path, "is in the archive twice; which one counts is open")
            return False
        return True

    def _fault(self, code: str, path: str, what: str) -> None:
        self.faults.append(Finding(code=code, severity=Severity.ERROR, path=path, evidence=(what,)))


def _zip_entry(info: zipfile.ZipInfo) -> Entry:
    mode = stat.S_IMODE(info.external_attr >> 16) if info.create_system in _UNIX else None
    return Entry(
        size=info.file_size,
        packed=info.compress_size,
        crc=info.CRC,
        modified=calendar.timegm((*info.date_time, 0, 0, 0)),
        mode=mode or None,
    )


class _Folder:
    """A folder as it would be zipped."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.zipped: int | None = None
        self.faults: list[Finding] = []

    def listed(self) -> Iterator[tuple[str, Entry]]:
        for folder, folders, names in os.walk(self._root):
            folders.sort()
            for name in sorted(names):
                location = Path(folder, name)
                seen = location.lstat()
                if stat.S_ISREG(seen.st_mode):
                    yield location.relative_to(self._root).as_posix(), _file_entry(location, seen)

    def open(self, path: str) -> IO[bytes]:
        return open(self._root / path, "rb")


def _file_entry(location: Path, seen: os.stat_result) -> Entry:
    crc = 0
    with open(location, "rb") as file:
        while piece := file.read(_PIECE):
            crc = zlib.crc32(piece, crc)
    mode = stat.S_IMODE(seen.st_mode) if os.name == "posix" else None
    return Entry(size=seen.st_size, packed=seen.st_size, crc=crc, modified=int(seen.st_mtime), mode=mode)


@dataclass(slots=True)
class _Contents:
    """What the files hold, as far as it matters."""

    source: Source
    read: ReadBinary
    scratch: Path
    entries: dict[str, Entry] = field(default_factory=dict)
    binaries: dict[str, Binary] = field(default_factory=dict)
    distributions: dict[str, tuple[str, str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, entry: Entry) -> None:
        """`path` is one of the files."""
        folder, _, name = path.rpartition("/")
        if path.endswith(".pyc"):
            with self.source.open(path) as file:
                header = read_header(file.read(HEADER))
            entry = Entry(
                size=entry.size,
                packed=entry.packed,
                crc=entry.crc,
                modified=entry.modified,
                mode=entry.mode,
                bytecode=header,
            )
        elif folder.endswith(".dist-info") and name in ("METADATA", "RECORD"):
            self._distribution(path, folder, name)
        elif not path.endswith((".py", ".pyi")):
            self._binary(path, entry)
        self.entries[path] = entry

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

    def _distribution(self, path: str, folder: str, name: str) -> None:
        with self.source.open(path) as file:
            text = file.read(_PIECE * 64).decode("utf-8", "replace")
        if name == "METADATA":
            self.distributions[folder] = _name_and_version(text)
            return
        above = folder.rpartition("/")[0]
        for row in csv.reader(text.splitlines()):
            if row:
                self.owners.setdefault(os.path.normpath(f"{above}/{row[0]}").lstrip("/"), folder)

    def _binary(self, path: str, entry: Entry) -> None:
        with self.source.open(path) as file:
            head = file.read(HEAD)
            if not is_elf(head) and foreign(head) is None:
                return
            if entry.size > _LARGEST:
                self.binaries[path] = Unreadable(reason=f"larger than {_LARGEST:,} bytes")
                return
            with open(self.scratch, "wb") as copy:
                copy.write(head)
                while piece := file.read(_PIECE):
                    copy.write(piece)
        binary = self.read(self.scratch)
        if binary is not None:
            self.binaries[path] = binary

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


def open_parts(given: Sequence[Path], read: ReadBinary, scratch: Path) -> tuple[Part, ...]:
    """Every file that was given, in order. Raises as `open_part`."""
    return tuple(open_part(path, read, scratch) for path in given)
