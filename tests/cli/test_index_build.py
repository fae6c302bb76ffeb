"""`lbuild index build`: quick projects built, tried and kept, whatever goes wrong."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import builder
from factories.disks import small_disk
from factories.projects import HONEST, write_sdist
from factories.recipes import quick_recipe, write_recipes

if TYPE_CHECKING:
    from factories.commands import Outcome, Room

PROJECTS = ("one", "two", "three")
HERE = f"python3.{sys.version_info[1]}"
"""What smoke tests certainly run in."""
RUNTIMES = tuple(sorted({"python3.11", "python3.13", HERE}))


@pytest.fixture
def farm(room: Room) -> Room:
    """A room whose index has sdists of three projects, and a folder with their recipes."""
    for name in PROJECTS:
        offer_sdist(room, name)
    write_recipes(room.folder / "recipes", *PROJECTS, runtimes=RUNTIMES)
    return room


def offer_sdist(room: Room, name: str, body: str = HONEST) -> None:
    path = write_sdist(room.folder, name, "1.0", body)
    room.index.add(name, path.name, path.read_bytes())
    path.unlink()


def words(*more: str) -> tuple[str, ...]:
    return ("index", "build", "--index", "out", "--recipes", "recipes", "--only-recipes", *more)


def build(farm: Room, *more: str) -> Outcome:
    """In this process; its workers are processes of their own."""
    return farm.lbuild(*words("--json", *more))


def tree(folder: Path) -> dict[str, bytes]:
    """What an index offers."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        name: path.read_bytes()
        for path in files
        if not (name := path.relative_to(folder).as_posix()).startswith(".lbuild")
    }


def states(done: Outcome) -> dict[str, int]:
    counted: dict[str, int] = {}
    for wheel in done.report["wheels"]:
        counted[wheel["state"]] = counted.get(wheel["state"], 0) + 1
    return counted


def test_wheels_are_built_tried_and_installed(farm: Room) -> None:
    """Pure Python is built once, and tried on every other runtime."""
    done = build(farm, "--arch", "x86_64")
    assert done.status == 0, done.stderr
    assert states(done) == {"built": 3, "served": 3 * (len(RUNTIMES) - 1)}
    assert (farm.folder / "out/files/one/one-1.0-py3-none-any.whl").is_file()
    bundled = farm.lbuild("one", "-o", "bundle.zip", "--index-url", f"{farm.folder}/out/simple", index=False)
    assert bundled.status == 0, bundled.stderr


def test_the_wheels_origin_is_in_its_entry(farm: Room) -> None:
    build(farm, "one", "--arch", "x86_64")
    entry = json.loads((farm.folder / "out/files/one/one-1.0-py3-none-any.whl.entry.json").read_text())
    made = entry["provenance"]
    assert made["recipe"] == "one"
    assert made["source"] == "one-1.0.tar.gz"
    assert made["target"] == "python3.11"  # for any architecture
    assert len(made["recipe_sha256"]) == len(made["source_sha256"]) == 64
    assert str(farm.folder) not in json.dumps(entry)


def test_what_a_smoke_test_requires_is_there_for_it_alone(farm: Room) -> None:
    recipe = farm.folder / "recipes" / "one.toml"
    text = quick_recipe("one", (HERE,), more='smoke-requires = ["two==1.0"]')
    recipe.write_text(text.replace("== 42", "== 42; import two"))
    done = build(farm, "one", "--arch", "x86_64")
    assert done.status == 0, done.stdout
    with zipfile.ZipFile(farm.folder / "out/files/one/one-1.0-py3-none-any.whl") as wheel:
        assert b"Requires-Dist" not in wheel.read("one-1.0.dist-info/METADATA")
    recipe.write_text(recipe.read_text().replace("two==1.0", "two>1.0").replace("is quick", "is slow"))
    assert build(farm, "one", "--arch", "x86_64", "--index", "new").status == 5, "there is no such version"


def test_a_second_run_builds_nothing_and_changes_nothing(farm: Room) -> None:
    first = build(farm, "--runtime", HERE, "--arch", "x86_64")
    assert first.status == 0, first.stdout
    before = tree(farm.folder / "out")
    again = build(farm, "--runtime", HERE, "--arch", "x86_64")
    assert (again.status, states(again)) == (0, {"there": 3})
    assert tree(farm.folder / "out") == before


def test_failures_of_every_kind_are_told_together_and_nothing_of_them_enters(farm: Room) -> None:
    recipes = farm.folder / "recipes"
    offer_sdist(farm, "breaks", 'print("this is why"); raise SystemExit(3)')
    (recipes / "breaks.toml").write_text(quick_recipe("breaks", RUNTIMES))
    offer_sdist(farm, "mute")
    (recipes / "mute.toml").write_text(quick_recipe("mute", RUNTIMES).replace("== 42", "== 43"))
    offer_sdist(farm, "edited")
    edit = 'edits = [{file = "module.py", find = "nowhere", replace = ""}]'
    (recipes / "edited.toml").write_text(quick_recipe("edited", RUNTIMES, more=edit))
    (recipes / "unknown.toml").write_text(quick_recipe("unknown", RUNTIMES))
    for name, lie in (("renamed", 'name="another"'), ("aged", 'version="0.9"')):
        offer_sdist(room=farm, name=name, body=f"return wheel(wheel_directory, {lie})")
        (recipes / f"{name}.toml").write_text(quick_recipe(name, RUNTIMES))

    done = build(farm, "--runtime", HERE, "--arch", "x86_64")

    assert done.status == 5
    failed = {row["project"]: row for row in done.report["wheels"] if row["state"] == "failed"}
    assert {name: row["error"]["code"] for name, row in failed.items()} == {
        "aged": "sdist-build-failed",
        "breaks": "sdist-build-failed",
        "edited": "edit-does-not-fit",
        "mute": "smoke-test-failed",
        "renamed": "sdist-build-failed",
        "unknown": "project-not-found",
    }
    assert "this is why" in Path(failed["breaks"]["log"]).read_text()
    for name, lie in (("renamed", "another"), ("aged", "0.9")):
        assert lie in "\n".join(failed[name]["error"]["evidence"])
    assert "AssertionError" in Path(failed["mute"]["log"]).read_text()
    assert {path.name for path in (farm.folder / "out/files").iterdir()} == set(PROJECTS)
    told = farm.lbuild(*words("--runtime", HERE, "--arch", "x86_64"))
    assert told.status == 5
    for word in ("failed[smoke-test-failed]: mute 1.0", "log: ", "3 there already", "6 failed"):
        assert word in told.stdout, told.stdout


def test_a_broken_recipe_stops_before_anything_is_built(farm: Room) -> None:
    (farm.folder / "recipes" / "bad.toml").write_text("schema = 1\nprojekt = 'x'\n")
    done = farm.lbuild(*words())
    assert (done.status, done.codes) == (2, ["invalid-recipe"])
    assert "did you mean `project`?" in done.stderr
    assert not (farm.folder / "out").exists()


def test_a_folder_that_is_no_index_stays_as_it_is(farm: Room) -> None:
    (farm.folder / "out").mkdir()
    (farm.folder / "out/mine.txt").write_text("mine")
    done = farm.lbuild(*words())
    assert (done.status, done.codes) == (2, ["not-a-prebuilt-index"])
    assert tree(farm.folder / "out") == {"mine.txt": b"mine"}


def test_what_would_be_built_is_shown(farm: Room) -> None:
    done = farm.lbuild(*words("one", "--dry-run"))
    assert done.status == 0
    assert "only an sdist" in done.stdout
    assert f"{2 * len(RUNTIMES)} wheels to build" in done.stdout
    assert not (farm.folder / "out").exists()


def test_what_is_offered_already_is_not_built(farm: Room) -> None:
    farm.offer("one", "1.0")
    done = build(farm, "one")
    assert states(done) == {"offered": 2 * len(RUNTIMES)}
    assert states(build(farm, "one", "--all", "--runtime", HERE, "--arch", "x86_64")) == {"built": 1}


def test_a_damaged_index_is_told_before_anything_is_built(farm: Room) -> None:
    some = ("--runtime", HERE, "--arch", "x86_64")
    build(farm, "one", *some)
    entry = farm.folder / "out/files/one/one-1.0-py3-none-any.whl.entry.json"
    entry.write_text("{")
    before = tree(farm.folder / "out")
    done = build(farm, *some)
    assert (done.status, done.codes) == (4, ["damaged-entry"])
    assert "[1/" not in done.stderr
    assert tree(farm.folder / "out") == before


def test_pages_that_a_killed_run_did_not_write_are_written_though_nothing_is_to_be_built(farm: Room) -> None:
    some = ("one", "--runtime", HERE, "--arch", "x86_64")
    build(farm, *some)
    before = tree(farm.folder / "out")
    shutil.rmtree(farm.folder / "out/simple")
    assert states(build(farm, *some)) == {"there": 1}
    assert tree(farm.folder / "out") == before


def test_a_full_disk_ends_the_run_and_leaves_the_index_whole(farm: Room) -> None:
    """The same command goes on when there is space again: what was built is in the cache."""
    some = ("--runtime", HERE, "--arch", "x86_64")
    noise = "os.urandom(350_000).hex().encode()"
    large = f"pathlib.Path('module.py').write_bytes(b'answer = 42 # ' + {noise})\n{HONEST}"
    offer_sdist(farm, "zlarge", large)
    write_recipes(farm.folder / "recipes", "zlarge", runtimes=RUNTIMES)
    with small_disk(farm.folder / "disk") as disk:
        (farm.folder / "out").symlink_to(disk / "index", target_is_directory=True)
        (disk / "index").mkdir()
        (disk / "filler").write_bytes(bytes(300_000))
        done = build(farm, *some, "--jobs", "1")
        assert (done.status, done.codes) == (6, ["index-folder"])
        assert "No space left on device" in done.stderr
        assert "hint: Free some space" in done.stderr
        verified = farm.lbuild("index", "verify", "--index", "out", index=False, cache=False)
        assert verified.status == 0, verified.stdout
        (disk / "filler").unlink()
        again = build(farm, *some)
        assert again.status == 0, again.stderr
        assert sum(states(again).values()) == 4


def change(farm: Room, *projects: str) -> None:
    """Their recipes say something else; what is built is the same."""
    for name in projects:
        text = quick_recipe(name, RUNTIMES, more='environment = {UNUSED = "1"}')
        (farm.folder / "recipes" / f"{name}.toml").write_text(text)


def test_a_changed_recipe_is_told_and_built_anew_when_that_is_wanted(farm: Room) -> None:
    """Under the next build tag, which installers take first; the old file stays as it was."""
    here = ("one", "two", "--runtime", HERE, "--arch", "x86_64")
    build(farm, *here)
    before = tree(farm.folder / "out")
    change(farm, "two")
    told = farm.lbuild(*words(*here, "--dry-run"))
    left = build(farm, *here)
    rows = [row for row in left.report["wheels"] if row["project"] == "two"]

    assert told.status == left.status == 0
    assert f"changed since: two-1.0-py3-none-any.whl for {HERE}/x86_64: recipe" in told.stdout
    assert "--rebuild-changed" in told.stdout
    assert [(row["state"], *row["changed"]) for row in rows] == [("there", "recipe")]
    assert tree(farm.folder / "out") == before

    wanted = farm.lbuild(*words(*here, "--dry-run", "--rebuild-changed", "--json"))
    assert {(row["project"], *row["changed"]) for row in wanted.report["wheels"]} == {("two", "recipe")}
    done = build(farm, *here, "--rebuild-changed")
    after = tree(farm.folder / "out")
    new = {path for path in after if path not in before}

    assert done.status == 0, done.stdout
    assert {path.rpartition("/")[2] for path in new if path.endswith(".whl")} == {
        "two-1.0-1-py3-none-any.whl"
    }
    assert {path for path in before if before[path] != after[path]} == {
        "simple/two/index.html",
        "simple/two/index.json",
    }
    bundled = farm.lbuild(
        "two", "-o", "b.zip", "--prebuilt-index", "out", "--no-index", "--json", index=False
    )
    assert bundled.status == 0, bundled.stderr
    with zipfile.ZipFile(farm.folder / "b.zip") as archive:
        assert b"\nBuild: 1\n" in archive.read("two-1.0.dist-info/WHEEL")
    assert tree(farm.folder / "out") == after
    assert states(build(farm, *here, "--rebuild-changed")) == {"there": 2}
    assert tree(farm.folder / "out") == after


def test_a_recipe_may_give_its_wheels_a_build_tag(farm: Room) -> None:
    """Then they are built though others offer the project, and go before what is offered."""
    farm.offer("one", "1.0")
    text = quick_recipe("one", RUNTIMES, more='build-tag = "1lambda"')
    (farm.folder / "recipes/one.toml").write_text(text)
    done = build(farm, "one", "--runtime", HERE, "--arch", "x86_64")
    (row,) = done.report["wheels"]
    assert (row["state"], row["wheel"]) == ("built", "one-1.0-1lambda-py3-none-any.whl")


def test_a_scheduler_that_is_not_there_is_told(farm: Room) -> None:
    done = farm.lbuild(*words("--scheduler", "slurm:x"))
    assert (done.status, done.codes) == (6, ["scheduler"])


# -- kills ---------------------------------------------------------------------------------------------------


def start(farm: Room, output: str, *more: str) -> subprocess.Popen[str]:
    """In a process that can be killed, with the builder of this checkout."""
    command = [sys.executable, "-m", "builder", *words("--jobs", "2", *(more or ("--arch", "x86_64")))]
    command[command.index("out")] = output
    command += ["--index-url", farm.index.index_url, "--cache-dir", str(farm.folder / f"cache-{output}")]
    temporary = farm.folder / "tmp"
    temporary.mkdir(exist_ok=True)
    environ = {**farm.environ, "PYTHONPATH": str(Path(builder.__file__).parents[1]), "TMPDIR": str(temporary)}
    return subprocess.Popen(
        command,
        cwd=farm.folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def workers(process: subprocess.Popen[str]) -> list[int]:
    """Processes of the pool: children that were spawned to work."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            line = (path.parent / "cmdline").read_bytes()
        except OSError:
            continue
        if parent == process.pid and b"spawn_main" in line and b"resource_tracker" not in line:
            found.append(int(path.parent.name))
    return found


def finished(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def left_of(farm: Room) -> list[Path]:
    """Folders of builds in the runs' folder for temporary files."""
    return list((farm.folder / "tmp").glob("lbuild-*"))


@pytest.fixture
def slow(farm: Room) -> Room:
    """Builds that take long enough to be killed in."""
    for name in ("four", "five"):
        offer_sdist(farm, name, f"time.sleep(0.5)\n{HONEST}")
    write_recipes(farm.folder / "recipes", "four", "five", runtimes=RUNTIMES)
    return farm


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bytes(slow: Room) -> None:
    finished(start(slow, "calm"))
    chance = random.Random(7)
    for _ in range(3):
        process = start(slow, "killed")
        time.sleep(chance.uniform(0.3, 2.5))
        process.kill()
        process.communicate()
    finished(start(slow, "killed"))
    assert tree(slow.folder / "killed") == tree(slow.folder / "calm")
    assert len(tree(slow.folder / "calm")) == 5 * 5 + 2


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_changed_recipes_are_built_anew_to_the_same_bytes_however_often_that_is_killed(slow: Room) -> None:
    """For both architectures at once: what is for any is the same whoever was first."""
    some = ("one", "four", "five", "--runtime", HERE)
    finished(start(slow, "first", *some))
    for output in ("calm", "killed"):
        shutil.copytree(slow.folder / "first", slow.folder / output)
    change(slow, "one", "five")
    finished(start(slow, "calm", *some, "--rebuild-changed"))
    chance = random.Random(11)
    for _ in range(2):
        process = start(slow, "killed", *some, "--rebuild-changed")
        time.sleep(chance.uniform(0.3, 2.5))
        process.kill()
        process.communicate()
    finished(start(slow, "killed", *some, "--rebuild-changed"))
    assert tree(slow.folder / "killed") == tree(slow.folder / "calm")
    assert len([path for path in tree(slow.folder / "calm") if path.endswith("-1-py3-none-any.whl")]) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_workers_that_are_killed_lose_nothing(slow: Room) -> None:
    finished(start(slow, "calm"))
    process = start(slow, "killed")
    for _ in range(2):
        deadline = time.monotonic() + 60
        while not (there := workers(process)) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        if there:
            os.kill(there[0], signal.SIGKILL)
        time.sleep(0.2)
    finished(process)
    assert tree(slow.folder / "killed") == tree(slow.folder / "calm")
    assert not left_of(slow)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")
def test_workers_end_with_a_killed_run(slow: Room) -> None:
    process = start(slow, "killed")
    deadline = time.monotonic() + 60
    while not (there := workers(process)) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 60
    while any(Path(f"/proc/{worker}/cmdline").exists() for worker in there) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert there
    assert not any(Path(f"/proc/{worker}/cmdline").exists() for worker in there)
