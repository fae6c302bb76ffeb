"""Locks: written, built from, compared with the requirements, kept and renewed."""

import hashlib
import tomllib
from collections.abc import Sequence
from typing import Any

import pytest

from factories.commands import Room, members
from factories.projects import write_project
from factories.refusals import OLD, demand_words, stock
from factories.wheels import make_wheel, write_wheel


def lock(room: Room, name: str = "pylock.toml") -> dict[str, Any]:
    """The lock in the current folder."""
    return tomllib.loads((room.folder / name).read_text(encoding="utf-8"))


def locked_versions(room: Room) -> dict[str, str]:
    """Project to version, as the lock has them."""
    return {package["name"]: package["version"] for package in lock(room)["packages"]}


def test_a_lock_is_a_pylock_with_hashes_sizes_urls_and_its_target(room: Room) -> None:
    """PEP 751, and what it was made for."""
    stock(room)
    done = room.lbuild("lock", "demo", "--runtime", "python3.12", "--arch", "arm64", "--json")
    document = lock(room)
    files = [wheel for package in document["packages"] for wheel in package["wheels"]]

    assert (done.status, done.report["lock"]) == (0, "pylock.toml")
    assert document["lock-version"] == "1.0"
    assert document["tool"]["lbuild"]["runtime"] == "python3.12"
    assert document["tool"]["lbuild"]["arch"] == "arm64"
    assert [package["name"] for package in document["packages"]] == ["demo", "dep"]
    assert all(len(file["hashes"]["sha256"]) == 64 and file["size"] > 0 for file in files)
    assert all(file["url"].startswith(f"{room.index.url}/files/") for file in files)


def test_the_same_resolution_gives_the_same_lock(room: Room) -> None:
    """No dates, no order of requirements."""
    stock(room)
    room.lbuild("lock", "demo", "dep<9")
    first = (room.folder / "pylock.toml").read_bytes()
    room.lbuild("lock", "dep<9", "demo", "--upgrade")

    assert (room.folder / "pylock.toml").read_bytes() == first


def test_a_lock_is_built_for_its_target_and_exactly(room: Room) -> None:
    """Newer versions on the index do not matter, and the target need not be said again."""
    stock(room)
    room.lbuild("demo", "-o", "direct.zip", "--runtime", "python3.12", "--arch", "arm64")
    room.lbuild("lock", "demo", "--runtime", "python3.12", "--arch", "arm64")
    room.offer("dep", "2.0")
    done = room.lbuild("pylock.toml", "-o", "b.zip", "--refresh")

    assert done.status == 0, done.stderr
    assert done.stderr.startswith("python3.12 on arm64: Amazon Linux 2023, glibc 2.34 (the lock file)")
    assert (room.folder / "b.zip").read_bytes() == (room.folder / "direct.zip").read_bytes()


def test_a_lock_of_another_cache_builds_the_same_bytes(room: Room) -> None:
    """Without asking any index for a page."""
    stock(room)
    room.lbuild("lock", "demo")
    room.lbuild("pylock.toml", "-o", "warm.zip")
    room.index.requests.clear()
    done = room.lbuild("pylock.toml", "-o", "cold.zip", "--no-cache")

    assert done.status == 0, done.stderr
    assert (room.folder / "cold.zip").read_bytes() == (room.folder / "warm.zip").read_bytes()
    assert all(path.startswith("/files/") for path in room.index.paths())


def test_a_locked_file_with_other_bytes_is_refused(room: Room) -> None:
    """The lock's hash decides."""
    stock(room)
    room.lbuild("lock", "dep==1.2")
    path = room.folder / "pylock.toml"
    digest = lock(room)["packages"][0]["wheels"][0]["hashes"]["sha256"]
    path.write_text(path.read_text().replace(digest, "0" * 64))
    (room.folder / "b.zip").write_bytes(OLD)
    refused = room.lbuild("pylock.toml", "-o", "b.zip")

    assert (refused.status, refused.codes) == (4, ["hash-mismatch"])
    assert "dep-1.2-py3-none-any.whl" in refused.stderr
    assert (room.folder / "b.zip").read_bytes() == OLD


def test_a_lock_for_another_architecture_is_refused(room: Room) -> None:
    """It holds no file that loads there."""
    tag = "cp313-cp313-manylinux_2_17_x86_64"
    room.offer("native", "1.0", tag=tag)
    room.lbuild("lock", "native", "--runtime", "python3.13")
    refused = room.lbuild("pylock.toml", "-o", "b.zip", "--arch", "arm64")

    assert refused.status in {1, 2}
    assert "native" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert room.names() == ["pylock.toml"]


def test_a_matching_lock_is_what_locked_builds(room: Room) -> None:
    """The versions are the lock's, though the index has newer ones by now."""
    stock(room)
    room.write("requirements.txt", "demo", "dep>=1")
    room.lbuild("lock", "requirements.txt")
    room.offer("dep", "2.0")
    words = ("requirements.txt", "-o", "b.zip", "--locked", "pylock.toml", "--json")
    outcomes = [room.lbuild(*words, "--refresh"), room.lbuild(*words)]

    assert [outcome.status for outcome in outcomes] == [0, 0], outcomes[0].stderr
    assert [outcome.versions["dep"] for outcome in outcomes] == ["1.2", "1.2"]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (["demo", "dep>=1", "other"], "other"),
        (["demo", "dep>=1.3"], "dep"),
        (["dep>=1"], "demo"),
    ],
)
@pytest.mark.parametrize("warm", [False, True])
def test_a_lock_that_no_longer_matches_fails(room: Room, lines: Sequence[str], told: str, warm: bool) -> None:
    """With what differs; also when the same requirements were built without the lock a moment ago."""
    stock(room)
    room.offer("other", "1.0")
    room.offer("dep", "1.4")
    room.write("requirements.txt", "demo", "dep>=1,<1.3")
    room.lbuild("lock", "requirements.txt")
    room.write("requirements.txt", *lines)
    if warm:
        room.lbuild("requirements.txt", "-o", "warm.zip")
    refused = room.lbuild("requirements.txt", "-o", "b.zip", "--locked", "pylock.toml")

    demand_words(refused, 1, "lock-out-of-date", ["`pylock.toml`", told, "lbuild lock"])
    assert "b.zip" not in room.names()


def test_an_edited_lock_is_not_taken_from_memory(room: Room) -> None:
    """A build that was remembered a moment ago does not hide it."""
    stock(room)
    room.write("requirements.txt", "dep")
    room.lbuild("lock", "requirements.txt")
    words = ("requirements.txt", "-o", "b.zip", "--locked", "pylock.toml")
    first = room.lbuild(*words)
    path = room.folder / "pylock.toml"
    path.write_text(path.read_text().replace("1.2", "1.1"))
    second = room.lbuild(*words)

    assert first.status == 0
    assert second.status != 0
    assert "Traceback" not in second.stderr


def test_locking_again_keeps_versions_until_they_are_upgraded(room: Room) -> None:
    """A new requirement does not move the others."""
    stock(room)
    room.lbuild("lock", "demo")
    room.offer("dep", "2.0")
    room.offer("other", "1.0")
    room.lbuild("lock", "demo", "other", "--refresh")
    kept = locked_versions(room)
    room.lbuild("lock", "demo", "other", "--upgrade")

    assert kept == {"demo": "1.0", "dep": "1.2", "other": "1.0"}
    assert locked_versions(room) == {"demo": "1.0", "dep": "2.0", "other": "1.0"}


def test_a_lock_that_no_longer_fits_moves_as_far_as_it_must(room: Room) -> None:
    """A kept version is a wish, not a pin."""
    stock(room)
    room.lbuild("lock", "demo")
    room.lbuild("lock", "demo", "dep<1.2")

    assert locked_versions(room) == {"demo": "1.0", "dep": "1.0"}


@pytest.mark.parametrize("words", [("nowhere-to-be-found",), ("demo", "dep>9")])
def test_a_lock_that_cannot_be_made_leaves_the_old_one(room: Room, words: Sequence[str]) -> None:
    """Byte for byte, and nothing beside it."""
    stock(room)
    room.lbuild("lock", "demo")
    before = (room.folder / "pylock.toml").read_bytes()
    refused = room.lbuild("lock", *words)

    assert refused.status == 1
    assert (room.folder / "pylock.toml").read_bytes() == before
    assert room.names() == ["pylock.toml"]


def test_a_broken_lock_is_told_and_renewed_on_demand(room: Room) -> None:
    """What a merge left in it is not thrown away silently."""
    stock(room)
    room.write("pylock.toml", "<<<<<<< HEAD", 'lock-version = "1.0"')
    before = (room.folder / "pylock.toml").read_bytes()
    refused = room.lbuild("lock", "demo")

    demand_words(refused, 2, "invalid-lock", ["`pylock.toml`", "--upgrade"])
    assert (room.folder / "pylock.toml").read_bytes() == before
    assert room.lbuild("lock", "demo", "--upgrade").status == 0
    assert locked_versions(room) == {"demo": "1.0", "dep": "1.2"}


def test_files_and_folders_of_the_user_are_locked_by_path(room: Room) -> None:
    """Relative to the lock, so that a checkout elsewhere builds from it."""
    write_wheel(room.folder, "packed", "3.0")
    write_project(room.folder / "project", "mine", "4.0")
    locked = room.lbuild("lock", "./packed-3.0-py3-none-any.whl", "./project")
    built = room.lbuild("pylock.toml", "-o", "b.zip")

    assert (locked.status, built.status) == (0, 0), locked.stderr + built.stderr
    assert str(room.folder) not in (room.folder / "pylock.toml").read_text()
    assert {"packed.py", "mine.py"} <= set(members(room.folder / "b.zip"))


PROJECT = """[project]
name = "app"
version = "1"
dependencies = ["demo"]

[project.optional-dependencies]
fast = ["quick"]

[dependency-groups]
test = ["checker", {include-group = "base"}]
base = ["ground"]
"""


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ((), set()),
        (("--extra", "fast"), {"quick"}),
        (("--group", "test"), {"checker", "ground"}),
        (("--extra", "fast", "--group", "base"), {"quick", "ground"}),
    ],
)
def test_a_pyproject_is_an_input_with_extras_and_groups(
    room: Room, words: Sequence[str], more: set[str]
) -> None:
    """Its dependencies, not itself."""
    stock(room)
    for name in ("quick", "checker", "ground"):
        room.offer(name, "1.0")
    (room.folder / "pyproject.toml").write_text(PROJECT)
    done = room.lbuild("pyproject.toml", "--dry-run", "--json", *words)

    assert done.status == 0, done.stderr
    assert set(done.versions) == {"demo", "dep", *more}


@pytest.mark.parametrize(("option", "name"), [("--extra", "fats"), ("--group", "tset")])
def test_an_unknown_extra_or_group_is_told_with_the_known_ones(room: Room, option: str, name: str) -> None:
    """A slip is no empty set."""
    (room.folder / "pyproject.toml").write_text(PROJECT)
    refused = room.lbuild("pyproject.toml", "-o", "b.zip", option, name)

    assert refused.status == 2
    assert f"`{name}`" in refused.stderr
    assert "fast" in refused.stderr or "test" in refused.stderr
    assert room.names() == ["pyproject.toml"]


def test_hashes_of_the_requirements_are_demanded_of_the_files(room: Room) -> None:
    """`--hash` lines that are right build, in hash mode."""
    content = make_wheel("dep", "1.2")
    room.index.add("dep", "dep-1.2-py3-none-any.whl", content)
    digest = hashlib.sha256(content).hexdigest()
    room.write("requirements.txt", f"dep==1.2 \\\n    --hash=sha256:{digest}")
    done = room.lbuild("requirements.txt", "-o", "b.zip", "--require-hashes")

    assert done.status == 0, done.stderr
    assert "dep.py" in members(room.folder / "b.zip")


def test_a_lock_that_cannot_be_read_is_told(room: Room) -> None:
    """And not written over, whatever its versions are."""
    room.offer("demo", "1.0")
    (room.folder / "pylock.toml").symlink_to("/proc/self/mem")
    outcome = room.lbuild("lock", "demo")

    assert (outcome.status, outcome.codes) == (2, ["invalid-lock"]), outcome.stderr
