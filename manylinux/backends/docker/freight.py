"""What goes into a container and what comes out of it, as tar archives.

What comes out was written by a stranger's build: it is read with limits, and nothing of an archive but plain
files gets a place on this machine, below one folder.
"""

from __future__ import annotations

import io
import tarfile
import tempfile
from contextlib import closing, contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from manylinux.backends.port import BackendError, ExceededError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping
    from pathlib import Path

USER = 65534
"""Who builds: nobody."""
_CHUNK = 1 << 20


@contextmanager
def packed(
    files: Mapping[str, bytes | Path], trees: Mapping[str, Path], folders: Iterable[str] = ()
) -> Iterator[IO[bytes]]:
    """An archive of files, of folders with all below them, and of empty folders, by their paths in there.

    All of it is the builder's, and open to all: some engines put other users' numbers on what they unpack.
    """
    with tempfile.TemporaryFile() as output:
        with tarfile.open(fileobj=output, mode="w") as archive:
            for name in folders:
                archive.addfile(_opened(_folder(name)))
            for name, content in files.items():
                if isinstance(content, bytes):
                    member = tarfile.TarInfo(name)
                    member.size, member.mode = len(content), 0o644
                    archive.addfile(_opened(member), io.BytesIO(content))
                else:
                    archive.add(content, name, recursive=False, filter=_opened)
            for name, tree in trees.items():
                archive.add(tree, name, filter=_opened)
        output.seek(0)
        yield output


def _folder(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, 0o755
    return member


def _opened(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = USER
    member.uname = member.gname = ""
    member.mtime = int(member.mtime)
    member.mode = 0o777 if member.isdir() or member.mode & 0o100 else 0o666
    return member


@contextmanager
def received(pieces: Generator[bytes], limit: int, what: str) -> Iterator[IO[bytes]]:
    """The archive, whole and at its beginning. Raises BackendError when it is longer than `limit` bytes."""
    with closing(pieces), tempfile.TemporaryFile() as file:
        size = 0
        for piece in pieces:
            size += len(piece)
            if size > limit:
                raise ExceededError("wheel", f"its {what} is larger than {limit} bytes")
            file.write(piece)
        file.seek(0)
        yield file


def one_file(archive: IO[bytes], limit: int) -> bytes:
    """The content of the only file. Raises BackendError."""
    with _opened_archive(archive) as members:
        for member in members:
            content = members.extractfile(member) if member.isreg() and member.size <= limit else None
            if content is not None:
                return content.read()
    raise BackendError("the container hands out no plain file")


def unpack(archive: IO[bytes], folder: Path, *, flat: bool) -> None:
    """The plain files of the archive lie below `folder`, without the first part of their names.

    `flat`: others than files directly in that first part are refused, else passed over. Raises BackendError.
    """
    with _opened_archive(archive) as members:
        for member in members:
            parts = PurePosixPath(member.name).parts[1:]
            if not parts and member.isdir():
                continue
            safe = bool(parts) and ".." not in parts and not member.name.startswith("/")
            if not safe or not member.isreg() or (flat and len(parts) > 1):
                if flat:
                    raise BackendError(f"its backend wrote `{'/'.join(parts)}`, which is no plain file")
                continue
            place = folder.joinpath(*parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            content = members.extractfile(member)
            assert content is not None  # it is a plain file
            with place.open("xb") as file:
                while chunk := content.read(_CHUNK):
                    file.write(chunk)


@contextmanager
def _opened_archive(archive: IO[bytes]) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(fileobj=archive, mode="r:") as members:
            yield members
    except tarfile.TarError as error:
        raise BackendError(f"the container hands out a broken archive: {error}") from error
