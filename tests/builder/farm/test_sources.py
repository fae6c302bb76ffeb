"""Sources of libraries, pinned by hash."""

import bz2
import gzip
import hashlib
import lzma
import random
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from builder.errors import SourcesError
from builder.farm.sources import Sources
from factories.projects import tar_gz
from factories.recipes import a_library
from prebuilt_index.store import Store

CONTENT = tar_gz({"x-1.0/configure": b"true", "x-1.0/x.c": b"int x;"})
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def sources(tmp_path: Path, folder: Path | None) -> Sources:
    return Sources(store=Store.open(tmp_path / "cache"), folder=folder, environ={}, offline=True)


def test_from_a_folder_and_then_from_the_store(tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "x-1.0.tar.gz").write_bytes(CONTENT)
    library = a_library("x", sha256=SHA256)
    for place, folder in (("one", given), ("two", None)):
        (tmp_path / place).mkdir()
        root = sources(tmp_path, folder).unpack(library, tmp_path / place)
        assert root == tmp_path / place / "x-1.0"
        assert (root / "configure").read_bytes() == b"true"


def test_a_file_with_another_hash_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x-1.0.tar.gz").write_bytes(CONTENT + b"!")
    (tmp_path / "there").mkdir()
    with pytest.raises(SourcesError) as told:
        sources(tmp_path, tmp_path).unpack(a_library("x", sha256=SHA256), tmp_path / "there")
    assert any("another file by its hash" in each for each in told.value.evidence)
    assert any("--offline" in each for each in told.value.evidence)


@pytest.mark.parametrize("packed", [lzma.compress, bz2.compress, gzip.compress])
def test_an_archive_that_is_damaged_behind_its_head_is_refused(
    packed: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    content = bytearray(packed(gzip.decompress(tar_gz({"x/x": random.Random(0).randbytes(1 << 20)}))))
    content[len(content) // 2 :: 7] = bytes(len(content[len(content) // 2 :: 7]))
    (tmp_path / "x-1.0.tar.gz").write_bytes(content)
    (tmp_path / "there").mkdir()
    library = a_library("x", sha256=hashlib.sha256(content).hexdigest())
    with pytest.raises(SourcesError, match="cannot be unpacked"):
        sources(tmp_path, tmp_path).unpack(library, tmp_path / "there")


def test_a_python_that_writes_wherever_an_archive_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3.11.0 to 3.11.3."""
    (tmp_path / "x-1.0.tar.gz").write_bytes(CONTENT)
    monkeypatch.delattr(tarfile, "data_filter")
    with pytest.raises(SourcesError, match="cannot be unpacked") as told:
        sources(tmp_path, tmp_path).unpack(a_library("x", sha256=SHA256), tmp_path)
    assert told.value.hint == "Run lbuild with Python 3.11.4 or newer"


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x-1.0.tar.gz").write_bytes(b"no archive")
    digest = hashlib.sha256(b"no archive").hexdigest()
    (tmp_path / "there").mkdir()
    with pytest.raises(SourcesError, match="cannot be unpacked"):
        sources(tmp_path, tmp_path).unpack(a_library("x", sha256=digest), tmp_path / "there")
