"""Many processes at once, and processes killed at any moment: no wheel is lost, and no page lies."""

import json
import os
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from factories.commands import tree
from factories.killed import killed_at_every_step, output, run
from factories.wheels import write_wheel
from prebuilt_index.publish.folder import Folder
from prebuilt_index.publish.publishing import publish
from prebuilt_index.tree.checking import verify
from prebuilt_index.tree.reading import entries
from prebuilt_index.tree.upkeep import refresh

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork and signals are POSIX's")

START = """
import os, random, signal, sys, time
from pathlib import Path
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate
from prebuilt_index.tree.upkeep import set_yanked

root, wheels = Path(sys.argv[1]), sorted(Path(sys.argv[2]).iterdir())

def put(path, index=root):
    add(index, [Candidate(path=path, filename=path.name)])
"""

PARALLEL = (
    START
    + """
random.Random(int(sys.argv[3])).shuffle(wheels)
for path in wheels:
    put(path)
"""
)

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")

KILLED_AT_EVERY_STEP = START + killed_at_every_step(
    """
put(wheels[0], here)
put(wheels[1], here)
set_yanked(here, lambda entry: True, "no more")
""",
    *EVENTS,
)

PUBLISHER_KILLED = (
    START
    + """
from prebuilt_index.publish.folder import Folder
from prebuilt_index.publish.publishing import publish
for path in wheels[:3]:
    put(path, root / "source")
"""
    + killed_at_every_step('publish(root / "source", Folder(here))', *EVENTS, stride=5)
)

KILLED_AT_RANDOM = (
    START
    + """
randomly = random.Random(20261127)
for _ in range(40):
    child = os.fork()
    if not child:
        while True:
            put(randomly.choice(wheels))
            set_yanked(root, lambda entry: randomly.random() < 0.5, randomly.choice(["why", None]))
    time.sleep(randomly.uniform(0.001, 0.06))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""
)


def dangling(root: Path) -> list[str]:
    """What pages name and nobody has."""
    return [
        url
        for page in root.glob("simple/*/index.json")
        for file in json.loads(page.read_text())["files"]
        if not Path(unquote(urlsplit(url := urljoin(page.as_uri(), file["url"])).path)).is_file()
    ]


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number in range(6):
        write_wheel(folder, "demo" if number % 2 else "other", f"1.{number}")
    return folder


def test_many_processes_add_at_once(tmp_path: Path, wheels: Path) -> None:
    root = tmp_path / "index"
    for process in [run(PARALLEL, root, wheels, seed) for seed in range(4)]:
        output(process)
    verdict = verify(root)
    assert verdict.faults == ()
    assert len(verdict.entries) == 6
    assert os.listdir(root / ".lbuild") == ["lock"]


def test_killed_before_every_step_the_next_run_finds_and_mends_all(tmp_path: Path, wheels: Path) -> None:
    lives = int(output(run(KILLED_AT_EVERY_STEP, tmp_path, wheels)))
    for life in range(1, lives):
        root = tmp_path / str(life)
        assert (life, dangling(root)) == (life, [])
        if (root / "files").is_dir():
            before = {entry.filename for entry in entries(root)}
            refresh(root)
            assert {entry.filename for entry in entries(root)} == before
        output(run(PARALLEL, root, wheels, life)) if life % 20 == 0 else None
        if (root / "files").is_dir():
            faults = [fault for fault in verify(root).faults if fault.problem != "belongs to no entry"]
            assert (life, faults) == (life, [])
            assert (life, os.listdir(root / ".lbuild")) == (life, ["lock"])
    assert lives > 60


def test_a_publisher_that_is_killed_leaves_no_page_that_lies_and_the_next_one_finishes(
    tmp_path: Path, wheels: Path
) -> None:
    lives = int(output(run(PUBLISHER_KILLED, tmp_path, wheels)))
    whole = tree(tmp_path / "source")
    for life in range(5, lives, 5):
        there = tmp_path / str(life)
        assert (life, dangling(there)) == (life, [])
        publish(tmp_path / "source", Folder(there))
        differing = {path for path, content in tree(there).items() if whole.get(path) != content}
        assert {path for path in differing if not path.startswith(".lbuild/")} == set()
        assert verify(there).faults == ()
    assert lives > 60


def test_killed_at_random_nothing_is_lost(tmp_path: Path, wheels: Path) -> None:
    root = tmp_path / "index"
    output(run(KILLED_AT_RANDOM, root, wheels))
    assert dangling(root) == []
    output(run(PARALLEL, root, wheels, 0))
    verdict = verify(root)
    assert verdict.faults == ()
    assert len(verdict.entries) == 6
