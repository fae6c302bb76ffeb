"""What dead processes left in a store's `tmp/`, and how much a folder takes up."""

import os
import time
from dataclasses import dataclass

from prebuilt_index.store import durable
from prebuilt_index.store.locks import try_lock


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a bucket takes up."""

    files: int
    size: int
    """Bytes."""


def sweep(root: str, older_than: float) -> int:
    """Bytes freed of `tmp/` below a store's root: files of dead writers, untouched for `older_than` s."""
    freed = 0
    oldest = time.time() - older_than
    for entry in entries(os.path.join(root, "tmp")):
        with durable.told(entry.path, "remove"):
            freed += _swept(entry, oldest)
    return freed


def _swept(entry: os.DirEntry[str], oldest: float) -> int:
    try:
        seen = entry.stat(follow_symlinks=False)
        if seen.st_mtime > oldest:
            return 0
        if entry.is_file(follow_symlinks=False) and not is_orphan(entry.path):
            return 0
        size = usage_of(entry.path).size if entry.is_dir(follow_symlinks=False) else seen.st_size
        durable.remove(entry.path)
    except FileNotFoundError:
        return 0  # its writer, or another sweeper, was faster
    return size


def is_orphan(path: str) -> bool:
    """Whether nobody holds the lock on a file. Raises FileNotFoundError."""
    descriptor = durable.open_regular(path)
    try:
        return try_lock(descriptor)
    finally:
        os.close(descriptor)


def entries(path: str) -> list[os.DirEntry[str]]:
    """What is in a folder, by name; nothing where there is none."""
    try:
        with os.scandir(path) as found:
            return sorted(found, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []


def usage_of(path: str) -> Usage:
    """Files below a folder, and their bytes."""
    files = size = 0
    for parent, _, names in os.walk(path):
        for name in names:
            try:
                size += os.lstat(os.path.join(parent, name)).st_size
            except FileNotFoundError:
                continue  # pruned meanwhile
            files += 1
    return Usage(files=files, size=size)
