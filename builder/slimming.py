"""What stays out of one bundle: the scans of its wheels and of its source, held against each other.

A wheel is scanned once; what goes is decided for each set of wheels, because a module of one may need a test
module of another. The decision is kept, so that a warm build reads it and nothing else.

Bucket and key: `Bucket.SLIMMINGS`, digests of the wheels and of the source's files, how much may go, and the
versions of what decides.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from builder.model import Slimmed
from builder.slim.version import DECISIONS_VERSION
from manylinux.elf.records import FACTS_VERSION
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.fragments.workshop import Workshop
    from builder.model import Slimming, SourceFile
    from builder.ports import Progress
    from builder.slim.values import SharedObject
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

_LARGEST_SOURCE = 4 * 1024 * 1024
"""Bytes. A larger file of the app is data, and is not read to see what it names."""


def slimmed(
    wheels: Sequence[VerifiedWheel],
    source: Sequence[SourceFile],
    slimming: Slimming,
    workshop: Workshop,
    store: Store,
    progress: Progress,
) -> dict[str, Slimmed]:
    """By a wheel's sha256, what of it does not go into the bundle as it is."""
    ordered = sorted(wheels, key=lambda wheel: wheel.sha256)
    contents = _contents(source)
    key = _key(ordered, contents, slimming)
    record = store.get(Bucket.SLIMMINGS, key)
    if record is None:
        workshop.slim_all(ordered, progress)
        drops = _decided(ordered, contents, slimming, workshop)
        store.put(Bucket.SLIMMINGS, key, json.dumps(drops, separators=(",", ":")).encode("ascii"))
    else:
        drops = json.loads(record)
    overlays = [workshop.stripped(wheel) for wheel in ordered]
    return {
        wheel.sha256: Slimmed(drops=dropped, rewritten=members, overlay=overlay)
        for wheel, dropped, (members, overlay) in zip(ordered, drops, overlays, strict=True)
    }


def _contents(source: Sequence[SourceFile]) -> dict[str, bytes]:
    """The app's files that may name something of a wheel."""
    from builder.link.contents import read_source_file

    return {
        str(file.path): read_source_file(file.location) for file in source if file.size <= _LARGEST_SOURCE
    }


def _key(wheels: Sequence[VerifiedWheel], contents: Mapping[str, bytes], slimming: Slimming) -> str:
    app = [[path, sha256(content).hexdigest()] for path, content in sorted(contents.items())]
    versions = [DECISIONS_VERSION, FACTS_VERSION]
    return json.dumps([versions, slimming, [wheel.sha256 for wheel in wheels], app])


def _decided(
    wheels: Sequence[VerifiedWheel], contents: Mapping[str, bytes], slimming: Slimming, workshop: Workshop
) -> list[dict[str, str]]:
    """For each wheel, path of a member to the rule that drops it."""
    from builder.fragments.placing import placed
    from builder.slim.decide import decide
    from builder.slim.scan import scan_source

    places = [placed(wheel) for wheel in wheels]

    def read(number: int, path: str) -> bytes:
        return _content(wheels[number], places[number][path])

    decision = decide(
        [workshop.scan(wheel) for wheel in wheels],
        scan_source(contents, contents.__getitem__) if contents else None,
        slimming,
        read,
        dict(_shared_objects(wheels, places, workshop)),
    )
    drops: list[dict[str, str]] = [{} for _ in wheels]
    for (number, path), rule in sorted(decision.dropped.items()):
        drops[number][places[number][path].path] = rule
    return drops


def _content(wheel: VerifiedWheel, member: Member) -> bytes:
    from contextlib import closing

    from builder.link.contents import whole
    from builder.link.stream import WheelReader

    with closing(WheelReader(wheel.path)) as reader:
        return whole(reader, member)


def _shared_objects(
    wheels: Sequence[VerifiedWheel], places: Sequence[Mapping[str, Member]], workshop: Workshop
) -> Iterator[tuple[tuple[int, str], SharedObject]]:
    from builder.slim.values import SharedObject
    from manylinux.elf.facts import ElfFacts

    for number, wheel in enumerate(wheels):
        binaries = workshop.binaries(wheel)
        for path, member in places[number].items():
            facts = binaries.get(member.path)
            if isinstance(facts, ElfFacts):
                module = bool(facts.python_exports)
                shared = SharedObject(soname=facts.soname, needed=facts.needed, is_module=module)
                yield (number, path), shared
