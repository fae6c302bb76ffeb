"""Archives into containers and out of them."""

import io
import os
import sys
import tarfile
from pathlib import Path

import pytest

from builder.trial.archives import bytecode_into, packed, packed_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files have no modes on Windows")


def archive_of(folder: Path, **options: bool) -> dict[str, tarfile.TarInfo]:
    output = io.BytesIO()
    packed(folder, output, **options)  # type: ignore[arg-type]  # mypy takes them for names
    with tarfile.open(fileobj=output) as archive:
        return {member.name: member for member in archive}


def test_all_is_roots_and_nobody_may_write(tmp_path: Path) -> None:
    """What others may read and run, the function may."""
    for name, mode in {"plain": 0o640, "open": 0o644, "program": 0o775}.items():
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(mode)
    (tmp_path / "inner").mkdir(0o700)
    (tmp_path / "link").symlink_to("plain")
    members = archive_of(tmp_path)

    assert {name: member.mode for name, member in members.items() if not member.issym()} == {
        ".": 0o555, "./inner": 0o555, "./open": 0o444, "./plain": 0, "./program": 0o555
    }  # fmt: skip
    assert members["./link"].linkname == "plain"
    assert {(each.uid, each.gid, each.uname) for each in members.values()} == {(0, 0, "")}


def test_folders_can_be_open_to_all(tmp_path: Path) -> None:
    """For who compiles what is in them."""
    (tmp_path / "inner").mkdir()

    assert {member.mode for member in archive_of(tmp_path, writable=True).values()} == {0o777}


def test_only_bytecode_comes_back_and_stays_inside(tmp_path: Path) -> None:
    """Whatever else the archive holds."""
    (tmp_path / "folder" / "pkg").mkdir(parents=True)
    files = {
        "packages/pkg/__pycache__/m.cpython-39.pyc": b"bytecode",
        "packages/pkg/m.py": b"source",
        "packages/../../out.pyc": b"out",
    }
    archive = io.BytesIO(packed_files(files))
    bytecode_into(tmp_path / "folder", archive)
    found = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]

    assert found == ["folder/pkg/__pycache__/m.cpython-39.pyc"]
    assert (tmp_path / found[0]).read_bytes() == b"bytecode"


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """An archive that tries comes from an image that nobody vouches for."""
    (tmp_path / "folder").mkdir()
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as members:
        link = tarfile.TarInfo("packages/link")
        link.type, link.linkname = tarfile.SYMTYPE, os.fspath(tmp_path)
        members.addfile(link)
        member = tarfile.TarInfo("packages/link/x.pyc")
        members.addfile(member)
    archive.seek(0)
    bytecode_into(tmp_path / "folder", archive)

    assert not (tmp_path / "x.pyc").exists()
