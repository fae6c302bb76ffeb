"""Tar archives for containers and out of them: everything is root's, and nobody may write to it."""

from __future__ import annotations

import io
import tarfile
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_MOST_BYTES = 1 << 30
"""Of bytecode: more than any bundle may weigh."""


def packed(folder: Path, output: IO[bytes], *, name: str = ".", writable: bool = False) -> None:
    """`output` holds the folder under that name, and is at its beginning; modes for others count for all."""

    def owned(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = int(member.mtime)
        if member.isdir():
            member.mode = 0o777 if writable else 0o555
        else:
            member.mode = (member.mode & 0o5) * 0o111
        return member

    with tarfile.open(fileobj=output, mode="w") as archive:
        archive.add(folder, arcname=name, filter=owned)
    output.seek(0)


def packed_files(files: Mapping[str, bytes]) -> bytes:
    """An archive with these files, path to content."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o444
            archive.addfile(member, io.BytesIO(content))
    return output.getvalue()


def bytecode_into(folder: Path, archive: IO[bytes]) -> None:
    """The compiled files of the archive lie in `folder`, the first part of their names left out."""
    with tarfile.open(fileobj=archive) as members:
        total = 0
        for member in members:
            parts = PurePosixPath(member.name).parts[1:]
            total += member.size
            if not member.isreg() or not member.name.endswith(".pyc") or ".." in parts or total > _MOST_BYTES:
                continue
            target = folder.joinpath(*parts)
            target.parent.mkdir(exist_ok=True)
            content = members.extractfile(member)
            assert content is not None  # it is a regular file
            target.write_bytes(content.read())
