"""`lbuild diff`: what changed between two bundles, made by lbuild or not."""

from pathlib import Path

import pytest

from factories.commands import Outcome, Room
from factories.wheels import zipped


def diff(room: Room, *words: str | Path) -> Outcome:
    return room.lbuild("diff", *words, index=False, cache=False)


def build(room: Room, output: str, *words: str) -> None:
    done = room.lbuild(*words, "-o", output)
    assert done.status == 0, done.stderr


@pytest.fixture
def stocked(room: Room) -> Room:
    """Old and new bundles: `demo` in another version, `dep` gone, `extra` new, `same` as it was."""
    room.offer("demo", "1.0", {"demo/a.py": b"a = 1\n", "demo/gone.py": b"b" * 900})
    room.offer("demo", "2.0", {"demo/a.py": b"a = 2\n", "demo/new.py": b"c" * 5000})
    for name in ("dep", "extra", "same"):
        room.offer(name, "1.0")
    build(room, "old.zip", "demo==1.0", "dep", "same")
    build(room, "new.zip", "demo==2.0", "extra", "same")
    return room


def test_tells_what_changed(stocked: Room) -> None:
    """New, gone and other distributions, with their files; what is alike is a number."""
    told = diff(stocked, "old.zip", "new.zip")
    lines = [line.strip() for line in told.stdout.splitlines()]

    assert (told.status, told.stderr) == (0, "")
    for beginning in ("~ demo 1.0 -> 2.0", "+ demo/new.py", "- dep 1.0", "+ extra 1.0", "1 unchanged"):
        assert any(line.startswith(beginning) for line in lines), told.stdout


def test_json_has_the_documented_shape(stocked: Room) -> None:
    """Every file that is not the same, by its distribution."""
    form = diff(stocked, "old.zip", "new.zip", "--json").report
    owners = {owner["name"]: owner for owner in form["owners"]}

    assert set(form) == {"schema", "differs", "old", "new", "owners", "unchanged", "kinds"}
    assert (form["differs"], form["unchanged"]) == (True, 1)
    assert (owners["demo"]["old"], owners["demo"]["new"]) == (["1.0"], ["2.0"])
    assert (owners["dep"]["new"], owners["extra"]["old"]) == (None, None)
    files = {file["path"]: (file["before"], file["after"]) for file in owners["demo"]["files"]}
    assert files["demo/a.py"] == (6, 6)
    assert (files["demo/gone.py"], files["demo/new.py"]) == ((900, None), (None, 5000))
    assert sum(owner["after"] - owner["before"] for owner in form["owners"]) == (
        form["new"]["unpacked"] - form["old"]["unpacked"]
    )


def test_the_exit_status_tells_only_when_asked(stocked: Room) -> None:
    """As `git diff` does it."""
    assert diff(stocked, "old.zip", "new.zip").status == 0
    assert diff(stocked, "old.zip", "new.zip", "--exit-code").status == 1
    assert diff(stocked, "old.zip", "old.zip", "--exit-code").status == 0


def test_how_it_is_packed_is_no_difference(stocked: Room) -> None:
    """A folder, a layer and a zip of the same requirements hold the same files."""
    build(stocked, "folder/", "same")
    build(stocked, "one.zip", "same")
    build(stocked, "layer.zip", "same", "--layer")

    assert diff(stocked, "one.zip", "folder", "--exit-code").status == 0
    assert diff(stocked, "folder", "layer.zip", "--exit-code").status == 0
    assert "a function -> a layer" in diff(stocked, "one.zip", "layer.zip").stdout


def test_one_other_byte_is_a_difference(room: Room) -> None:
    """In a zip by its checksum, in a folder by its content."""
    (room.folder / "a.zip").write_bytes(zipped({"app.py": b"a = 1\n"}))
    (room.folder / "b.zip").write_bytes(zipped({"app.py": b"a = 2\n"}))
    room.write("folder/app.py", "a = 2")

    assert diff(room, "a.zip", "b.zip", "--exit-code").status == 1
    assert diff(room, "a.zip", "folder", "--exit-code").status == 1
    assert diff(room, "b.zip", "folder", "--exit-code").status == 0


def test_what_is_no_bundle_is_told(room: Room) -> None:
    """Whichever of the two it is."""
    room.write("text.zip", "no zip")
    (room.folder / "a.zip").write_bytes(zipped({"app.py": b""}))

    assert diff(room, "a.zip", "text.zip").codes == ["bad-archive"]
    assert diff(room, "none.zip", "a.zip", "--json").codes == ["input-not-found"]
    assert diff(room, "a.zip").codes == ["usage"]
