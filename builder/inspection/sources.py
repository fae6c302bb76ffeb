"""A zip or folder as the list of its files, whoever made it; their content is read only when asked for.

Not the walker of wheels: it refuses what Lambda takes, and whoever looks into a bundle wants to know of both.
"""

import calendar
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from builder.disk import no_such_file
from builder.inspection.values import Entry
from manylinux.archive.damage import damage_told
from manylinux.audit.finding import Finding, Severity
from manylinux.errors import UsageError
from prebuilt_index.errors import BadArchiveError

_PIECE = 1 << 20
_UNIX = (3, 19)
"""Systems of a zip entry whose modes count: Unix and macOS."""


class Source(Protocol):
    """Files that can be listed and read."""

    zipped: int | None
    faults: list[Finding]
    """What was wrong with entries that are not listed; complete once all others are."""

    def listed(self) -> Iterator[tuple[str, Entry]]: ...

    def open(self, path: str) -> IO[bytes]: ...


@contextmanager
def opened(given: Path, *, checksums: bool) -> Iterator[Source]:
    """What is at `given`, to be looked at inside the block; a folder's files have checksums if asked for.

    Raises InputNotFoundError, UsageError, BadArchiveError, in the block too.
    """
    check_given(given)

    def tell(reason: str) -> BadArchiveError:
        return BadArchiveError(
            f"`{given}` cannot be read", evidence=[reason], hint="Lambda would refuse it as well"
        )

    try:
        if os.path.isdir(given):
            yield _Folder(given, checksums=checksums)
            return
        with damage_told(tell), zipfile.ZipFile(given) as archive:
            yield _Zip(archive, os.path.getsize(given))
    except OSError as error:
        raise UsageError(f"`{given}` cannot be read", evidence=[str(error)]) from error


def check_given(given: Path) -> None:
    """Nothing when a file or folder is at `given`. Raises InputNotFoundError, UsageError."""
    if not os.path.lexists(given):
        raise no_such_file(given)
    if not os.path.isdir(given) and not os.path.isfile(given):
        raise UsageError(f"`{given}` is neither a zip nor a folder")


class _Zip:
    """Any zip: as `zip`, Chalice, SAM and others write it."""

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        self._archive = archive
        self._entries: dict[str, zipfile.ZipInfo] = {}
        self.zipped: int | None = size
        self.faults: list[Finding] = []

    def listed(self) -> Iterator[tuple[str, Entry]]:
        for info in self._archive.infolist():
            if info.filename.endswith("/") or self._is_faulty(info):
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
        if not path:
            self._fault("unsafe-path", "(nothing)", "an entry without a name")
        elif path.startswith("/") or ".." in path.split("/"):
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
    year, month, day, *time = info.date_time
    return Entry(
        size=info.file_size,
        packed=info.compress_size,
        crc=info.CRC,
        # Writers that know no date leave zeros, which are no month and no day.
        modified=calendar.timegm((year, month or 1, day or 1, *time, 0, 0, 0)),
        mode=mode or None,
    )


class _Folder:
    """A folder as it would be zipped."""

    def __init__(self, root: Path, *, checksums: bool) -> None:
        self._root = root
        self._checksums = checksums
        self.zipped: int | None = None
        self.faults: list[Finding] = []

    def listed(self) -> Iterator[tuple[str, Entry]]:
        root = os.fspath(self._root)
        for folder, folders, names in os.walk(root, onerror=_refuse):
            folders.sort()
            below = Path(folder).relative_to(root).as_posix()
            for name in sorted(names):
                location = os.path.join(folder, name)
                seen = os.lstat(location)
                if stat.S_ISREG(seen.st_mode):
                    path = name if below == "." else f"{below}/{name}"
                    yield path, _file_entry(seen, _checksum(location) if self._checksums else None)

    def open(self, path: str) -> IO[bytes]:
        return open(self._root / path, "rb")


def _refuse(error: OSError) -> None:
    raise error


def _file_entry(seen: os.stat_result, crc: int | None) -> Entry:
    mode = stat.S_IMODE(seen.st_mode) if os.name == "posix" else None
    return Entry(size=seen.st_size, packed=seen.st_size, crc=crc, modified=int(seen.st_mtime), mode=mode)


def _checksum(location: str) -> int:
    crc = 0
    with open(location, "rb") as file:
        while piece := file.read(_PIECE):
            crc = zlib.crc32(piece, crc)
    return crc
