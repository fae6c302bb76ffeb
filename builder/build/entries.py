"""What an archive of sources holds, whatever its format, and the rules its paths must keep.

Rules follow the source distribution specification and are stricter: a path, a link or a pair of entries that
two readers could understand differently is a fault.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum


class ArchiveFaultError(Exception):
    """Why an archive is refused; whoever knows the file's name makes a BadArchiveError of it."""


class Kind(StrEnum):
    """What an entry may be; sources need no devices, hard links or sparse files."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: where its bytes lie, and where they go."""

    path: str
    kind: Kind
    offset: int = 0
    """Of the first byte of content, bytes."""
    size: int = 0
    """Bytes."""
    executable: bool = False
    target: str = ""
    """Of a link, as written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much an archive may unpack to; counted while reading, whatever its headers claim."""

    unpacked: int = 2 << 30
    """Bytes."""
    entries: int = 50_000
    ratio: int = 200
    """Unpacked to packed bytes, above `ratio_from`; sources seldom pass 20."""
    ratio_from: int = 64 << 20
    """Bytes unpacked up to which any ratio will do."""

    def check_unpacked(self, unpacked: int, packed: int) -> None:
        """Raise ArchiveFaultError when `packed` bytes have become too many."""
        if unpacked > self.unpacked:
            raise ArchiveFaultError(f"it unpacks to more than {self.unpacked} bytes")
        if unpacked > self.ratio_from and unpacked > packed * self.ratio:
            raise ArchiveFaultError(f"it unpacks to more than {self.ratio} times its size")

    def check_entries(self, count: int) -> None:
        """Raise ArchiveFaultError when there are too many."""
        if count > self.entries:
            raise ArchiveFaultError(f"it holds more than {self.entries} entries")


_LONGEST_PATH = 1024
"""UTF-8 bytes."""
_DEEPEST = 64


def checked_path(path: str) -> str:
    """`path`, which is relative, clean and means the same on every system. Raises ArchiveFaultError."""
    for part in path.split("/"):
        if part in ("", ".", ".."):
            raise ArchiveFaultError(f"the path {path!r} is absolute or not clean")
    if "\\" in path or ":" in path:
        raise ArchiveFaultError(f"the path {path!r} holds `\\` or `:`, which some systems read as separators")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in path):
        raise ArchiveFaultError(f"the path {path!r} holds control characters")
    if len(path.encode()) > _LONGEST_PATH or path.count("/") >= _DEEPEST:
        raise ArchiveFaultError(f"the path {path[:80]!r}... is too long or too deep")
    return path


def settled(entries: Sequence[Entry], budget: Budget) -> tuple[Entry, ...]:
    """The entries without links: each link has become what it points to.

    Raises ArchiveFaultError for entries that meet at one path and for links that leave the archive, dangle,
    or lead to other links.
    """
    kinds = _kinds(entries)
    plain = sorted((entry for entry in entries if entry.kind is not Kind.LINK), key=lambda entry: entry.path)
    paths = [entry.path for entry in plain]
    result = list(plain)
    for link in entries:
        if link.kind is Kind.LINK:
            destination = _destination(link, kinds)
            below = slice(bisect_left(paths, f"{destination}/"), bisect_left(paths, f"{destination}0"))
            at = slice(bisect_left(paths, destination), bisect_left(paths, f"{destination}\0"))
            result.extend(_copies(link, destination, (*plain[at], *plain[below])))
            budget.check_entries(len(result))
    budget.check_unpacked(sum(entry.size for entry in result), budget.unpacked)
    return tuple(result)


def top_folder(entries: Iterable[Entry]) -> str:
    """The one folder that holds everything. Raises ArchiveFaultError when there is none, or are several."""
    tops = {entry.path.partition("/")[0] for entry in entries}
    if len(tops) != 1:
        raise ArchiveFaultError(f"it has {len(tops)} top-level entries instead of one folder")
    top = tops.pop()
    if any(entry.path == top and entry.kind is not Kind.FOLDER for entry in entries):
        raise ArchiveFaultError(f"its top-level entry `{top}` is no folder")
    return top


def _kinds(entries: Iterable[Entry]) -> dict[str, Kind]:
    """Every path with what is there, folders that are only implied included."""
    kinds: dict[str, Kind] = {}
    seen: dict[str, str] = {}
    for entry in entries:
        same = seen.setdefault(unicodedata.normalize("NFC", entry.path), entry.path)
        if entry.path in kinds or same != entry.path:
            raise ArchiveFaultError(f"two entries have the path `{entry.path}`")
        kinds[entry.path] = entry.kind
    for path in tuple(kinds):
        parent = path
        while (parent := parent.rpartition("/")[0]) and kinds.get(parent) is not Kind.FOLDER:
            if parent in kinds:
                raise ArchiveFaultError(f"`{parent}` is a {kinds[parent]}, yet `{path}` lies in it")
            kinds[parent] = Kind.FOLDER
    return kinds


def _destination(link: Entry, kinds: dict[str, Kind]) -> str:
    """The path in the archive that `link` points to; only leading `..` are understood."""
    folder, rest = link.path.rpartition("/")[0], link.target
    while rest.startswith("../") and folder:
        folder, rest = folder.rpartition("/")[0], rest[3:]
    destination = checked_path(f"{folder}/{rest}" if folder else rest)
    if kinds.get(destination, Kind.LINK) is Kind.LINK:
        raise ArchiveFaultError(
            f"the link `{link.path}` points to {link.target!r}, which is not in the archive"
        )
    return destination


def _copies(link: Entry, destination: str, found: Iterable[Entry]) -> list[Entry]:
    """What lies at and below the link's destination, as if it lay at the link."""
    if f"{link.path}/".startswith(f"{destination}/"):
        raise ArchiveFaultError(f"the link `{link.path}` points to a folder it lies in")
    return [replace(entry, path=checked_path(link.path + entry.path[len(destination) :])) for entry in found]
