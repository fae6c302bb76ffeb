"""The published wheel with the other library: same name and version, a build tag, a true RECORD."""

import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from manylinux.repair.tagging import tagged
from manylinux.repair.writing import NewMember, write_wheel

BUILD = (1, "lambda")
"""A build tag goes before none (binary distribution format), and `==` pins still fit."""


def swapped(wheel: Path, member: str, library: Path, folder: Path) -> Path:
    """The wheel in which `member` is `library`."""
    name, version, *_ = wheel.name.split("-")
    with TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:

        def content(info: zipfile.ZipInfo) -> bytes:
            return library.read_bytes() if info.filename == member else archive.read(info)

        members = [
            NewMember(
                path=info.filename,
                read=lambda info=info: content(info),  # type: ignore[misc]  # bound now
                executable=bool(info.external_attr >> 16 & 0o111),
            )
            for info in archive.infolist()
            if not info.is_dir()
        ]
        path = Path(scratch) / wheel.name
        write_wheel(path, members, f"{name}-{version}.dist-info")
        return tagged(path, BUILD, folder)
