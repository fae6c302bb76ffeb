"""Looking after a store: how large it is, whether it is whole, what of it may go."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from prebuilt_index.store import blobs, durable, folder, records, trees
from prebuilt_index.store.store import BLOBS, Bucket, Store
from prebuilt_index.store.sweeping import Usage, entries, is_orphan, sweep, usage_of

_KINDS = (BLOBS, *Bucket)
"""Buckets of objects with a digest."""
_VERSIONED = re.compile(r"([a-z]+)-v(\d+)")
_DAY = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An object that is not what its name promises."""

    path: str
    """Below the store's root."""
    problem: str
    repaired: bool
    """Removed, so that it will be made again."""


def usage(store: Store) -> Mapping[str, Usage]:
    """Bucket to what it takes up, in the store's own order; `blobs-v1` first."""
    return {kind: usage_of(os.path.join(store.root, kind)) for kind in (*_KINDS, *trees.BUCKETS)}


def values(store: Store, bucket: Bucket) -> Iterator[bytes]:
    """Every whole value in a bucket, without the keys: those are digests. In the order of those."""
    for path in _objects(os.path.join(store.root, bucket)):
        name = os.path.basename(os.path.dirname(path)) + os.path.basename(path)
        content = records.read(path)
        value = None if content is None else records.unpack(bucket, name, content)
        if value is not None:
            yield value


def verify(store: Store, *, repair: bool = False) -> tuple[Fault, ...]:
    """Every blob and record that is damaged, found by hashing all; with `repair` each is removed."""
    return tuple(
        Fault(path=os.path.relpath(path, store.root), problem=problem, repaired=repair and _removed(path))
        for kind in _KINDS
        for path, problem in _faults(os.path.join(store.root, kind), kind)
    )


def prune(store: Store, *, unused_days: float | None = None, stale_seconds: float = 3600.0) -> int:
    """Bytes freed: what dead processes left, buckets of older lbuilds, what was unused for that many days.

    Use is noted to the day, so less than a day counts as none; folders that are in use stay.
    """
    freed = sweep(os.fspath(store.root), stale_seconds) + _drop_old_buckets(store)
    if unused_days is not None:
        oldest = time.time() - max(unused_days, 1.0) * _DAY if unused_days > 0 else float("inf")
        freed += sum(_drop_unused(store, kind, oldest) for kind in _KINDS)
        freed += _drop_trees(store, oldest)
        _drop_locks(store)
    return freed


def clean(store: Store) -> int:
    """Bytes freed: all but folders in use. Raises StoreError when the root does not carry lbuild's tag."""
    root = os.fspath(store.root)
    with durable.told(root, "clean"):
        if not folder.is_ours(root):
            raise folder.not_ours(root, f"it has no `{folder.TAG}`")
        size = usage_of(root).size
        _drop_trees(store, float("inf"))
        stay = set()
        for bucket in trees.BUCKETS:
            path = os.path.join(root, bucket)
            with suppress(OSError):
                os.rmdir(path)  # not while a folder in it is in use
            stay |= {bucket, folder.TAG} if os.path.lexists(path) else set()
        # The tag goes last: until then a second run may finish what was begun.
        for name in sorted(set(os.listdir(root)) - stay, key=lambda name: name == folder.TAG):
            durable.remove(os.path.join(root, name))
        # A volume's mount point stays, and so does a folder that another process uses again already.
        with suppress(OSError):
            os.rmdir(root)
        return size - usage_of(root).size


def _drop_old_buckets(store: Store) -> int:
    ours = {
        match[1]: int(match[2]) for kind in (*_KINDS, *trees.BUCKETS) if (match := _VERSIONED.fullmatch(kind))
    }
    freed = 0
    for entry in entries(os.fspath(store.root)):
        match = _VERSIONED.fullmatch(entry.name)
        if match and int(match[2]) < ours.get(match[1], 0):
            freed += usage_of(entry.path).size
            with durable.told(entry.path, "remove"):
                durable.remove(entry.path)
    return freed


def _drop_unused(store: Store, kind: str, oldest: float) -> int:
    freed = 0
    for path in _objects(os.path.join(store.root, kind)):
        stamp = path + blobs.STAMP
        used = _mtime(stamp) if kind == BLOBS and os.path.lexists(stamp) else _mtime(path)
        if used < oldest:
            with durable.told(path, "remove"), suppress(FileNotFoundError):
                freed += os.lstat(path).st_size
                durable.remove(path)
                durable.remove(stamp)
    return freed


def _drop_trees(store: Store, oldest: float) -> int:
    freed = 0
    found = [entry for bucket in trees.BUCKETS for entry in entries(os.path.join(store.root, bucket))]
    for entry in found:
        if _mtime(entry.path) < oldest:
            size = usage_of(entry.path).size
            with durable.told(entry.path, "remove"):
                freed += size if trees.remove(store, entry.path) else 0
    return freed


def _drop_locks(store: Store) -> None:
    """Lock files nobody holds are gone; who waits for one notices and makes a new one."""
    for entry in entries(os.path.join(store.root, "locks")):
        with durable.told(entry.path, "remove"), suppress(FileNotFoundError):
            if is_orphan(entry.path):
                durable.remove(entry.path)


def _faults(bucket: str, kind: str) -> Iterator[tuple[str, str]]:
    for path in _objects(bucket):
        name = os.path.basename(os.path.dirname(path)) + os.path.basename(path)
        if not blobs.is_digest(name):
            yield path, "not an object of the store"
        elif kind == BLOBS:
            if blobs.examine(path, name) is None:
                yield path, "its content does not have the digest it is named by"
        elif (content := records.read(path)) is None or records.unpack(kind, name, content) is None:
            yield path, "its content does not have the checksum it begins with"


def _removed(path: str) -> bool:
    with durable.told(path, "remove"):
        durable.remove(path)
        durable.remove(path + blobs.STAMP)
    return True


def _objects(bucket: str) -> Iterator[str]:
    """Everything in the bucket's folders but stamps."""
    for folder_entry in entries(bucket):
        if not folder_entry.is_dir(follow_symlinks=False):
            yield folder_entry.path
            continue
        for entry in entries(folder_entry.path):
            if not entry.name.endswith(blobs.STAMP):
                yield entry.path


def _mtime(path: str) -> float:
    try:
        return os.lstat(path).st_mtime
    except FileNotFoundError:
        return float("inf")
