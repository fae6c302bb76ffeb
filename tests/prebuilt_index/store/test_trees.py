"""Folders that other programs read: made once, kept while somebody uses them, pruned like the rest."""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prebuilt_index.errors import StoreError
from prebuilt_index.store import Store, trees, upkeep

HOLDER = """
import sys
from pathlib import Path
from prebuilt_index.store import Store, trees
with Store.open(Path(sys.argv[1])) as store, trees.held(store, "name", lambda folder: folder.mkdir()) as path:
    print("held", flush=True)
    sys.stdin.read()
"""
locked = pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked on Windows")


def fill(folder: Path) -> None:
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").write_bytes(b"x" * 100)


def refuse(folder: Path) -> None:
    raise AssertionError(f"{folder} is made although it is there")


def made(store: Store, name: str = "name") -> Path:
    """A folder of the store that nobody uses."""
    with trees.held(store, name, fill) as path:
        return path


def age(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_is_made_once(store: Store) -> None:
    """The second to ask gets what the first made, and nothing is left in `tmp`."""
    first = made(store)
    with trees.held(store, "name", refuse) as second:
        pass

    assert first == second == store.root / "trial-v1" / "name"
    assert (first / "inner" / "file").read_bytes() == b"x" * 100
    assert os.listdir(store.root / "tmp") == []


def test_is_whole_or_not_there(store: Store) -> None:
    """A maker that fails leaves nothing."""

    def fail(folder: Path) -> None:
        fill(folder)
        raise ValueError("half-way")

    with pytest.raises(ValueError, match="half-way"), trees.held(store, "name", fail):
        pass

    assert upkeep.usage(store)["trial-v1"] == upkeep.Usage(files=0, size=0)
    assert os.listdir(store.root / "tmp") == []


def test_several_may_make_it_at_once(store: Store) -> None:
    """One result is kept, and all use it."""
    barrier = threading.Barrier(4)
    seen = []

    def make(folder: Path) -> None:
        barrier.wait(10)
        fill(folder)

    def use() -> None:
        with trees.held(store, "name", make) as path:
            seen.append((path / "inner" / "file").read_bytes())

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [b"x" * 100] * 4
    assert os.listdir(store.root / "tmp") == []


@locked
def test_who_makes_it_alone_is_waited_for(store: Store) -> None:
    first_is_in, second_is_in = threading.Event(), threading.Event()

    def slowly(folder: Path) -> None:
        first_is_in.set()
        assert not second_is_in.wait(0.3), "both make it"
        fill(folder)

    def twice(folder: Path) -> None:
        second_is_in.set()
        refuse(folder)

    def second() -> Path:
        with trees.held(store, "name", twice, alone=True) as path:
            return path

    def first() -> Path:
        with trees.held(store, "name", slowly, alone=True) as path:
            return path

    with ThreadPoolExecutor() as pool:
        one = pool.submit(first)
        assert first_is_in.wait(60)
        other = pool.submit(second)
        assert one.result(60) == other.result(60)
    assert not second_is_in.is_set()


@locked
def test_who_fails_alone_lets_the_next_make_it(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), trees.held(store, "name", lambda _: 1 // 0 and None, alone=True):
        pass
    with trees.held(store, "name", fill, alone=True) as path:
        assert (path / "inner" / "file").is_file()


def test_is_counted(store: Store) -> None:
    """As all else the store holds; damage is not looked for in it."""
    made(store)

    assert upkeep.usage(store)["trial-v1"] == upkeep.Usage(files=1, size=100)
    assert upkeep.verify(store) == ()


def test_goes_when_it_was_not_used_for_long(store: Store) -> None:
    """By when it was last used, not by when it was made."""
    old, used, new = made(store, "old"), made(store, "used"), made(store, "new")
    age(old, 40)
    age(used, 40)
    with trees.held(store, "used", refuse):
        pass
    freed = upkeep.prune(store, unused_days=30)

    assert freed == 100
    assert (old.exists(), used.exists(), new.exists()) == (False, True, True)
    assert upkeep.prune(store, unused_days=0) == 200


@locked
def test_stays_while_another_process_uses_it(store: Store) -> None:
    """Neither pruning nor cleaning takes it away; both do when that process has ended."""
    unused = made(store, "unused")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, store.root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        path = store.root / "trial-v1" / "name"
        age(path, 40)
        upkeep.prune(store, unused_days=30)
        pruned = path.is_dir()
        upkeep.clean(store)
        cleaned = path.is_dir()
        holder.kill()
    with Store.open(store.root) as again:
        upkeep.clean(again)

    assert (pruned, cleaned) == (True, True)
    assert not unused.exists()
    assert not store.root.exists()


def test_is_cleaned_away(store: Store) -> None:
    """With all the rest."""
    made(store)

    assert upkeep.clean(store) >= 100
    assert not store.root.exists()


def test_is_made_anew_when_it_was_removed_meanwhile(store: Store) -> None:
    """Whoever asks in the moment after it was made and pruned makes it again."""
    for _ in range(3):
        path = made(store)
        assert trees.remove(store, os.fspath(path))
        assert not trees.remove(store, os.fspath(path))


def test_what_killed_makers_left_is_swept_up(store: Store) -> None:
    """After an hour, and told with its size."""
    left = store.root / "tmp" / f"1-{'0' * 16}"
    fill(left)
    age(left, 1)

    assert upkeep.prune(store) == 100
    assert not left.exists()


def test_a_store_without_its_tag_is_known_by_it(tmp_path: Path) -> None:
    """A process whose store was cleaned away makes the folder again, and the next run takes it over."""
    with Store.open(tmp_path / "store") as store:
        upkeep.clean(store)
        made(store)
        with Store.open(tmp_path / "store") as again, trees.held(again, "name", refuse) as path:
            assert path.is_dir()


def test_something_else_in_its_place_is_told(store: Store) -> None:
    """It is not ours to remove while somebody wants to use it."""
    (store.root / "trial-v1").mkdir()
    (store.root / "trial-v1" / "name").write_bytes(b"")

    with pytest.raises(StoreError, match="Cannot make"), trees.held(store, "name", fill):
        pass
