"""Files go in whole, come out whole, and are doubted as soon as anything about them has changed."""

import hashlib
import os
import shutil
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from prebuilt_index.store import Store, blobs, digest_of_blob

CONTENT = b"content of a wheel\n" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
OTHER = b"content of another\n" * 1000

posix_only = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX's")


def receive(store: Store, content: bytes = CONTENT) -> Path:
    with store.receive() as incoming:
        incoming.write(content)
        return incoming.commit()


def leftovers(store: Store) -> list[str]:
    folder = store.root / "tmp"
    return os.listdir(folder) if folder.exists() else []


def test_gives_back_what_it_received(store: Store) -> None:
    """A committed file is found by its digest, read-only, and nothing else is left."""
    path = receive(store)

    assert store.blob(SHA256) == path
    assert path.read_bytes() == CONTENT
    assert stat.S_IMODE(path.stat().st_mode) == 0o444 or os.name != "posix"
    assert leftovers(store) == []


def test_knows_nothing_it_has_not_received(store: Store) -> None:
    """An unknown digest, and what is no digest at all, is None."""
    for digest in (SHA256, "", "x" * 64, SHA256.upper(), "../" * 21 + "x", f"{SHA256}\0"):
        assert store.blob(digest) is None


def test_hashes_while_it_receives(store: Store) -> None:
    """Digests and size are of what was written so far; a restart begins anew."""
    with store.receive(["md5", "sha512"]) as incoming:
        incoming.write(b"wrong ")
        incoming.write(memoryview(b"start"))
        before = incoming.sha256, incoming.size
        incoming.restart()
        incoming.write(CONTENT)

        assert before == (hashlib.sha256(b"wrong start").hexdigest(), 11)
        assert (incoming.sha256, incoming.size) == (SHA256, len(CONTENT))
        assert incoming.hexdigest("sha512") == hashlib.sha512(CONTENT).hexdigest()
        assert incoming.hexdigest("md5") == hashlib.md5(CONTENT).hexdigest()
        assert incoming.commit().read_bytes() == CONTENT


def test_keeps_nothing_that_is_not_committed(store: Store) -> None:
    """Leaving the block without commit, by an error or not, leaves nothing."""
    with store.receive() as incoming:
        incoming.write(CONTENT)
    with suppress(KeyError), store.receive() as incoming:
        incoming.write(CONTENT)
        raise KeyError

    assert store.blob(SHA256) is None
    assert leftovers(store) == []


def test_keeps_an_empty_file(store: Store) -> None:
    """No content is content as well."""
    path = receive(store, b"")

    assert store.blob(hashlib.sha256(b"").hexdigest()) == path


def test_keeps_the_first_of_two_equal_files(store: Store) -> None:
    """A file that is there already is not written again, not even touched."""
    first = receive(store)
    before = first.stat()
    second = receive(store)

    assert second == first
    assert second.stat() == before
    assert leftovers(store) == []


def flip(path: Path, other: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    os.chmod(path, 0o644)
    with open(path, "r+b") as file:
        file.write(data)


def flip_and_set_back_the_clock(path: Path, other: Path) -> None:
    before = path.stat()
    flip(path, other)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.chmod(path, 0o444)


def truncate(path: Path, other: Path) -> None:
    os.chmod(path, 0o644)
    os.truncate(path, 100)


def zero(path: Path, other: Path) -> None:
    os.chmod(path, 0o644)
    path.write_bytes(bytes(path.stat().st_size))


def empty(path: Path, other: Path) -> None:
    os.chmod(path, 0o644)
    os.truncate(path, 0)


def delete(path: Path, other: Path) -> None:
    path.unlink()


def replace(path: Path, other: Path) -> None:
    path.unlink()
    shutil.copy2(other, path)


def link(path: Path, other: Path) -> None:
    path.unlink()
    path.symlink_to(other)


def dangling_link(path: Path, other: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere")


def folder(path: Path, other: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_bytes(b"x")


def pipe(path: Path, other: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGE = [flip, flip_and_set_back_the_clock, truncate, zero, empty, delete, replace]
DAMAGE += [link, dangling_link, folder, pipe]


@posix_only
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_notices_damage_and_heals(store: Store, damage: Callable[[Path, Path], None]) -> None:
    """A file that is not what it was is not given out, and can be received again."""
    path, other = receive(store), receive(store, OTHER)
    damage(path, other)
    seen = store.blob(SHA256)
    healed = receive(store)

    assert seen is None
    assert healed.read_bytes() == CONTENT
    assert store.blob(SHA256) == healed
    assert other.read_bytes() == OTHER
    assert leftovers(store) == []


@posix_only
@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_heals_when_received_again_unasked(store: Store, damage: Callable[[Path, Path], None]) -> None:
    """Who receives a file without asking for it first ends with a good one all the same."""
    path, other = receive(store), receive(store, OTHER)
    damage(path, other)

    assert receive(store).read_bytes() == CONTENT


@posix_only
@pytest.mark.parametrize("mode", [0o000, 0o200, 0o777])
def test_puts_modes_right(store: Store, mode: int) -> None:
    """Other modes are doubt, not damage: the content decides, and 0444 is restored."""
    path = receive(store)
    os.chmod(path, mode)
    seen = store.blob(SHA256)

    assert seen is None or stat.S_IMODE(path.stat().st_mode) == 0o444
    assert receive(store).read_bytes() == CONTENT


@posix_only
def test_believes_content_when_only_the_circumstances_changed(store: Store) -> None:
    """A copied or touched store is hashed once more, and trusted again from then on."""
    path = receive(store)
    stamp = path.with_name(path.name + ".stamp")
    os.utime(path)
    doubted = store.blob(SHA256)
    restamped = stamp.read_bytes()

    assert doubted == path
    assert store.blob(SHA256) == path
    assert stamp.read_bytes() == restamped


@pytest.mark.parametrize("content", [b"", b"1 2 3 4 5\n", b"\xff" * 500, None])
def test_needs_no_stamp(store: Store, content: bytes | None) -> None:
    """Without a stamp, or with nonsense in its place, the content is hashed."""
    path = receive(store)
    stamp = path.with_name(path.name + ".stamp")
    stamp.unlink()
    if content is not None:
        stamp.write_bytes(content)

    assert store.blob(SHA256) == path
    assert stamp.read_bytes().startswith(b"%d " % len(CONTENT))


@posix_only
def test_damage_that_another_removes_meanwhile_is_gone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """`lbuild cache verify --repair`, say."""
    path = receive(store, b"content")
    path.with_name(path.name + ".stamp").unlink()

    def removed(path: str, sha256: str) -> None:
        os.unlink(path)

    monkeypatch.setattr(blobs, "examine", removed)

    assert store.blob(hashlib.sha256(b"content").hexdigest()) is None


def test_doubts_a_blob_whose_stamp_is_a_folder(store: Store) -> None:
    """Whatever lies in the stamp's place, it is no word of ours."""
    path = receive(store)
    stamp = path.with_name(path.name + ".stamp")
    stamp.unlink()
    stamp.mkdir()

    assert store.blob(digest_of_blob(path)) == path
    assert stamp.is_file()


def test_does_not_hash_what_has_not_changed(store: Store) -> None:
    """A trusted file is not read; that it was used is noted beside it."""
    path = receive(store)
    opened = path.stat().st_atime_ns
    os.utime(path.with_name(path.name + ".stamp"), ns=(0, 0))
    seen = store.blob(SHA256)

    assert seen == path
    assert path.stat().st_atime_ns == opened
    assert path.with_name(path.name + ".stamp").stat().st_mtime_ns > 0


@posix_only
@pytest.mark.parametrize("number", [1, 38])  # EPERM, ENOSYS
def test_works_without_hard_links(store: Store, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Where files cannot be linked they are renamed, and an existing one is still never replaced."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", refuse)
    first = receive(store)
    before = first.stat()
    second = receive(store)
    after = second.stat()

    assert first.read_bytes() == CONTENT
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert leftovers(store) == []


@posix_only
def test_is_on_disk_before_it_has_its_name(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content is synced before the file gets its name, the name before the file is given out."""
    calls = []
    sync, place = os.fsync, os.link

    def seen_sync(descriptor: int) -> None:
        calls.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    def seen_place(source: str, target: str, **options: bool) -> None:
        calls.append("name")
        place(source, target, **options)

    receive(store, OTHER)
    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(os, "link", seen_place)
    receive(store)

    # The first name fails: the folder for it has to be made, and synced, first.
    assert calls == ["file", "name", "folder", "name", "folder"]
