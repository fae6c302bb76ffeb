"""Damaged zips, told by whoever reads them: nothing that `zipfile` raises for one comes out as it is."""

import random
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from manylinux.archive.damage import damage_told

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)


class DamagedError(Exception):
    """It was told."""


def sound(method: int) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("a/b.py", "x = 1\n" * 200)
        archive.writestr("\u00e9", bytes(300))
        archive.writestr("d/", "")
    return buffer.getvalue()


def damaged(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at, width = chance.randrange(len(changed)), chance.choice((1, 2, 4))
        value = chance.choice((0, 1, 0xFF, 0xFFFF, 0x80000000, chance.getrandbits(32)))
        changed[at : at + width] = (value % (1 << 8 * width)).to_bytes(width, "little")
    return bytes(changed)


def read_whole(path: Path) -> None:
    with damage_told(DamagedError), zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                archive.read(entry)


def test_whatever_is_raised_for_damage_is_told(tmp_path: Path) -> None:
    """A thousand archives with a few bytes changed, on a disk: no number of the system comes out either."""
    path, chance, told = tmp_path / "x.zip", random.Random(3), 0
    for number in range(1200):
        path.write_bytes(damaged(sound(METHODS[number % len(METHODS)]), chance))
        try:
            read_whole(path)
        except DamagedError:
            told += 1

    assert told > 600


def test_a_member_that_is_not_there_is_told(tmp_path: Path) -> None:
    """As METADATA may be missing."""
    (tmp_path / "x.zip").write_bytes(sound(zipfile.ZIP_DEFLATED))

    with (
        pytest.raises(DamagedError, match="no item named 'c'"),
        damage_told(DamagedError),
        zipfile.ZipFile(tmp_path / "x.zip") as archive,
    ):
        archive.read("c")


def test_what_a_disk_refuses_is_no_damage(tmp_path: Path) -> None:
    """Whoever reads says so in another way."""
    with pytest.raises(FileNotFoundError), damage_told(DamagedError):
        zipfile.ZipFile(tmp_path / "not-there.zip")
