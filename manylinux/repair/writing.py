"""A wheel written anew: the same members, WHEEL and RECORD made for what it is, the same bytes every time.

Specs: binary distribution format (WHEEL, RECORD; `.dist-info` last), RECORD (PEP 376).
"""

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from manylinux.archive.pack import pack
from manylinux.archive.rawzip import RawZip
from manylinux.archive.record import RecordLine, render_record
from manylinux.errors import BrokenWheelError
from manylinux.repair.identity import expanded

_SIGNATURES = (".jws", ".p7s")
"""Of RECORD: a new one needs a new signature, which its maker alone can give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A file of the new wheel, read when it is its turn."""

    path: str
    read: Callable[[], bytes]
    executable: bool = False


def wheel_text(old: str, tag_set: str, *, compiled: bool) -> bytes:
    """WHEEL with the tags of `tag_set`; a wheel with compiled files is not pure."""
    kept = []
    for line in old.splitlines():
        key, colon, _ = line.partition(":")
        field = key.strip().lower()
        if not colon or field == "tag":
            continue
        kept.append("Root-Is-Purelib: false" if compiled and field == "root-is-purelib" else line.rstrip())
    kept += [f"Tag: {tag}" for tag in sorted(expanded(tag_set))]
    return "\n".join([*kept, ""]).encode()


def write_wheel(path: Path, members: Iterable[NewMember], dist_info: str) -> str:
    """The wheel at `path`, which appears when it is whole; its sha256. RECORD is made here."""
    record = f"{dist_info}/RECORD"
    unwanted = {record, *(record + suffix for suffix in _SIGNATURES)}
    chosen = sorted(
        (member for member in members if member.path not in unwanted),
        key=lambda member: (member.path.startswith(f"{dist_info}/"), member.path.encode()),
    )
    with _appearing(path) as stream:
        _write(stream, chosen, record, path.name)
    return stream.digest.hexdigest()


def put(path: Path, content: bytes) -> str:
    """The file at `path`, which appears when it is whole; its sha256."""
    with _appearing(path) as stream:
        stream.write(content)
    return stream.digest.hexdigest()


@contextmanager
def _appearing(path: Path) -> Iterator["_Stream"]:
    """A file beside `path` that takes its name at the end, and goes if there is none."""
    with NamedTemporaryFile(dir=path.parent, prefix=".lbuild-", suffix=".whl", delete=False) as file:
        try:
            yield _Stream(file)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            os.chmod(file.name, 0o644)
            os.replace(file.name, path)
        except BaseException:
            file.close()
            os.unlink(file.name)
            raise


class _Stream:
    """A file that counts and hashes what is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.length = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._file.write(data)
        self.digest.update(data)
        self.length += len(data)


def _write(stream: _Stream, members: Iterable[NewMember], record: str, filename: str) -> None:
    def too_large(evidence: str) -> BrokenWheelError:
        return BrokenWheelError(f"`{filename}` was built, and is too large for a wheel", evidence=(evidence,))

    archive = RawZip(stream, too_large)
    lines = []
    for member in members:
        content = member.read()
        _append(archive, stream, member.path, content, member.executable)
        digest = hashlib.sha256(content).hexdigest()
        lines.append(RecordLine(path=member.path, sha256=digest, size=len(content)))
    _append(archive, stream, record, render_record(lines, record), False)
    archive.finish()


def _append(archive: RawZip, stream: _Stream, path: str, content: bytes, executable: bool) -> None:
    packed = pack(content)
    archive.begin(
        path,
        crc=zlib.crc32(content),
        packed=len(packed.data),
        size=len(content),
        deflated=packed.deflated,
        executable=executable,
    )
    stream.write(packed.data)
