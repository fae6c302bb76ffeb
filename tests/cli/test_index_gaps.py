"""`lbuild index gaps`: which projects lack wheels, asked of an index."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factories.projects import write_sdist
from factories.recipes import write_recipes

if TYPE_CHECKING:
    from factories.commands import Outcome, Room


def stock(room: Room) -> None:
    room.offer("there", "1.0")
    room.offer("partly", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64")
    for name in ("partly", "source"):
        path = write_sdist(room.folder, name, "1.0")
        room.index.add(name, path.name, path.read_bytes())


def gaps(room: Room, *words: str) -> Outcome:
    return room.lbuild("index", "gaps", *words)


def test_gaps_are_told_with_evidence_and_help(room: Room) -> None:
    stock(room)
    write_recipes(room.folder / "recipes", "source")
    done = gaps(room, "there", "partly", "source", "nobody", "--recipes", "recipes")
    assert done.status == 0, done.stderr
    lines = done.stdout.splitlines()
    assert not any(line.startswith("there ") for line in lines)
    partly = [line for line in lines if line.startswith("partly ")]
    assert len(partly) == 2
    assert "wheels for cp311; the nearest is built for x86_64" in "".join(partly)
    assert any(
        "only an sdist" in line and "recipe, zig" in line for line in lines if line.startswith("source ")
    )
    assert lines[-1] == "no index knows nobody"


def test_a_list_and_chosen_targets(room: Room) -> None:
    stock(room)
    room.write("list.txt", "# a comment", "Partly  # another", "", "there")
    done = gaps(room, "--list", "list.txt", "--runtime", "python3.11", "--json")
    partly, there = done.report["projects"]
    assert [(each["target"], each["gap"]) for each in partly["targets"]] == [
        ("python3.11/x86_64", False),
        ("python3.11/arm64", True),
    ]
    assert there["project"] == "there"
    helped = partly["targets"][1]["help"]
    assert (helped["by"], helped["why"]) == ("pure", "no native code in its sdist")


def test_bad_input(room: Room) -> None:
    assert gaps(room, "no/name").status == 2
    assert gaps(room, "--list", "missing.txt").status == 2
    assert gaps(room, "x", "--runtime", "python9").codes == ["unknown-runtime"]
    assert gaps(room, "x", "--recipes", "nowhere").codes == ["invalid-recipe"]
    room.write("bad/x.toml", "schema = 9")
    assert gaps(room, "x", "--recipes", "bad").codes == ["invalid-recipe"]


def test_the_list_that_comes_with_lbuild_has_names_of_projects(room: Room) -> None:
    from builder.cli.index.gaps import _projects

    found = _projects((), None)
    assert len(found) > 300
    assert {"mysqlclient", "numpy", "misaka"} <= set(found)
