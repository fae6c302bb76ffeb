"""A wheel file read once: the names and sizes of its members, and the facts of its compiled files.

The archive is read by its directory alone and written anew afterwards, so what another reader would see in it
does not matter. Nothing is ever unpacked under a member's own name.
"""

from __future__ import annotations

import stat
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.metadata import parse_email

from manylinux.archive.damage import damage_told
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.errors import BrokenWheelError, InvalidWheelNameError
from manylinux.repair.values import WheelFacts
from manylinux.wheel_name import WheelName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from manylinux.elf.facts import Binary

_MOST_MEMBERS = 50_000
_MOST_BYTES = 2 << 30
"""Inflated, all members together."""
_LARGEST_TEXT = 8 << 20
"""Bytes of METADATA or WHEEL."""
_PIECE = 1 << 20
_NOWHERE = frozenset(("", ".", ".."))
"""Parts of paths that lead elsewhere, or mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file of a wheel."""

    path: str
    size: int
    executable: bool
    unpacked: Path | None = None
    """Where its content is, for a compiled file; rewriting happens there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWheel:
    """A wheel and what was read of it."""

    name: WheelName
    members: tuple[Member, ...]
    dist_info: str
    wheel: str
    """The text of WHEEL."""
    metadata: tuple[str, str]
    read: Callable[[str], bytes]
    """The content of a member by its path. Raises BrokenWheelError."""

    def facts(self, read_elf: Callable[[Path], Binary | None]) -> WheelFacts:
        """What the wheel and its compiled files say now: rewritten files are read as they have become."""
        binaries: dict[str, Binary] = {}
        for member in self.members:
            binary = read_elf(member.unpacked) if member.unpacked else None
            if binary is not None:
                binaries[installed(member.path)] = binary
        fields = parse_email(self.wheel)[1]
        return WheelFacts(
            name=self.name,
            dist_info=self.dist_info,
            metadata=self.metadata,
            tags=frozenset(tag.strip() for tag in fields.get("tag", ())),
            build=fields.get("build", [""])[0],
            root_is_purelib=fields.get("root-is-purelib", [""])[0].strip().lower() == "true",
            binaries=binaries,
            others=frozenset(installed(member.path) for member in self.members) - binaries.keys(),
        )


@contextmanager
def opened(wheel: Path, scratch: Path) -> Iterator[OpenWheel]:
    """The wheel, its compiled files unpacked into `scratch`. Raises BrokenWheelError."""
    try:
        name = WheelName.parse(wheel.name)
    except InvalidWheelNameError as error:
        raise BrokenWheelError(error.summary, evidence=error.evidence) from error
    with _told(wheel.name):
        archive = zipfile.ZipFile(wheel)
    with archive:
        with _told(wheel.name):
            entries = _entries(archive)
            members = tuple(
                _member(archive, entry, scratch / f"{number:05}") for number, entry in enumerate(entries)
            )
            dist_info = _dist_info(member.path for member in members)
            wheel_text = _text(archive, f"{dist_info}/WHEEL")
            raw, _ = parse_email(_headers(_text(archive, f"{dist_info}/METADATA")))

        def read(path: str) -> bytes:
            with _told(wheel.name):
                return archive.read(path)

        yield OpenWheel(
            name=name,
            members=members,
            dist_info=dist_info,
            wheel=wheel_text,
            metadata=(raw.get("name", ""), raw.get("version", "")),
            read=read,
        )


def installed(path: str) -> str:
    """Where a member is put below the library folder, as a bundle does it."""
    top, _, rest = path.partition("/")
    scheme, _, below = rest.partition("/")
    if not top.endswith(".data") or not below:
        return path
    return (
        f"bin/{below}" if scheme == "scripts" else below if scheme in ("purelib", "platlib", "data") else path
    )


def _told(filename: str) -> AbstractContextManager[None]:
    return damage_told(lambda reason: _broken(filename, reason))


def _broken(filename: str, reason: str) -> BrokenWheelError:
    return BrokenWheelError(
        f"`{filename}` was built, and is no wheel that can be read",
        evidence=(reason,),
        hint="Build it anew; where that does not help its build backend is at fault",
    )


def _entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, found to have names and sizes that a wheel may have. Raises ValueError."""
    entries = archive.infolist()
    if len(entries) > _MOST_MEMBERS:
        raise ValueError(f"it has {len(entries)} members, more than {_MOST_MEMBERS}")
    size = sum(entry.file_size for entry in entries)
    if size > _MOST_BYTES:
        raise ValueError(f"it unpacks to {size} bytes, more than {_MOST_BYTES}")
    files = [entry for entry in entries if not entry.is_dir()]
    placed: dict[str, zipfile.ZipInfo] = {}
    for entry in files:
        _check_name(entry)
        twin = placed.setdefault(installed(entry.filename), entry)
        if twin is not entry:
            raise ValueError(f"`{_shown(twin.filename)}` and `{_shown(entry.filename)}` are put in one place")
    return files


def _check_name(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    parts = name.split("/")
    elsewhere = name.startswith("/") or "\\" in name or ":" in name or not _NOWHERE.isdisjoint(parts)
    if elsewhere or not name.isprintable():
        raise ValueError(f"a member is called `{_shown(name)}`")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"`{name}` is compressed by method {entry.compress_type}")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise ValueError(f"`{name}` is no plain file")


def _shown(name: str) -> str:
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text[:200]


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, place: Path) -> Member:
    """The member, unpacked to `place` where it is compiled code."""
    executable = entry.create_system == 3 and bool(entry.external_attr >> 16 & 0o111)
    with archive.open(entry) as content:
        head = content.read(HEAD)
        compiled = is_elf(head) or foreign(head) is not None
        if compiled:
            with place.open("wb") as copy:
                copy.write(head)
                while piece := content.read(_PIECE):
                    copy.write(piece)
    return Member(
        path=entry.filename,
        size=entry.file_size,
        executable=executable,
        unpacked=place if compiled else None,
    )


def _dist_info(paths: Iterable[str]) -> str:
    found = sorted(
        {top for path in paths if (top := path.partition("/")[0]).endswith(".dist-info") and top != path}
    )
    if len(found) != 1:
        raise ValueError(f"it has {len(found)} `.dist-info` folders: {', '.join(map(_shown, found[:5]))}")
    return found[0]


def _text(archive: zipfile.ZipFile, path: str) -> str:
    with archive.open(path) as content:
        raw = content.read(_LARGEST_TEXT + 1)
    if len(raw) > _LARGEST_TEXT:
        raise ValueError(f"`{path}` has more than {_LARGEST_TEXT} bytes")
    return raw.decode("utf-8", "replace")


def _headers(metadata: str) -> str:
    """METADATA without its description, in which a parser of e-mail finds more than is there."""
    return metadata.replace("\r\n", "\n").partition("\n\n")[0]
