"""Looking after a store: size, wholeness, and what may go."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from prebuilt_index.errors import StoreError
from prebuilt_index.store import Bucket, Store, upkeep

DAY = 86_400


def receive(store: Store, content: bytes) -> Path:
    with store.receive() as incoming:
        incoming.write(content)
        return incoming.commit()


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def record(store: Store, bucket: Bucket = Bucket.PAGES) -> Path:
    (path,) = (path for path in (store.root / bucket).glob("*/*") if path.is_file())
    return path


def test_counts_files_and_bytes(store: Store) -> None:
    """Each bucket by name, empty ones too."""
    receive(store, b"x" * 1000)
    store.put(Bucket.PAGES, "key", b"y" * 100)
    usage = upkeep.usage(store)

    assert list(usage) == ["blobs-v1", *Bucket, "trial-v1", "tools-v1"]
    assert usage["blobs-v1"].files == 2  # a file and its stamp
    assert usage["blobs-v1"].size >= 1000
    assert (usage[Bucket.PAGES].files, usage[Bucket.PAGES].size) == (1, 165)
    assert usage[Bucket.BUILT] == upkeep.Usage(files=0, size=0)


def test_finds_nothing_wrong_with_a_good_store(store: Store) -> None:
    """A store that was only written to is whole."""
    receive(store, b"x")
    for bucket in Bucket:
        store.put(bucket, "key", b"value")

    assert upkeep.verify(store) == ()


def test_finds_what_the_stamps_cannot_see(store: Store) -> None:
    """Bits lost below the file system leave no trace in stat, and are found by hashing all."""
    path = receive(store, b"content")
    stamp = path.with_name(path.name + ".stamp")
    path.chmod(0o644)
    path.write_bytes(b"c0ntent")
    path.chmod(0o444)
    seen = path.stat()
    fields = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
    stamp.write_bytes(b"%d %d %d %d %o\n" % (*fields, seen.st_mode))
    trusted = store.blob(path.parent.name + path.name)
    (found,) = upkeep.verify(store)
    (repaired,) = upkeep.verify(store, repair=True)

    assert trusted == path
    assert (Path(found.path), found.repaired) == (path.relative_to(store.root), False)
    assert repaired.repaired
    assert store.blob(path.parent.name + path.name) is None
    assert upkeep.verify(store) == ()


def test_finds_damaged_records_and_strangers(store: Store) -> None:
    """A record that is cut, and a file that is no object, are told and removed."""
    store.put(Bucket.PAGES, "key", b"value")
    os.truncate(record(store), 69)
    (store.root / "blobs-v1" / "ab").mkdir(parents=True)
    (store.root / "blobs-v1" / "ab" / "notes.txt").write_bytes(b"x")
    (store.root / "blobs-v1" / "stray").write_bytes(b"x")
    found = upkeep.verify(store, repair=True)

    assert [fault.problem.split()[0] for fault in found] == ["not", "not", "its"]
    assert upkeep.verify(store) == ()


def test_drops_what_was_not_used_for_long(store: Store) -> None:
    """Objects go by when they were last used, not by when they came."""
    old, used = receive(store, b"old"), receive(store, b"used")
    store.put(Bucket.PAGES, "old", b"old")
    old_record = record(store)
    store.put(Bucket.BUILT, "used", b"used")
    for path in (old, used):
        age(path.with_name(path.name + ".stamp"), 40)
    age(old_record, 40)
    age(record(store, Bucket.BUILT), 40)
    store.blob(used.parent.name + used.name)
    store.get(Bucket.BUILT, "used")
    freed = upkeep.prune(store, unused_days=30)

    assert freed == 3 + 65 + 3
    assert not old.exists()
    assert not old_record.exists()
    assert used.exists()
    assert store.get(Bucket.BUILT, "used") == b"used"
    assert upkeep.verify(store) == ()


def test_drops_all_when_asked(store: Store) -> None:
    """Unused for zero days is everything."""
    path = receive(store, b"x")
    store.put(Bucket.PAGES, "key", b"value")
    upkeep.prune(store, unused_days=0)

    assert not path.exists()
    assert store.get(Bucket.PAGES, "key") is None


def test_drops_buckets_of_older_versions_only(store: Store) -> None:
    """A bucket a newer lbuild made is not ours to remove."""
    for name in ("pages-v0", "pages-v2", "blobs-v0", "other-v0", "tools-v0"):
        (store.root / name).mkdir()
        (store.root / name / "x").write_bytes(b"12345")
    freed = upkeep.prune(store)

    assert freed == 15
    assert sorted(name for name in os.listdir(store.root) if "-v" in name) == ["other-v0", "pages-v2"]


def test_sweeps_up_behind_the_dead_only(store: Store) -> None:
    """A file someone is writing to stays, however old; one nobody holds goes when it is old enough."""
    with store.receive() as incoming:
        incoming.write(b"living")
        dead = store.root / "tmp" / "1-dead"
        dead.write_bytes(b"dead")
        fresh = store.root / "tmp" / "1-fresh"
        fresh.write_bytes(b"fresh")
        for path in (store.root / "tmp").iterdir():
            if path != fresh:
                age(path, 1)
        freed = upkeep.prune(store)

        assert freed == 4
        assert fresh.exists()
        assert incoming.commit().read_bytes() == b"living"


def test_sweeps_when_something_is_received(store: Store) -> None:
    """Rubbish of a killed run is gone after the next one, without anybody's asking."""
    dead = store.root / "tmp" / "1-dead"
    dead.write_bytes(b"dead")
    age(dead, 1)
    receive(store, b"x")

    assert os.listdir(store.root / "tmp") == []


def test_two_may_prune_at_once(store: Store) -> None:
    """What the other was faster to remove is removed."""
    for _ in range(10):
        for number in range(30):
            store.put(Bucket.PAGES, f"key {number}", b"value")
            with store.lock(f"lock {number}"):
                pass
        with ThreadPoolExecutor(2) as threads:
            pruned = [threads.submit(upkeep.prune, store, unused_days=0) for _ in range(2)]

        assert sum(each.result() for each in pruned) > 0


def test_cleans_all_away(store: Store) -> None:
    """A cleaned store is gone, and what it freed is told."""
    receive(store, b"x" * 1000)
    store.put(Bucket.PAGES, "key", b"value")
    freed = upkeep.clean(store)

    assert freed > 1000
    assert not store.root.exists()


def test_cleans_nothing_that_is_not_marked(store: Store) -> None:
    """Without the tag it could be anybody's folder."""
    path = receive(store, b"x")
    (store.root / "CACHEDIR.TAG").unlink()
    with pytest.raises(StoreError, match="is not a store of lbuild"):
        upkeep.clean(store)

    assert path.exists()


def test_goes_on_after_it_was_cleaned_away(store: Store) -> None:
    """A process whose store another one cleaned makes what it needs again, and the next run takes it over."""
    receive(store, b"x")
    upkeep.clean(store)
    path = receive(store, b"y")
    store.put(Bucket.PAGES, "key", b"value")
    with store.lock("key"):
        pass
    with Store.open(store.root) as again:
        assert again.get(Bucket.PAGES, "key") == b"value"
        assert again.blob(path.parent.name + path.name) == path
