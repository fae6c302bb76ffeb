"""What stays out of one bundle: the scans of its wheels and of its source, held against each other.

A wheel is scanned once; what goes is decided for each set of wheels, because a module of one may need a test
module of another. The decision is kept, so that a warm build reads it and nothing else.

Bucket and key: `Bucket.SLIMMINGS`, digests of the wheels and of the source's files, the profile, and the
versions of what decides. The record: for each wheel what goes, then notes and warnings.

What was stripped of a wheel is made whatever bundle it goes to; here it is chosen which of it is used.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from builder.model import Rewritten, Slimmed, SlimmedWheels
from builder.slim.profile import STRIP
from builder.slim.version import DECISIONS_VERSION
from manylinux.elf.version import FACTS_VERSION
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from builder.fragments.workshop import Workshop
    from builder.model import SourceFile
    from builder.ports import Progress
    from builder.slim.asking import Asked
    from builder.slim.profile import SlimProfile
    from builder.slim.values import Decision, SharedObject
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

Rewrites = TypeVar("Rewrites")
"""What stands for a member: it alone, or with where it lies."""
_LARGEST_SOURCE = 4 * 1024 * 1024
"""Bytes. A larger file of the app is data, and is not read to see what it names."""


def slimmed(
    wheels: Sequence[VerifiedWheel],
    source: Sequence[SourceFile],
    profile: SlimProfile,
    workshop: Workshop,
    store: Store,
    progress: Progress,
    *,
    paranoid: bool = False,
    regzip: bool = False,
) -> SlimmedWheels:
    """What of each wheel does not go into the bundle as it is.

    `paranoid`: what was stripped is used only where lief finds nothing wrong with it. `regzip`: gzip files
    are made smaller where `profile` has that rule. Raises NotDroppableError.
    """
    if profile.is_idle:
        return SlimmedWheels()
    ordered = sorted(wheels, key=lambda wheel: wheel.sha256)
    contents = _contents(source)
    key = _key(ordered, contents, profile)
    record = store.get(Bucket.SLIMMINGS, key)
    if record is None:
        if profile.has_rules:
            workshop.slim_all(ordered, progress, strip=profile.strips)
        drops, notes, warnings = _decided(ordered, contents, profile, workshop)
        form = [drops, notes, warnings]
        store.put(Bucket.SLIMMINGS, key, json.dumps(form, separators=(",", ":")).encode("ascii"))
    else:
        drops, notes, warnings = json.loads(record)
    zipped = _regzipped(ordered, drops, profile, store, progress) if regzip and profile.regzips else {}
    by_wheel: dict[str, Slimmed] = {}
    for wheel, dropped in zip(ordered, drops, strict=True):
        members, faults = _stripped(wheel, dropped, profile, workshop, paranoid=paranoid)
        rewritten = {**members, **zipped.get(wheel.sha256, {})}
        by_wheel[wheel.sha256] = Slimmed(drops=dropped, rewritten=rewritten)
        warnings += faults
    return SlimmedWheels(by_wheel=by_wheel, notes=tuple(notes), warnings=tuple(warnings))


def _regzipped(
    wheels: Sequence[VerifiedWheel],
    drops: Sequence[Mapping[str, str]],
    profile: SlimProfile,
    store: Store,
    progress: Progress,
) -> dict[str, Mapping[str, Rewritten]]:
    """By a wheel's sha256, its gzip files that are made smaller."""
    from builder.fragments.regzipping import regzip_wheels

    made = regzip_wheels(wheels, drops, store, progress)
    return {
        wheel.sha256: _but_kept(members, wheel, profile) for wheel, members in zip(wheels, made, strict=True)
    }


def _stripped(
    wheel: VerifiedWheel,
    dropped: Mapping[str, str],
    profile: SlimProfile,
    workshop: Workshop,
    *,
    paranoid: bool,
) -> tuple[Mapping[str, Rewritten], list[str]]:
    """The stripped members that stand for the wheel's, and what speaks against others."""
    if not profile.strips:
        return {}, []
    made, overlay = workshop.stripped(wheel)
    if overlay is None:
        return {}, []
    members = _but_kept(made, wheel, profile)
    if not paranoid:
        return _in(overlay, members), []
    staying = {path: member for path, member in members.items() if path not in dropped}
    faults = workshop.layout_faults(wheel, staying, overlay)
    told = [
        f"`{path}` of {wheel.name} {wheel.version} is not stripped: lief says of the stripped file: {fault}"
        for path, fault in sorted(faults.items())
    ]
    return _in(overlay, {path: member for path, member in staying.items() if path not in faults}), told


def _in(overlay: Path, members: Mapping[str, Member]) -> dict[str, Rewritten]:
    return {path: Rewritten(member, overlay, STRIP) for path, member in members.items()}


def _but_kept(
    members: Mapping[str, Rewrites], wheel: VerifiedWheel, profile: SlimProfile
) -> Mapping[str, Rewrites]:
    """Those of `members` that the user does not want to stay as they are."""
    keep = [selector for selector in profile.keep if selector.concerns(wheel.name)]
    if not keep:
        return members
    from builder.fragments.placing import place_of

    return {
        path: member
        for path, member in members.items()
        if not any(selector.matches(place_of(path)) for selector in keep)
    }


def _contents(source: Sequence[SourceFile]) -> dict[str, bytes]:
    """The app's files that may name something of a wheel."""
    from builder.link.contents import read_source_file

    return {
        str(file.path): read_source_file(file.location) for file in source if file.size <= _LARGEST_SOURCE
    }


def _key(wheels: Sequence[VerifiedWheel], contents: Mapping[str, bytes], profile: SlimProfile) -> str:
    app = [[path, sha256(content).hexdigest()] for path, content in sorted(contents.items())]
    versions = [DECISIONS_VERSION, FACTS_VERSION]
    return json.dumps([versions, profile.key, [wheel.sha256 for wheel in wheels], app])


def _decided(
    wheels: Sequence[VerifiedWheel], contents: Mapping[str, bytes], profile: SlimProfile, workshop: Workshop
) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """For each wheel, path of a member to the rule that drops it; then notes and warnings."""
    from builder.fragments.placing import placed
    from builder.slim.asking import WheelFiles, asked

    places = [placed(wheel) for wheel in wheels]
    wishes = asked(
        profile,
        [WheelFiles(project=wheel.name, paths=sorted(of)) for wheel, of in zip(wheels, places, strict=True)],
    )
    dropped = wishes.dropped
    if profile.has_rules:
        dropped = _by_rules(wheels, places, contents, profile, workshop, wishes).dropped
    drops: list[dict[str, str]] = [{} for _ in wheels]
    for (number, path), rule in sorted(dropped.items()):
        drops[number][places[number][path].path] = rule
    return drops, list(wishes.notes), list(wishes.warnings)


def _by_rules(
    wheels: Sequence[VerifiedWheel],
    places: Sequence[Mapping[str, Member]],
    contents: Mapping[str, bytes],
    profile: SlimProfile,
    workshop: Workshop,
    wishes: Asked,
) -> Decision:
    from builder.slim.decide import decide
    from builder.slim.scan import scan_source

    def read(number: int, path: str) -> bytes:
        return _content(wheels[number], places[number][path])

    return decide(
        [workshop.scan(wheel) for wheel in wheels],
        scan_source(contents, contents.__getitem__) if contents else None,
        profile,
        read,
        dict(_shared_objects(wheels, places, workshop)),
        wishes,
    )


def _content(wheel: VerifiedWheel, member: Member) -> bytes:
    from contextlib import closing

    from builder.link.contents import whole
    from builder.link.stream import WheelReader

    with closing(WheelReader(wheel.path)) as reader:
        return whole(reader, member)


def _shared_objects(
    wheels: Sequence[VerifiedWheel], places: Sequence[Mapping[str, Member]], workshop: Workshop
) -> Iterator[tuple[tuple[int, str], SharedObject]]:
    from builder.slim.values import SharedObject  # a warm build asks for neither
    from manylinux.elf.facts import ElfFacts

    for number, wheel in enumerate(wheels):
        binaries = workshop.binaries(wheel)
        for path, member in places[number].items():
            facts = binaries.get(member.path)
            if isinstance(facts, ElfFacts):
                module = bool(facts.python_exports)
                shared = SharedObject(soname=facts.soname, needed=facts.needed, is_module=module)
                yield (number, path), shared
