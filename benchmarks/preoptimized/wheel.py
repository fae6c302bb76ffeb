"""The published wheel with the other library: same name and version, a build tag, a true RECORD."""

import zipfile
from pathlib import Path

from manylinux.repair.writing import NewMember, write_wheel

BUILD = "1lambda"
"""A build tag goes before none (binary distribution format), and `==` pins still fit."""


def swapped(wheel: Path, member: str, library: Path, folder: Path) -> Path:
    """The wheel in which `member` is `library`."""
    name, version, *tags = wheel.name.removesuffix(".whl").split("-")
    path = folder / f"{'-'.join([name, version, BUILD, *tags])}.whl"
    dist_info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(wheel) as archive:

        def content(info: zipfile.ZipInfo) -> bytes:
            if info.filename == member:
                return library.read_bytes()
            read = archive.read(info)
            return (
                read.rstrip() + f"\nBuild: {BUILD}\n".encode() if info.filename.endswith("/WHEEL") else read
            )

        members = [
            NewMember(
                path=info.filename,
                read=lambda info=info: content(info),  # type: ignore[misc]  # bound now
                executable=bool(info.external_attr >> 16 & 0o111),
            )
            for info in archive.infolist()
            if not info.is_dir()
        ]
        write_wheel(path, members, dist_info)
    return path
