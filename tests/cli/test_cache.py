"""The cache: shown, checked, mended, read-only, and right whatever happens to it."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from factories.commands import Room, members
from factories.refusals import stock


def test_the_cache_can_be_shown_checked_and_cleaned(room: Room) -> None:
    """Damage is found, mended on demand, and the next build is right."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    shown = room.lbuild("cache", "dir", index=False)
    sizes = json.loads(room.lbuild("cache", "size", "--json", index=False).stdout)
    wheel = max((room.cache / "blobs-v1").glob("*/*"), key=lambda path: path.stat().st_size)
    damage(wheel)
    found = room.lbuild("cache", "verify", index=False)
    mended = room.lbuild("cache", "verify", "--repair", index=False)

    assert shown.stdout == f"{room.cache}\n"
    assert sizes["blobs-v1"]["files"] >= 2
    assert found.status == 4
    assert wheel.relative_to(room.cache).as_posix() in found.stdout
    assert (mended.status, room.lbuild("cache", "verify", index=False).status) == (0, 0)
    assert room.lbuild("demo", "-o", "c.zip").status == 0
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "c.zip").read_bytes()
    assert room.lbuild("cache", "prune", "--days", "0", index=False).status == 0
    assert room.lbuild("cache", "clean", index=False).status == 0
    assert not any(room.cache.glob("*-v1"))
    assert room.lbuild("demo", "-o", "d.zip").status == 0


def test_the_size_is_told_in_words(room: Room) -> None:
    """Beside the folder's name, which the JSON form and `cache verify` go by."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    forms = json.loads(room.lbuild("cache", "size", "--json", index=False).stdout)
    head, *lines, total = room.lbuild("cache", "size", index=False).stdout.splitlines()

    assert head.split() == ["kind", "folder", "files", "size"]
    assert [line.split()[-4] for line in lines] == list(forms)
    assert all(len(line.split()) > 4 for line in lines)
    assert next(line for line in lines if " facts-v1 " in line).startswith("what compiled files say ")
    assert total.startswith("total ")


def damage(path: Path) -> None:
    """One bit of the file is another, its size as before."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_damaged_wheel_of_the_cache_is_fetched_again(room: Room) -> None:
    """Without being asked to check."""
    stock(room)
    room.lbuild("demo", "-o", "b.zip")
    for path in (room.cache / "blobs-v1").glob("*/*"):
        if not path.name.endswith(".stamp"):
            damage(path)
    done = room.lbuild("demo", "-o", "c.zip")

    assert done.status == 0, done.stderr
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "c.zip").read_bytes()


@pytest.mark.skipif(os.name != "posix", reason="mounts are POSIX's")
def test_a_read_only_cache_serves_what_it_holds(room: Room) -> None:
    """And what it lacks is fetched for this run alone."""
    stock(room)
    room.offer("other", "1.0")
    room.lbuild("demo", "-o", "b.zip")
    mounted = bind_read_only(room.cache)
    try:
        warm = room.lbuild("demo", "-o", "c.zip")
        more = room.lbuild("demo", "other", "-o", "d.zip")
    finally:
        mounted()

    assert (warm.status, more.status) == (0, 0), warm.stderr + more.stderr
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "c.zip").read_bytes()
    assert "other.py" in members(room.folder / "d.zip")


def bind_read_only(folder: Path) -> Callable[[], None]:
    """The folder cannot be written until what is returned is called."""
    commands = [["mount", "--bind", folder, folder], ["mount", "-o", "remount,ro,bind", folder]]
    try:
        done = [subprocess.run(command, capture_output=True, check=False) for command in commands]
    except FileNotFoundError:
        pytest.skip("there is no `mount` here")
    if any(each.returncode for each in done):
        pytest.skip("nothing can be mounted here")

    def undo() -> None:
        subprocess.run(["umount", folder], check=True)

    return undo
