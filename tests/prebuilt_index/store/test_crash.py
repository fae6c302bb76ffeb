"""Many processes at once, processes killed at any moment, disks that are full: the store stays whole."""

import os
from pathlib import Path

import pytest

from factories.killed import killed_at_every_step, output, run
from prebuilt_index.store import Bucket, Store, upkeep

pytestmark = pytest.mark.skipif(os.name != "posix", reason="fork, signals and limits are POSIX's")

WORK = """
import hashlib, os, signal, sys, random, time
from pathlib import Path
from prebuilt_index.store import Bucket, Store
import prebuilt_index.store.upkeep

root = Path(sys.argv[1])

def content(number):
    return hashlib.shake_256(b"%d" % number).digest(5_000 + 977 * number)

def work(store, numbers):
    for number in numbers:
        body = content(number)
        sha256 = hashlib.sha256(body).hexdigest()
        seen = store.blob(sha256)
        assert seen is None or seen.read_bytes() == body
        with store.receive() as incoming:
            for start in range(0, len(body), 1500):
                incoming.write(body[start : start + 1500])
            assert incoming.commit().read_bytes() == body
        value = store.get(Bucket.PAGES, str(number))
        assert value is None or value == body
        store.put(Bucket.PAGES, str(number), body)
        with store.lock("count"):
            count = int(store.get(Bucket.PIP, "count") or 0)
            store.put(Bucket.PIP, "count", b"%d" % (count + 1))
"""

PARALLEL = (
    WORK
    + """
numbers = list(range(20)) * 2
random.Random(int(sys.argv[2])).shuffle(numbers)
work(Store.open(root), numbers)
"""
)

KILLED_AT_RANDOM = (
    WORK
    + """
randomly = random.Random(20261123)
for _ in range(60):
    child = os.fork()
    if not child:
        store = Store.open(root)
        while True:
            work(store, [randomly.randrange(30) for _ in range(30)])
    time.sleep(randomly.uniform(0.001, 0.02))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""
)

# Each life has a store of its own, so that every one begins with nothing.
KILLED_AT_EVERY_STEP = WORK + killed_at_every_step(
    "work(Store.open(here), [1, 2, 1])",
    *("open", "os.link", "os.rename", "os.remove", "os.mkdir", "os.chmod", "os.utime", "os.truncate"),
    most=500,
)

FULL = (
    WORK
    + """
import resource
from manylinux.errors import EnvironmentFault
store = Store.open(root)
work(store, [1])
resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, 8_000))
errors = []
for task in (lambda: work(store, [20]), lambda: store.put(Bucket.PAGES, "large", content(20))):
    try:
        task()
    except EnvironmentFault as error:
        errors.append(error)
for error in errors:
    print(error.summary, *error.evidence, error.hint, sep=" | ")
assert os.listdir(root / "tmp") == []
assert store.get(Bucket.PAGES, "large") is None
work(store, [0])
"""
)


def test_serves_many_processes_at_once(tmp_path: Path) -> None:
    """Four processes that receive, put and count the same things lose nothing and see nothing half done."""
    processes = [run(PARALLEL, tmp_path / "store", seed) for seed in range(4)]
    for process in processes:
        output(process)
    with Store.open(tmp_path / "store") as store:
        assert store.get(Bucket.PIP, "count") == b"160"
        assert upkeep.verify(store) == ()
        assert upkeep.usage(store)["blobs-v1"].files == 40
        assert os.listdir(store.root / "tmp") == []


def test_survives_being_killed_at_any_moment(tmp_path: Path) -> None:
    """After sixty deaths nothing is damaged, and what the dead left is swept away."""
    output(run(KILLED_AT_RANDOM, tmp_path / "store"))
    with Store.open(tmp_path / "store") as store:
        found = upkeep.verify(store)
        upkeep.prune(store, stale_seconds=0)

        assert found == ()
        assert os.listdir(store.root / "tmp") == []
        assert upkeep.verify(store) == ()


def test_survives_being_killed_before_every_step(tmp_path: Path) -> None:
    """Killed before each call that changes the disk, in turn, it leaves a store the next run can use."""
    lives = int(output(run(KILLED_AT_EVERY_STEP, tmp_path)))
    for life in range(1, lives):
        with Store.open(tmp_path / str(life)) as store:
            found = upkeep.verify(store)
            upkeep.prune(store, stale_seconds=0)
            rubbish = os.listdir(store.root / "tmp") if (store.root / "tmp").exists() else []

            assert (life, found, rubbish) == (life, (), [])
    output(run(PARALLEL, tmp_path / "1", 0))

    assert lives > 30


def test_says_when_the_disk_is_full(tmp_path: Path) -> None:
    """What does not fit is an error that names the file and what to do; nothing of it is left."""
    lines = output(run(FULL, tmp_path / "store")).splitlines()

    assert len(lines) == 2
    for line in lines:
        assert line.startswith(f"Cannot write `{tmp_path}/store/")
        assert line.endswith("| File too large | Free some space, or name another folder with `--cache-dir`")
