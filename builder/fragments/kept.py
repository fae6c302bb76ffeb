"""What is known and made of wheels, in the store: once for each content, and asked for by every later run.

| bucket              | key: the wheel's sha256, version of the wheel rules and ...    |
| ------------------- | -------------------------------------------------------------- |
| `Bucket.FACTS`      | of the facts                                                   |
| `Bucket.SCANS`      | of the scan                                                    |
| `Bucket.OVERLAYS`   | of what strips, and name and version of what compresses        |
| `Bucket.CHECKS`     | the same, and of lief, which found the overlay's members sound |
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from builder.slim.version import SCAN_VERSION
from manylinux.archive.pack import ENGINE
from manylinux.elf.version import FACTS_VERSION
from manylinux.strip import STRIP_VERSION
from prebuilt_index.store import Bucket
from prebuilt_index.wheel_archive import Member
from prebuilt_index.wheel_archive.rules import RULES_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from builder.slim.values import WheelScan
    from manylinux.elf.facts import Binary
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


def kept_binaries(store: Store, wheel: VerifiedWheel) -> Mapping[str, Binary] | None:
    """What the wheel's compiled files were found to say earlier; None when nobody has looked."""
    record = store.get(Bucket.FACTS, _key(wheel))
    if record is None:
        return None
    from manylinux.elf.records import from_table  # a warm build reads what was found, and no facts

    return from_table(record)


def keep_binaries(store: Store, wheel: VerifiedWheel, binaries: Mapping[str, Binary]) -> None:
    """`kept_binaries` gives them from now on."""
    from manylinux.elf.records import to_table

    store.put(Bucket.FACTS, _key(wheel), to_table(binaries))


def _key(wheel: VerifiedWheel) -> str:
    return f"{wheel.sha256} rules {RULES_VERSION} facts {FACTS_VERSION}"


def kept_overlay(store: Store, wheel: VerifiedWheel) -> tuple[dict[str, Member], Path | None] | None:
    """The members that were rewritten and where they are; None when that was not done, or is lost."""
    record = store.get(Bucket.OVERLAYS, _overlay_key(wheel))
    if record is None:
        return None
    sha256, rows = json.loads(record)
    members = {row[0]: Member(*row) for row in rows}
    path = store.blob(sha256) if members else None
    return None if members and path is None else (members, path)


def keep_overlay(store: Store, wheel: VerifiedWheel, sha256: str, members: Mapping[str, Member]) -> None:
    """`kept_overlay` gives them from now on; `sha256` is the blob's that holds them."""
    record = json.dumps([sha256, list(members.values())], separators=(",", ":"))
    store.put(Bucket.OVERLAYS, _overlay_key(wheel), record.encode("ascii"))


def kept_sound(store: Store, wheel: VerifiedWheel) -> frozenset[str]:
    """Digests of rewritten members in which lief, of the version at hand, found nothing wrong."""
    record = store.get(Bucket.CHECKS, _sound_key(wheel))
    return frozenset() if record is None else frozenset(json.loads(record))


def keep_sound(store: Store, wheel: VerifiedWheel, digests: Iterable[str]) -> None:
    """`kept_sound` gives these from now on."""
    store.put(Bucket.CHECKS, _sound_key(wheel), json.dumps(sorted(digests)).encode("ascii"))


def _sound_key(wheel: VerifiedWheel) -> str:
    from importlib.metadata import version  # 15 ms that only those pay who want it

    return f"layouts {_overlay_key(wheel)} lief {version('lief')}"


def _overlay_key(wheel: VerifiedWheel) -> str:
    return f"{wheel.sha256} rules {RULES_VERSION} strip {STRIP_VERSION} {ENGINE}"


def kept_scan(store: Store, wheel: VerifiedWheel) -> WheelScan | None:
    """What the wheel's code was found to mention; None when nobody has looked."""
    from builder.slim.records import from_record  # a warm build reads what was decided, and no scan

    record = store.get(Bucket.SCANS, _scan_key(wheel))
    return None if record is None else from_record(record)


def keep_scan(store: Store, wheel: VerifiedWheel, scan: WheelScan) -> None:
    """`kept_scan` gives it from now on."""
    from builder.slim.records import to_record

    store.put(Bucket.SCANS, _scan_key(wheel), to_record(scan))


def _scan_key(wheel: VerifiedWheel) -> str:
    return f"{wheel.sha256} rules {RULES_VERSION} scan {SCAN_VERSION}"
