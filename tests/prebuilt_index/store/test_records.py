"""Records: any key, any value, whole or absent."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from prebuilt_index.store import Bucket, Store

KEYS = ["", "x", "a/b/../c", "é\0\n", "\udcff", "k" * 100_000]
VALUES = [b"", b"\n", b"value", bytes(range(256)) * 4000]


def only_record(store: Store, bucket: Bucket = Bucket.PAGES) -> Path:
    (path,) = (path for path in (store.root / bucket).glob("*/*") if path.is_file())
    return path


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
@pytest.mark.parametrize("value", VALUES, ids=range(len(VALUES)))
def test_gives_back_what_was_put(store: Store, key: str, value: bytes) -> None:
    """Keys are any text, values any bytes."""
    before = store.get(Bucket.PAGES, key)
    store.put(Bucket.PAGES, key, b"earlier")
    store.put(Bucket.PAGES, key, value)

    assert before is None
    assert store.get(Bucket.PAGES, key) == value
    assert os.listdir(store.root / "tmp") == []


def test_keeps_buckets_and_keys_apart(store: Store) -> None:
    """One key in two buckets is two records; so are two keys in one."""
    for bucket in Bucket:
        for key in KEYS:
            store.put(bucket, key, f"{bucket} {key!r}".encode())

    assert all(store.get(bucket, key) == f"{bucket} {key!r}".encode() for bucket in Bucket for key in KEYS)


def flip(path: Path, other: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def flip_checksum(path: Path, other: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


def truncate(path: Path, other: Path) -> None:
    os.truncate(path, 66)


def cut_in_checksum(path: Path, other: Path) -> None:
    os.truncate(path, 10)


def append(path: Path, other: Path) -> None:
    with open(path, "ab") as file:
        file.write(b"x")


def zero(path: Path, other: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path, other: Path) -> None:
    os.truncate(path, 0)


def delete(path: Path, other: Path) -> None:
    path.unlink()


def replace(path: Path, other: Path) -> None:
    shutil.copy2(other, path)


def link(path: Path, other: Path) -> None:
    content = path.read_bytes()
    path.unlink()
    elsewhere = path.with_name("elsewhere")
    elsewhere.write_bytes(content)
    path.symlink_to(elsewhere)


def folder(path: Path, other: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_bytes(b"x")


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
@pytest.mark.parametrize(
    "damage",
    [flip, flip_checksum, truncate, cut_in_checksum, append, zero, empty, delete, replace, link, folder],
    ids=lambda damage: damage.__name__,
)
def test_takes_a_damaged_record_for_none(store: Store, damage: Callable[[Path, Path], None]) -> None:
    """What is not as it was put, also another record in its place, is None, and can be put again."""
    store.put(Bucket.PAGES, "key", b"value")
    store.put(Bucket.BUILT, "key", b"value")
    damage(only_record(store), only_record(store, Bucket.BUILT))
    seen = store.get(Bucket.PAGES, "key")
    store.put(Bucket.PAGES, "key", b"again")

    assert seen is None
    assert store.get(Bucket.PAGES, "key") == b"again"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads whatever the mode")
def test_takes_an_unreadable_record_for_none(store: Store) -> None:
    """A record that may not be read is none, and can be put again."""
    store.put(Bucket.PAGES, "key", b"value")
    only_record(store).chmod(0)

    assert store.get(Bucket.PAGES, "key") is None
