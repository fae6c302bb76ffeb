"""What stays out of one bundle: the scans of its wheels and of its source, held against each other.

A wheel is scanned once; what goes is decided for each set of wheels anew, because a module of one may need a
test module of another.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from builder.fragments.placing import placed
from builder.link.contents import inflated, read_source_file
from builder.link.stream import WheelReader
from builder.model import Slimmed
from builder.slim.decide import decide
from builder.slim.scan import scan_source
from builder.slim.values import SharedObject
from manylinux.elf.facts import ElfFacts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.fragments.workshop import Workshop
    from builder.model import Slimming, SourceFile
    from builder.slim.values import WheelScan
    from prebuilt_index.wheel_archive import Member, VerifiedWheel


def slimmed(
    wheels: Sequence[VerifiedWheel], source: Sequence[SourceFile], slimming: Slimming, workshop: Workshop
) -> dict[str, Slimmed]:
    """By a wheel's sha256, what of it does not go into the bundle as it is."""
    overlays = [workshop.stripped(wheel) for wheel in wheels]
    places = [placed(wheel) for wheel in wheels]

    def read(number: int, path: str) -> bytes:
        return _content(wheels[number], places[number][path])

    decision = decide(
        [workshop.scan(wheel) for wheel in wheels],
        _scanned(source),
        slimming,
        read,
        dict(_shared_objects(wheels, places, workshop)),
    )
    drops: list[dict[str, str]] = [{} for _ in wheels]
    for (number, path), rule in decision.dropped.items():
        drops[number][places[number][path].path] = rule
    return {
        wheel.sha256: Slimmed(drops=dropped, rewritten=members, overlay=overlay)
        for wheel, dropped, (members, overlay) in zip(wheels, drops, overlays, strict=True)
    }


def _content(wheel: VerifiedWheel, member: Member) -> bytes:
    with closing(WheelReader(wheel.path)) as reader:
        return b"".join(inflated(reader, member))


def _scanned(source: Sequence[SourceFile]) -> WheelScan | None:
    if not source:
        return None
    files = {str(file.path): file.location for file in source}
    return scan_source(files, lambda path: read_source_file(files[path]))


def _shared_objects(
    wheels: Sequence[VerifiedWheel], places: Sequence[Mapping[str, Member]], workshop: Workshop
) -> Iterator[tuple[tuple[int, str], SharedObject]]:
    for number, wheel in enumerate(wheels):
        binaries = workshop.binaries(wheel)
        if not binaries:
            continue
        for path, member in places[number].items():
            facts = binaries.get(member.path)
            if isinstance(facts, ElfFacts):
                module = bool(facts.python_exports)
                yield (
                    (number, path),
                    SharedObject(soname=facts.soname, needed=facts.needed, is_module=module),
                )
