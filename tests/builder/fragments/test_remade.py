"""What was made of members is kept by content, and nothing else is."""

import hashlib
import threading
import zlib
from pathlib import Path

import pytest

from builder.fragments.holding import Hand
from builder.fragments.remade import Job, Shelf
from builder.ports import Silent
from prebuilt_index.errors import HashMismatchError
from prebuilt_index.store import Store
from prebuilt_index.wheel_archive import Member


def job(content: bytes, wheel: str = "w") -> Job:
    """Of a member that lies nowhere: makers of these tests do not read it."""
    digest = hashlib.sha256(content).hexdigest()
    member = Member("p", 0, len(content), len(content), zlib.crc32(content), False, False, digest)
    return Job(wheel, member, Path("nowhere"))


def doubled(each: Job) -> tuple[Member, bytes]:
    return each.member, each.member.sha256.encode() * 2


def test_what_was_made_is_there_in_a_later_run(tmp_path: Path) -> None:
    """Rows are found by content, and each has its own bytes, whatever order they were made in."""
    jobs = [job(bytes(size)) for size in range(1, 40)]
    with Store.open(tmp_path) as store:
        Shelf(store, "v1").make(jobs, doubled, Silent(), "test")
        shelf = Shelf(store, "v1")
        for each in jobs:
            made = shelf.rows("w")[each.member.sha256]
            at = made.member.offset
            assert shelf.path(made.blob).read_bytes()[at : at + 128] == doubled(each)[1]

        assert not Shelf(store, "v2").rows("w")
        assert not shelf.rows("another")


def test_a_record_grows(tmp_path: Path) -> None:
    """One bundle needs other files of a wheel than the next; what was made for both is there for a third."""
    with Store.open(tmp_path) as store:
        for content in (b"a", b"b"):
            Shelf(store, "v1").make([job(content)], doubled, Silent(), "test")

        assert len(Shelf(store, "v1").rows("w")) == 2


def test_rows_of_a_lost_blob_are_lost(tmp_path: Path) -> None:
    """They are made again; what needed no bytes is still known."""
    with Store.open(tmp_path) as store:
        shelf = Shelf(store, "v1")
        shelf.make([job(b"a")], doubled, Silent(), "test")
        shelf.make([job(b"b")], lambda each: (each.member, b""), Silent(), "test")
        shelf.path(shelf.rows("w")[job(b"a").member.sha256].blob).unlink()

        assert Shelf(store, "v1").rows("w").keys() == {job(b"b").member.sha256}


def test_a_failure_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """What others made meanwhile goes with it."""

    def fail(each: Job) -> tuple[Member, bytes]:
        if each.member.size == 3:
            raise HashMismatchError("changed")
        return doubled(each)

    with Store.open(tmp_path) as store:
        with pytest.raises(HashMismatchError):
            Shelf(store, "v1").make([job(bytes(n)) for n in range(1, 9)], fail, Silent(), "test")

        assert not Shelf(store, "v1").rows("w")
        assert not [path for path in (tmp_path / "tmp").iterdir() if path.stat().st_size]


def test_threads_hold_no_more_than_there_is_room_for() -> None:
    """But one that is larger than all the room, which is held alone."""
    hand, held, seen = Hand(10), [0], []
    lock = threading.Lock()

    def work(size: int) -> None:
        with hand.holding(size):
            with lock:
                held[0] += size
                seen.append(held[0])
            with lock:
                held[0] -= size

    threads = [threading.Thread(target=work, args=(size,)) for size in (4, 25, 3, 6, 7, 25, 1) * 20]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 140
    assert {total for total in seen if total > 10} <= {25}
