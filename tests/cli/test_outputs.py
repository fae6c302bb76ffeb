"""Outputs and caches that cannot be written: no space, no permission, something in the way."""

import os
import random
import stat
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest

from builder.cli.command import outcome
from factories.commands import Room, make_room, members, tree
from factories.disks import small_disk
from factories.refusals import OLD, demand_recovery, demand_words, stock
from servers.index_server import IndexServer

NOISE = random.Random(20261123).randbytes(3_000_000)
LIMIT = 1_000_000

posix = pytest.mark.skipif(os.name != "posix", reason="limits, mounts and modes are POSIX's")


def add_large(room: Room) -> None:
    """The index offers a wheel of three megabytes."""
    stock(room)
    room.offer("large", "1.0", {"large.bin": NOISE}, requires_dist=["demo"])


def limit_files() -> None:
    """No file may grow beyond a megabyte, which looks like a full disk."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))


@posix
def test_a_cache_that_takes_no_more_is_told(room: Room) -> None:
    """What was received is dropped, what was there stays, and with space it goes on."""
    add_large(room)
    (room.folder / "b.zip").write_bytes(OLD)
    outcome = room.process("large", "-o", "b.zip", preexec_fn=limit_files)

    demand_words(outcome, 6, "store", [str(room.cache)])
    assert (room.folder / "b.zip").read_bytes() == OLD
    assert room.names() == ["b.zip"]
    demand_recovery(room, "large")


@posix
@pytest.mark.parametrize("output", ["b.zip", "out/"])
def test_an_output_that_takes_no_more_is_told(room: Room, output: str) -> None:
    """The old zip stays, no part of the new one does."""
    add_large(room)
    room.lbuild("large", "-o", "other.zip")
    (room.folder / "b.zip").write_bytes(OLD)
    before = room.names()
    outcome = room.process("large", "-o", output, preexec_fn=limit_files)

    demand_words(outcome, 6, "output", [f"`{output.rstrip('/')}", "needed: about 3,"])
    assert (room.folder / "b.zip").read_bytes() == OLD
    assert room.names() == before
    demand_recovery(room, "large")


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    with small_disk(tmp_path / "small") as folder:
        yield folder


def test_a_full_disk_under_the_output_is_told_with_the_space_it_needs(room: Room, small_disk: Path) -> None:
    """The disk is as free afterwards as before, and what was there is still there."""
    add_large(room)
    output = small_disk / "b.zip"
    output.write_bytes(OLD)
    outcome = room.lbuild("large", "-o", output)

    demand_words(outcome, 6, "output", [f"`{output}`", "No space left", "needed: about 3,", "free: "])
    assert [path.name for path in small_disk.iterdir()] == ["b.zip"]
    assert output.read_bytes() == OLD


def test_a_full_disk_under_the_cache_is_told(
    tmp_path: Path, home: Path, answers: Path, index: IndexServer, small_disk: Path
) -> None:
    """The error names the cache's folder; the cache stays whole."""
    made = make_room(tmp_path, home, answers, index)
    room = Room(folder=made.folder, cache=small_disk / "cache", index=index, environ=made.environ)
    add_large(room)
    outcome = room.lbuild("large", "-o", "b.zip")

    demand_words(outcome, 6, "store", [str(room.cache), "No space left"])
    assert room.names() == []
    assert room.lbuild("cache", "verify", index=False).status == 0
    demand_recovery(room)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("folder.zip", "holds files that lbuild did not write"),
        ("folder.zip/", "holds files that lbuild did not write"),
        ("file/b.zip", "cannot be written"),
        ("file/", "file"),
    ],
)
def test_something_in_the_way_of_the_output_is_told_before_anything_is_downloaded(
    room: Room, output: str, told: str
) -> None:
    """What lies there is not lbuild's to remove."""
    stock(room)
    room.write("file")
    room.write("folder.zip/precious.txt", "mine")
    before = tree(room.folder)
    outcome = room.lbuild("demo", "-o", output)

    demand_words(outcome, 6, "output", [told])
    assert tree(room.folder) == before
    assert room.index.paths() == []


def test_an_output_is_replaced_and_keeps_its_name(room: Room) -> None:
    """A healthy run puts the new zip where the old file was; a link to it still leads there."""
    stock(room)
    (room.folder / "real").mkdir()
    (room.folder / "real" / "old.zip").write_bytes(OLD)
    (room.folder / "b.zip").symlink_to(Path("real", "old.zip"))
    demand_recovery(room)

    assert (room.folder / "b.zip").is_symlink()
    assert set(members(room.folder / "real" / "old.zip")) >= {"demo.py"}


def test_an_output_goes_into_folders_that_are_not_there_yet(room: Room) -> None:
    """Names may have blanks and any letters."""
    stock(room)
    outcome = room.lbuild("demo", "-o", "new folder/déjà vu/b.zip", "-q")

    assert (outcome.status, outcome.stderr) == (0, "")
    assert "demo.py" in members(room.folder / "new folder" / "déjà vu" / "b.zip")


@posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_told(room: Room) -> None:
    """Nothing is downloaded for an output that cannot be written."""
    stock(room)
    closed = room.folder / "closed"
    closed.mkdir(mode=0o500)
    outcome = room.lbuild("demo", "-o", "closed/b.zip")

    demand_words(outcome, 6, "output", ["`closed/b.zip`"])
    assert room.index.paths() == []


@posix
def test_a_cache_that_is_somebody_elses_folder_is_left_alone(room: Room, tmp_path: Path) -> None:
    """A folder with files that no store has is not made into one."""
    stock(room)
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    outcome = room.lbuild("demo", "-o", "b.zip", "--cache-dir", folder, cache=False)
    cleaned = room.lbuild("cache", "clean", "--cache-dir", folder, index=False, cache=False)

    demand_words(outcome, 6, "store", [str(folder)])
    assert (cleaned.status, cleaned.codes) == (6, ["store"])
    assert tree(folder) == {"thesis.txt": b"years of work"}


@posix
def test_a_bundle_has_the_mode_of_the_umask(room: Room) -> None:
    """A zip is as readable as any other new file of this user."""
    stock(room)
    before = os.umask(0o027)
    try:
        room.lbuild("demo", "-o", "b.zip")
    finally:
        os.umask(before)

    assert stat.S_IMODE((room.folder / "b.zip").stat().st_mode) == 0o640


@posix
def test_a_current_folder_that_is_gone_is_told(room: Room) -> None:
    """Every relative path begins there."""
    stock(room)
    gone = room.folder / "gone"
    gone.mkdir()
    outcome = room.process("demo", "-o", "b.zip", cwd=gone, preexec_fn=gone.rmdir)

    demand_words(outcome, 6, "environment", ["current folder"])
    assert room.names() == []


@posix
@pytest.mark.parametrize(
    "words",
    [
        "build",
        "layers",
        "init",
        "pulumi",
        "zappa --write-callback",
        "zappa dev --archive a.zip",
        "chalice",
        "sam Api --artifacts out",
        "index build --index wheels",
        "deploy-function .",
        "publish-layer lbuild-manifest.json",
    ],
)
def test_every_command_tells_it(room: Room, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    gone = room.folder / "gone"
    gone.mkdir()
    with chdir(room.folder):
        os.chdir(gone)
        gone.rmdir()
        status = outcome(words.split())

    assert (status, "error[environment]: The current folder cannot be found" in capsys.readouterr().err) == (
        6,
        True,
    )
