"""Which file goes where in a bundle, decided before anything is written."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType

from builder.link.conflicts import (
    NAMESPACE,
    SAME_BYTES,
    SOURCE,
    Clash,
    Judge,
    Read,
    Settled,
    clash,
    raise_clashes,
)
from builder.link.placement import Layout
from builder.link.spread import Spread, Spreading, made_file, owner_of, spread_wheel
from builder.model import (
    BundlePath,
    BundlePlan,
    Drop,
    FromBytes,
    FromSource,
    FromWheel,
    LinkOptions,
    PlannedFile,
    Slimmed,
    SourceFile,
)
from manylinux.archive.record import RecordLine, render_record
from manylinux.target import Target
from prebuilt_index.wheel_archive import VerifiedWheel


def plan_bundle(
    wheels: Sequence[VerifiedWheel],
    source: Sequence[SourceFile],
    target: Target,
    options: LinkOptions,
    read: Read,
    slimmed: Mapping[str, Slimmed] = MappingProxyType({}),
    made: Mapping[str, bytes] = MappingProxyType({}),
) -> BundlePlan:
    """Every path of the bundle, the same for any order of `wheels` and `source`.

    `slimmed` tells by a wheel's sha256 what of it is left out or stands in an overlay, and what is added to
    it; `made` is content by the path below the library folder: of the app's files that were read before, and
    of what was made of them.

    Writes nothing, and reads only through `read`: files in dispute, scripts that are kept, `-nspkg.pth`
    files. Raises PathConflictError for every path that owners fill differently, BadArchiveError for wheels
    that break the binary distribution format in ways that only show here.
    """
    ordered = tuple(sorted(wheels, key=lambda wheel: (wheel.name, wheel.version, wheel.filename)))
    python = target.runtime.python
    layout = Layout.of(options.layout, python)
    by = Spreading(layout=layout, python=python, scripts=options.scripts, read=read, slimmed=slimmed)
    spreads = [spread_wheel(wheel, index, by) for index, wheel in enumerate(ordered)]
    wanted = [file for spread in spreads for file in spread.files]
    wanted += _source_files(source, layout, made)
    frame = BundlePlan(wheels=ordered, files=())
    judge = Judge(read=read, locate=frame.location, prefer=_preference(ordered, options))
    chosen, settled = _settle(wanted, judge)
    overruled = {file.owner for each in settled if each.rule != SAME_BYTES for file in each.losers}
    for spread in spreads:
        if spread.altered or spread.owner in overruled:
            record = _record(spread, layout, chosen)
            chosen[folded(record.path)] = record
    return replace(
        frame,
        files=tuple(sorted(chosen.values(), key=attrgetter("path"))),  # code points sort as UTF-8 bytes do
        drops=tuple(sorted(_drops(spreads, settled), key=lambda drop: (drop.owner, drop.path, drop.rule))),
        notes=tuple(_notes(settled)),
    )


def _preference(wheels: Sequence[VerifiedWheel], options: LinkOptions) -> dict[str, int]:
    """Owner to its place in `--prefer`."""
    return {
        owner_of(wheel): options.prefer.index(wheel.name) for wheel in wheels if wheel.name in options.prefer
    }


def _source_files(
    source: Sequence[SourceFile], layout: Layout, made: Mapping[str, bytes]
) -> list[PlannedFile]:
    """The app's files, those in `made` with that content, and what else is made of them."""
    read = [
        PlannedFile(
            path=BundlePath(layout.library + file.path),
            owner=SOURCE,
            size=file.size,
            executable=file.executable,
            content=FromSource(location=file.location),
        )
        for file in source
        if file.path not in made
    ]
    programs = {file.path for file in source if file.executable}
    held = [
        made_file(SOURCE, layout.library + path, content, executable=path in programs)
        for path, content in made.items()
    ]
    return sorted([*read, *held], key=attrgetter("path"))


def folded(path: str) -> str:
    """Equal for paths that are one file where case or Unicode form does not count."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def _settle(files: Iterable[PlannedFile], judge: Judge) -> tuple[dict[str, PlannedFile], list[Settled]]:
    """One file for each folded path, and how each dispute ended."""
    chosen: dict[str, PlannedFile] = {}
    disputes: dict[str, list[PlannedFile]] = {}
    for file in files:
        key = folded(file.path)
        first = chosen.setdefault(key, file)
        if first is not file:
            disputes.setdefault(key, [first]).append(file)
    settled: list[Settled] = []
    clashes: list[Clash] = []
    for key, rivals in disputes.items():
        verdict = judge.settle(rivals)
        if isinstance(verdict, Clash):
            clashes.append(verdict)
        else:
            chosen[key] = verdict.winner
            settled.append(verdict)
    clashes += _files_for_folders(chosen)
    raise_clashes(clashes)
    return chosen, settled


def _files_for_folders(chosen: Mapping[str, PlannedFile]) -> Iterator[Clash]:
    """Every file that stands where another file needs a folder."""
    folders: dict[str, PlannedFile] = {}
    for key, file in chosen.items():
        folder = key.rpartition("/")[0]
        while folder and folder not in folders:
            folders[folder] = file
            folder = folder.rpartition("/")[0]
    for key in sorted(chosen.keys() & folders.keys()):
        yield clash(chosen[key], folders[key], preferable=False)


def _record(spread: Spread, layout: Layout, chosen: Mapping[str, PlannedFile]) -> PlannedFile:
    """The RECORD of `spread`: its files that are in the bundle as it brought them, whoever owns them now."""
    lines = []
    for file in spread.files:
        line, winner = _record_line(file, layout), chosen[folded(file.path)]
        if file.path != spread.record and (winner is file or line == _record_line(winner, layout)):
            lines.append(line)
    content = render_record(lines, layout.from_library(spread.record))
    return made_file(spread.owner, spread.record, content, executable=False)


def _record_line(file: PlannedFile, layout: Layout) -> RecordLine:
    match file.content:
        case FromWheel(member=member):
            sha256 = member.sha256
        case FromBytes(content=content):
            sha256 = hashlib.sha256(content).hexdigest()
        case FromSource():
            sha256 = ""
    return RecordLine(path=layout.from_library(file.path), sha256=sha256, size=file.size)


def _drops(spreads: Iterable[Spread], settled: Iterable[Settled]) -> Iterator[Drop]:
    for spread in spreads:
        yield from spread.drops
    for each in settled:
        for file in each.losers:
            path = file.content.member.path if isinstance(file.content, FromWheel) else file.path
            yield Drop(owner=file.owner, path=path, rule=each.rule, size=file.size)


def _notes(settled: Iterable[Settled]) -> list[str]:
    """A line for each merged namespace, and one for each pair of projects where one gives way."""
    notes: list[str] = []
    yielded: dict[tuple[str, str], list[str]] = {}
    for each in settled:
        winner = each.winner
        if each.rule == NAMESPACE:
            others = ", ".join(f"`{file.owner}`" for file in each.losers)
            notes.append(
                f"`{winner.path}` declares a namespace: the form of `{winner.owner}` kept, not {others}"
            )
        elif each.rule != SAME_BYTES:
            for file in each.losers:
                yielded.setdefault((winner.owner, file.owner), []).append(file.path)
    for (winner_owner, loser), paths in yielded.items():
        count = f"`{paths[0]}`" if len(paths) == 1 else f"`{paths[0]}` and {len(paths) - 1} more"
        notes.append(f"`{winner_owner}` is preferred over `{loser}` at {count}")
    return sorted(notes)
