"""Archives of sources, `.tar.gz` and the older `.zip`, read by strict rules and written without links.

Specs: source distribution format (packaging.python.org), PEP 625. What `tarfile` would make of an archive
depends on the interpreter (its data filter came with 3.11.4, and was wrong there), so the table decides alone
what is written: folders and plain files, below one new folder.
"""

import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from builder.build.entries import ArchiveFaultError, Budget, Entry, Kind, checked_path, settled, top_folder
from builder.build.tar_table import read_table
from manylinux.archive.damage import damage_told
from prebuilt_index.errors import BadArchiveError

_CHUNK = 64 << 10
"""Bytes."""
_LARGEST_READ = 16 << 20
"""Bytes of one file read into memory: metadata, a `pyproject.toml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """An archive that keeps the rules, open for reading."""

    top: str
    """The folder that holds everything."""
    entries: Sequence[Entry]
    """Files and folders; each link has become what it points to."""
    content: BinaryIO
    """Where the entries' bytes lie."""

    def read(self, path: str) -> bytes | None:
        """The file at `path` below the top folder; None when there is none."""
        wanted = f"{self.top}/{path}"
        for entry in self.entries:
            if entry.path == wanted and entry.kind is Kind.FILE and entry.size <= _LARGEST_READ:
                self.content.seek(entry.offset)
                return self.content.read(entry.size)
        return None

    def write_to(self, folder: Path) -> Path:
        """Every entry is written below `folder`, which is new or empty; the result is the top folder."""
        for entry in self.entries:
            if entry.kind is Kind.FOLDER:
                os.makedirs(folder / entry.path, exist_ok=True)
            else:
                self._write(entry, folder / entry.path)
        return folder / self.top

    def _write(self, entry: Entry, path: Path) -> None:
        os.makedirs(path.parent, exist_ok=True)
        try:
            with open(path, "xb") as file:
                self.content.seek(entry.offset)
                left = entry.size
                while left:
                    left -= file.write(self.content.read(min(left, _CHUNK)))
        except FileExistsError:
            raise ArchiveFaultError(f"this system cannot tell `{entry.path}` from another entry") from None
        # Whatever the umask: a wheel built from this takes over the modes.
        os.chmod(path, 0o755 if entry.executable else 0o644)


@contextmanager
def opened(archive: Path, filename: str, scratch: Path, budget: Budget | None = None) -> Iterator[Sources]:
    """The sources in `archive`, unpacked to an unnamed file in `scratch`, bytes and entries counted.

    Raises BadArchiveError for everything that breaks a rule, also while the sources are written out.
    """
    budget = budget or Budget()
    try:
        with open(archive, "rb") as packed, tempfile.TemporaryFile(dir=scratch) as spool:
            content = cast("BinaryIO", spool)
            entries = settled(_entries(packed, filename, content, budget), budget)
            yield Sources(top=top_folder(entries), entries=entries, content=content)
    except ArchiveFaultError as fault:
        raise BadArchiveError(
            f"The archive `{filename}` cannot be unpacked safely",
            evidence=(str(fault),),
            hint="Require another version, or tell the project's maintainers",
        ) from fault


def _entries(packed: BinaryIO, filename: str, spool: BinaryIO, budget: Budget) -> Sequence[Entry]:
    if filename.endswith((".tar.gz", ".tgz")):
        gunzip(packed, spool, budget)
        return read_table(spool, budget)
    if filename.endswith(".zip"):
        return _unzip(packed, spool, budget)
    raise ArchiveFaultError("it is neither a `.tar.gz` nor a `.zip`")


def gunzip(packed: BinaryIO, spool: BinaryIO, budget: Budget) -> None:
    """`spool` holds the content of the one gzip member that `packed` is. Raises ArchiveFaultError."""
    inflater = zlib.decompressobj(wbits=31)
    read = unpacked = 0
    try:
        while not inflater.eof and (chunk := packed.read(_CHUNK)):
            read += len(chunk)
            while chunk and not inflater.eof:
                content = inflater.decompress(chunk, 1 << 20)
                unpacked += spool.write(content)
                budget.check_unpacked(unpacked, read)
                chunk = inflater.unconsumed_tail
    except zlib.error as error:
        raise ArchiveFaultError(f"it is not intact gzip: {error}") from error
    if not inflater.eof:
        raise ArchiveFaultError("it is cut off")
    trailing = inflater.unused_data
    while trailing or (trailing := packed.read(_CHUNK)):
        if trailing.strip(b"\0"):
            raise ArchiveFaultError("something follows its gzip content")
        trailing = b""


def _unzip(packed: BinaryIO, spool: BinaryIO, budget: Budget) -> list[Entry]:
    if packed.read(4) != b"PK\x03\x04":
        raise ArchiveFaultError("it does not begin as a zip")
    with (
        damage_told(lambda reason: ArchiveFaultError(f"it is not an intact zip: {reason}")),
        zipfile.ZipFile(packed) as archive,
    ):
        return _members(archive, spool, budget)


def _members(archive: zipfile.ZipFile, spool: BinaryIO, budget: Budget) -> list[Entry]:
    entries: list[Entry] = []
    packed = offset = 0
    for info in archive.infolist():
        entry = _member(info, offset)
        packed += info.compress_size
        with archive.open(info) as content:
            while chunk := content.read(_CHUNK):
                offset += spool.write(chunk)
                budget.check_unpacked(offset, packed)
        if offset - entry.offset != entry.size:
            raise ArchiveFaultError(f"`{entry.path}` has another size than its header says")
        entries.append(entry)
        budget.check_entries(len(entries))
    return entries


def _member(info: zipfile.ZipInfo, offset: int) -> Entry:
    mode = info.external_attr >> 16
    if info.orig_filename != info.filename or not (info.filename.isascii() or info.flag_bits & 0x800):
        raise ArchiveFaultError(
            f"the name {info.orig_filename!r} means different things to different readers"
        )
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or info.flag_bits & 0x1:
        raise ArchiveFaultError(f"{info.filename!r} is no plain file or folder")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveFaultError(f"{info.filename!r} is compressed by method {info.compress_type}")
    folder = info.filename.endswith("/")
    if folder and info.file_size:
        raise ArchiveFaultError(f"the folder {info.filename!r} has content")
    return Entry(
        path=checked_path(info.filename.removesuffix("/")),
        kind=Kind.FOLDER if folder else Kind.FILE,
        offset=offset,
        size=info.file_size,
        executable=bool(mode & 0o111),
    )
