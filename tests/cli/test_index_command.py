"""`lbuild index`: wheels added, listed, yanked, verified and published from the command line."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from factories.commands import Room, tree
from factories.projects import write_sdist
from factories.refusals import demand_words
from factories.wheels import make_wheel, write_wheel


@pytest.fixture
def wheels(room: Room) -> Path:
    folder = room.folder / "wheels"
    folder.mkdir()
    for name, version in (("demo", "1.0"), ("demo", "1.1"), ("other", "1.0")):
        write_wheel(folder, name, version)
    return folder


def run(room: Room, *words: str | Path) -> Any:
    return room.lbuild("index", *words, index=False, cache=False)


def listed(room: Room) -> list[str]:
    form = json.loads(run(room, "list", "--index", "ix", "--json").stdout)
    return [each["filename"] for each in form]


@pytest.mark.parametrize("way", ["folder", "glob", "files"])
def test_wheels_are_added_by_folder_pattern_or_name(room: Room, wheels: Path, way: str) -> None:
    (wheels / "readme.txt").write_text("no wheel")
    words = {
        "folder": ["wheels"],
        "glob": ["wheels/demo-*.whl", "wheels/o*.whl"],
        "files": [str(path) for path in wheels.glob("*.whl")],
    }[way]
    done = run(room, "add", *words, "--index", "ix")
    assert done.status == 0, done.stderr
    assert "added 3 wheels" in done.stderr
    assert f"index: {(room.folder / 'ix/simple').as_uri()}/" in done.stderr
    assert listed(room) == [
        "demo-1.0-py3-none-any.whl",
        "demo-1.1-py3-none-any.whl",
        "other-1.0-py3-none-any.whl",
    ]
    again = run(room, "add", "wheels", "--index", "ix", "--json")
    assert "added 0 wheels (0 B) to ix; 3 wheels there already" in again.stderr
    assert [each["new"] for each in again.report["wheels"]] == [False, False, False]


def test_the_list_is_a_table(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix")
    run(room, "yank", "demo==1.0", "--index", "ix", "--reason", "too old")
    lines = run(room, "list", "--index", "ix").stdout.splitlines()
    assert lines[0].split() == ["wheel", "size", "built", "by", "yanked"]
    assert lines[1].startswith("demo-1.0-py3-none-any.whl")
    assert lines[1].endswith("too old")
    assert len(lines) == 4


def test_one_bad_wheel_keeps_all_out(room: Room, wheels: Path) -> None:
    (wheels / "liar-1.0-py3-none-any.whl").write_bytes(make_wheel("liar", "2.0"))
    (wheels / "broken-1.0-py3-none-any.whl").write_bytes(b"no zip")
    done = run(room, "add", "wheels", "--index", "ix")
    assert (done.status, sorted(done.codes)) == (4, ["bad-archive", "metadata-mismatch"])
    assert not (room.folder / "ix").exists()


def test_the_time_that_is_given_is_what_pages_say(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix", "--upload-time", "2026-11-27T12:00:00+02:00")
    page = json.loads((room.folder / "ix/simple/other/index.json").read_text())
    assert page["files"][0]["upload-time"] == "2026-11-27T10:00:00Z"
    words = ("demo", "--dry-run", "--json", "--no-index", "--prebuilt-index", "ix")
    known = room.lbuild(*words, "--exclude-newer", "2026-11-28", index=False)
    assert known.versions == {"demo": "1.1"}
    newer = room.lbuild(*words, "--exclude-newer", "2026-11-27", index=False)
    assert newer.status == 1
    refused = run(room, "add", "wheels", "--index", "iy", "--upload-time", "yesterday")
    demand_words(refused, 2, "usage", ["`--upload-time yesterday` is not a time"])


def test_other_bytes_are_refused(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix")
    before = tree(room.folder / "ix/files")
    (wheels / "demo-1.0-py3-none-any.whl").write_bytes(make_wheel("demo", "1.0", {"demo.py": b"other"}))
    outcome = run(room, "add", "wheels", "--index", "ix")
    demand_words(outcome, 4, "duplicate-file", ["demo-1.0-py3", "there: sha256:", "given: sha256:"])
    assert tree(room.folder / "ix/files") == before


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nowhere.whl"], "input-not-found", "`nowhere.whl` does not exist"),
        (["x*.whl"], "input-not-found", "`x*.whl` does not exist"),
        (["empty"], "input-not-found", "`empty` holds no wheel"),
        (["odd"], "input-not-found", "`odd/pipe.whl` is no file"),
        ([], "usage", "No wheel is named"),
        (["--from-cache", "nothing"], "input-not-found", "The cache holds no wheel of `nothing`"),
    ],
)
def test_what_is_not_there_is_told(room: Room, words: list[str], code: str, told: str) -> None:
    (room.folder / "empty").mkdir()
    (room.folder / "odd").mkdir()
    os.mkfifo(room.folder / "odd/pipe.whl")
    outcome = room.lbuild("index", "add", *words, "--index", "ix", index=False)
    demand_words(outcome, 2, code, [told])
    assert not (room.folder / "ix").exists()


def test_a_file_that_is_no_wheel_is_told_in_words(room: Room) -> None:
    """The number of the rule stands behind."""
    room.write("notes.txt", "demo\n")
    outcome = room.lbuild("index", "add", "notes.txt", "--index", "ix", index=False)

    assert (outcome.status, outcome.codes) == (4, ["bad-archive"])
    assert outcome.stderr.splitlines() == [
        "error[bad-archive]: `notes.txt` is not the name of a wheel",
        "  a wheel is called `project-version-python-abi-platform.whl` (rule Z31)",
        "",
        "hint: Name wheels, or folders with wheels",
    ]
    assert not (room.folder / "ix").exists()


def test_a_folder_that_is_something_else_is_left_alone(room: Room, wheels: Path) -> None:
    outcome = run(room, "add", "wheels", "--index", ".")
    demand_words(outcome, 2, "not-a-prebuilt-index", ["and not empty"])
    assert room.names() == ["wheels"]


def test_yanking_names_versions_or_files(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix")
    words = ("Demo>=1.1", "other-1.0-py3-none-any.whl")
    done = run(room, "yank", *words, "--index", "ix", "--reason", 'no "good"')
    assert done.stderr.splitlines() == [
        "yanked: demo-1.1-py3-none-any.whl",
        "yanked: other-1.0-py3-none-any.whl",
    ]
    assert 'data-yanked="no &quot;good&quot;"' in (room.folder / "ix/simple/demo/index.html").read_text()
    again = run(room, "yank", "demo==1.1", "--index", "ix", "--reason", 'no "good"')
    assert again.stderr == "nothing to change\n"
    back = run(room, "yank", "demo>=0", "--undo", "--index", "ix")
    assert back.stderr == "offered again: demo-1.1-py3-none-any.whl\n"
    assert run(room, "verify", "--index", "ix").status == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["demo==9"], "has no wheel `demo==9`"),
        (["demo"], "`demo` names no version"),
        (["demo=="], "is neither the name of a wheel nor PROJECT==VERSION"),
        (["demo==1.0", "--reason", "two\nlines"], "is not one line of text"),
        (["demo==1.0", "--reason", "x", "--undo"], "contradict each other"),
    ],
)
def test_yanking_what_cannot_be_is_told(room: Room, wheels: Path, words: list[str], told: str) -> None:
    run(room, "add", "wheels", "--index", "ix")
    outcome = run(room, "yank", *words, "--index", "ix")
    assert outcome.status == 2
    assert told in outcome.stderr


def test_verify_tells_and_repairs_pages(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix")
    assert run(room, "verify", "--index", "ix").stderr == "3 wheels looked at: nothing is damaged\n"
    (room.folder / "ix/simple/demo/index.html").write_text("")
    (room.folder / "ix/files/other/other-1.0-py3-none-any.whl").write_bytes(b"")
    found = run(room, "verify", "--index", "ix", "--json")
    assert found.status == 4
    assert [each["path"] for each in found.report["faults"]] == [
        "files/other/other-1.0-py3-none-any.whl",
        "simple/demo/index.html",
    ]
    repaired = run(room, "verify", "--repair", "--index", "ix")
    assert repaired.status == 4
    assert repaired.stdout.startswith("files/other/other-1.0-py3-none-any.whl: its content is not what")
    run(room, "add", "wheels", "--index", "ix")
    assert run(room, "verify", "--index", "ix").status == 0


def test_an_index_is_published_to_a_folder(room: Room, wheels: Path) -> None:
    run(room, "add", "wheels", "--index", "ix")
    done = run(room, "publish", "ix", "--to", "there", "--json")
    assert done.status == 0, done.stderr
    assert len(done.report["sent"]) == 3
    assert done.report["wheels"] == 3
    assert tree(room.folder / "there/files") == tree(room.folder / "ix/files")
    assert tree(room.folder / "there/simple") == tree(room.folder / "ix/simple")
    again = run(room, "publish", "ix", "--to", "there")
    assert "sent 0 of 3 wheels (0 B), wrote 0 pages" in again.stderr


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["wheels", "--to", "there"], 2, "not-a-prebuilt-index"),
        (["ix", "--to", "wheels"], 2, "not-a-prebuilt-index"),
        (["ix", "--to", "s3://X/y"], 2, "no-bucket"),
        (["ix", "--to", "ftp://host/x"], 2, "usage"),
        (["ix", "--to", "s3://bucket/x"], 3, "bucket-refused"),
    ],
)
def test_publishing_to_nowhere_is_told(
    room: Room, wheels: Path, words: list[str], status: int, code: str
) -> None:
    """The last one has no credentials; nobody is asked for any."""
    run(room, "add", "wheels", "--index", "ix")
    offline = Room(
        folder=room.folder,
        cache=room.cache,
        index=room.index,
        environ={
            **room.environ,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        },
    )
    outcome = run(offline, "publish", *words)
    assert (outcome.status, outcome.codes) == (status, [code]), outcome.stderr
    assert not (room.folder / "there").exists()


def test_what_builds_left_in_the_cache_is_added_with_its_story(room: Room) -> None:
    write_sdist(room.folder, "made", "1.0")
    done = room.lbuild("./made-1.0.tar.gz", "-o", "b.zip")
    assert done.status == 0, done.stderr
    added = room.lbuild("index", "add", "--from-cache", "Made", "--index", "ix", index=False)
    assert added.status == 0, added.stderr
    (entry,) = json.loads(run(room, "list", "--index", "ix", "--json").stdout)
    assert entry["filename"] == "made-1.0-py3-none-any.whl"
    made = entry["provenance"]
    assert made["backend"] == "pure"
    assert made["builder"].startswith("lbuild ")
    assert len(made["source_sha256"]) == 64
    everything = room.lbuild("index", "add", "--from-cache", ":all:", "--index", "ix", "--json", index=False)
    assert [each["new"] for each in everything.report["wheels"]] == [False]


def test_help_is_there_and_nothing_heavy_is_loaded(room: Room) -> None:
    done = run(room, "--help")
    assert done.status == 0
    for name in ("add", "list", "publish", "verify", "yank"):
        assert f"\n  {name}" in done.stdout
