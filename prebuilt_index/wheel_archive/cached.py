"""Verdicts kept in the store: a wheel is verified once, and its table read back on every later run.

The record is JSON, the members in columns, which read back about three times as fast as a list of objects.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from prebuilt_index.store import Bucket, Store
from prebuilt_index.wheel_archive.rules import RULES_VERSION
from prebuilt_index.wheel_archive.table import Member, VerifiedWheel

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path


def load_or_verify(
    store: Store,
    path: Path,
    filename: str,
    sha256: str,
    *,
    executor: Executor | None = None,
    pulse: Callable[[], None] = lambda: None,
) -> VerifiedWheel:
    """The wheel at `path`, verified now or earlier; `sha256` is its digest, known to be right.

    `executor` and `pulse` are as `verify_wheel` takes them.
    """
    wheel = load(store, path, filename, sha256)
    if wheel is None:
        from prebuilt_index.wheel_archive.verify import verify_wheel  # 40 ms; a warm run does without

        wheel = verify_wheel(path, filename, sha256, executor=executor, pulse=pulse)
        keep(store, wheel)
    return wheel


def load(store: Store, path: Path, filename: str, sha256: str) -> VerifiedWheel | None:
    """The wheel as it was verified earlier, its bytes now at `path`; None when it was not."""
    record = store.get(Bucket.WHEELS, _key(sha256, filename))
    return None if record is None else unpack(record, path, filename, sha256)


def keep(store: Store, wheel: VerifiedWheel) -> None:
    """`load` gives the wheel from now on."""
    store.put(Bucket.WHEELS, _key(wheel.sha256, wheel.filename), pack(wheel))


def _key(sha256: str, filename: str) -> str:
    return f"{sha256} {filename} rules {RULES_VERSION}"


def pack(wheel: VerifiedWheel) -> bytes:
    """The wheel as the store keeps it: all but where it is, which the reader knows."""
    columns = list(zip(*wheel.members, strict=True))
    head = {
        "name": wheel.name,
        "version": str(wheel.version),
        "size": wheel.size,
        "dist_info": wheel.dist_info,
        "root_is_purelib": wheel.root_is_purelib,
        "metadata": wheel.metadata.decode("utf-8", "surrogateescape"),
        "entry_points": wheel.entry_points and wheel.entry_points.decode("utf-8", "surrogateescape"),
        "members": dict(zip(Member._fields, columns, strict=True)),
    }
    return json.dumps(head, separators=(",", ":")).encode("ascii")


def unpack(record: bytes, path: Path, filename: str, sha256: str) -> VerifiedWheel:
    """The wheel that was packed; the store has checked that the record is as it was written."""
    head: dict[str, Any] = json.loads(record)
    columns = [head["members"][field] for field in Member._fields]
    entry_points = head["entry_points"]
    return VerifiedWheel(
        filename=filename,
        name=head["name"],
        version=Version(head["version"]),
        path=path,
        sha256=sha256,
        size=head["size"],
        dist_info=head["dist_info"],
        root_is_purelib=head["root_is_purelib"],
        members=tuple(map(Member, *columns)),
        metadata=head["metadata"].encode("utf-8", "surrogateescape"),
        entry_points=None if entry_points is None else entry_points.encode("utf-8", "surrogateescape"),
    )
