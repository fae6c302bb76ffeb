"""One at a time, between threads and processes, and never behind a dead one."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from manylinux.errors import EnvironmentFault
from prebuilt_index.store import Bucket, Store, locks

HOLDER = """
import sys
from pathlib import Path
from prebuilt_index.store import Store
with Store.open(Path(sys.argv[1])).lock("key"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start_holder(store: Store) -> "subprocess.Popen[str]":
    """A process that holds `key` until its input is closed, or it is killed."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, store.root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_lets_one_thread_in_at_a_time(store: Store) -> None:
    """A count that is read and written under the lock loses nothing."""
    store.put(Bucket.PIP, "count", b"0")

    def add() -> None:
        for _ in range(20):
            with store.lock("count"):
                count = int(store.get(Bucket.PIP, "count") or 0)
                store.put(Bucket.PIP, "count", b"%d" % (count + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert store.get(Bucket.PIP, "count") == b"80"


def test_names_the_process_that_holds_it(store: Store) -> None:
    """Who waits in vain learns for whom; other keys are free meanwhile."""
    with start_holder(store) as holder:
        with store.lock("another key", timeout=0):
            pass
        with pytest.raises(EnvironmentFault) as caught, store.lock("key", timeout=0.01):
            pass
        assert holder.stdin is not None
        holder.stdin.close()

    assert f"process {holder.pid} holds" in caught.value.evidence[0]


def test_outlives_its_holder(store: Store) -> None:
    """A killed holder holds nothing."""
    with start_holder(store) as holder:
        holder.kill()
        holder.wait()
        with store.lock("key", timeout=1):
            pass


def test_is_free_again_after_an_error(store: Store) -> None:
    """The lock ends with the block, however the block ends."""
    for _ in range(2):
        with pytest.raises(KeyError), store.lock("key", timeout=0):
            raise KeyError


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_does_not_follow_a_link(store: Store, tmp_path: Path) -> None:
    """A link planted in place of a lock file is refused, and its target untouched."""
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    path = Path(locks.lock_path(str(store.root / "locks"), "key"))
    path.parent.mkdir()
    path.symlink_to(target)
    with pytest.raises(EnvironmentFault, match="Cannot lock"), store.lock("key"):
        pass

    assert target.read_bytes() == b"precious"


@pytest.mark.skipif(os.name != "posix", reason="flock is POSIX's")
def test_goes_on_where_files_cannot_be_locked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system without locks the work is done, at worst twice."""
    import errno
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with store.lock("key", timeout=0), store.lock("key", timeout=0), store.receive() as incoming:
        incoming.write(b"x")

        assert incoming.commit().read_bytes() == b"x"
