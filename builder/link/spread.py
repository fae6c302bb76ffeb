"""One wheel's files, each at its path in the bundle or dropped by a rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from builder.link.conflicts import Read
from builder.link.placement import (
    HEADERS,
    SCRIPTS,
    Layout,
    SchemePath,
    below_data,
    check_scheme,
    is_generated_nspkg,
)
from builder.model import BundlePath, Drop, FromBytes, FromWheel, PlannedFile, Slimmed
from prebuilt_index.wheel_archive import Member, VerifiedWheel

NSPKG = "nspkg-pth"
_WHOLE = Slimmed()
_LONGEST_NSPKG = 64 * 1024
_LONGEST_SCRIPT = 32 * 1024 * 1024
"""Bytes. What is larger is no such file, and is not read into memory to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spreading:
    """What every wheel of a bundle is spread by."""

    layout: Layout
    python: str
    """Minor version of the target, such as `3.13`."""
    scripts: bool
    """Commands are kept."""
    read: Read
    slimmed: Mapping[str, Slimmed] = field(default_factory=dict)
    """sha256 of a wheel to what of it does not go in as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What one wheel wants in the bundle."""

    owner: str
    files: tuple[PlannedFile, ...]
    drops: tuple[Drop, ...]
    record: str
    """The bundle path of its RECORD."""
    altered: bool
    """Whether some line of the shipped RECORD is not true of `files`, or a file is missing from it."""


def owner_of(wheel: VerifiedWheel) -> str:
    return f"{wheel.name} {wheel.version}"


def spread_wheel(wheel: VerifiedWheel, index: int, by: Spreading) -> Spread:
    """The files and drops of `wheel`, which is `BundlePlan.wheels[index]`.

    Raises BadArchiveError for files of no install scheme and for entry points that cannot be commands.
    """
    owner, library = owner_of(wheel), by.layout.library
    files: list[PlannedFile] = []
    drops: list[Drop] = []
    altered = False
    slim = by.slimmed.get(wheel.sha256, _WHOLE)
    for original in wheel.members:
        path = original.path
        if (rule := slim.drops.get(path)) is not None:
            drops.append(Drop(owner=owner, path=path, rule=rule, size=original.size))
            continue
        member, overlay = original, None
        if (smaller := slim.rewritten.get(path)) is not None:
            member, overlay, rule = smaller
            altered = True
            drops.append(Drop(owner=owner, path=path, rule=rule, size=original.size - member.size))
        content = FromWheel(wheel=index, member=member, overlay=overlay)
        below = below_data(path) if ".data/" in path else None
        if below is not None:
            check_scheme(wheel, path, below)
            placed = _below_data(wheel, owner, below, content, by)
            altered = True
        elif (
            path.endswith("-nspkg.pth")
            and "/" not in path
            and member.size <= _LONGEST_NSPKG
            and is_generated_nspkg(by.read(wheel.path, member))
        ):
            placed = NSPKG
        else:
            placed = _file(owner, library + path, content, executable=member.executable)
        if isinstance(placed, str):
            drops.append(Drop(owner=owner, path=path, rule=placed, size=member.size))
        else:
            files.append(placed)
    added = [_added(owner, library, index, member, slim) for member in slim.added]
    commands = list(_commands(wheel, owner, by)) if by.scripts else []
    return Spread(
        owner=owner,
        files=(*files, *added, *commands),
        drops=tuple(drops),
        record=f"{library}{wheel.dist_info}/RECORD",
        altered=bool(altered or drops or added or commands),
    )


def _added(owner: str, library: str, index: int, member: Member, slim: Slimmed) -> PlannedFile:
    content = FromWheel(wheel=index, member=member, overlay=slim.added_overlay)
    return _file(owner, library + member.path, content, executable=False)


def _file(owner: str, path: str, content: FromWheel, *, executable: bool) -> PlannedFile:
    return PlannedFile(
        path=BundlePath(path),
        owner=owner,
        size=content.member.size,
        executable=executable,
        content=content,
    )


def made_file(owner: str, path: str, content: bytes, *, executable: bool) -> PlannedFile:
    """A file whose content the plan makes itself."""
    return PlannedFile(
        path=BundlePath(path),
        owner=owner,
        size=len(content),
        executable=executable,
        content=FromBytes(content=content),
    )


def _below_data(
    wheel: VerifiedWheel, owner: str, below: SchemePath, content: FromWheel, by: Spreading
) -> PlannedFile | str:
    """The file, or the rule that drops it."""
    if below.scheme == HEADERS or (below.scheme == SCRIPTS and not by.scripts):
        return below.scheme
    if below.scheme != SCRIPTS:
        return _file(owner, by.layout.library + below.rest, content, executable=content.member.executable)
    from builder.link.scripts import with_interpreter  # needs configparser, and most bundles keep no commands

    path = by.layout.scripts + below.rest
    small = content.member.size <= _LONGEST_SCRIPT
    rewritten = with_interpreter(by.read(wheel.path, content.member), by.python) if small else None
    if rewritten is None:
        return _file(owner, path, content, executable=True)
    return made_file(owner, path, rewritten, executable=True)


def _commands(wheel: VerifiedWheel, owner: str, by: Spreading) -> Iterator[PlannedFile]:
    from builder.link.scripts import entry_point_scripts  # as above

    for script in entry_point_scripts(wheel, by.python, by.layout.library_from_scripts):
        yield made_file(owner, by.layout.scripts + script.name, script.content, executable=True)
