"""Who keeps a path that several owners fill.

| the rivals                                                     | outcome                                  |
| -------------------------------------------------------------- | ---------------------------------------- |
| same path, same bytes                                          | one copy, silently                       |
| one of them is named by `--prefer`                             | it wins, with a note                     |
| copies of a namespace package's `__init__.py`                  | the most capable style wins, with a note |
| anything else; names that are one file where case is ignored   | PathConflictError naming both            |
| a file where another owner needs a folder                      | PathConflictError naming both            |

The app's source has no special right: its file in a dependency's place is nearly always an accident (a
`utils.py` in two places) and shadows code the dependency tested. `.lbuildignore` takes the source's side
away, `--exclude` the project's. So `--prefer` settles only what wheels dispute among themselves.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from builder.errors import PathConflictError
from builder.link.namespaces import NamespaceStyle, namespace_style
from builder.model import FromBytes, FromSource, FromWheel, PlannedFile
from manylinux.errors import SeveralErrors
from prebuilt_index.wheel_archive import Member

SOURCE = "source"
"""Owner of the app's own files."""
SAME_BYTES = "same-bytes"
NAMESPACE = "namespace-init"
NOT_PREFERRED = "not-preferred"

_SHOWN = 8
"""Paths named per pair of owners."""


class Read(Protocol):
    """Content the plan may ask for, only where paths alone do not decide."""

    def __call__(self, location: Path, member: Member | None) -> bytes:
        """The file at `location`, or the inflated `member` of the wheel there."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A disputed path with its winner."""

    winner: PlannedFile
    losers: tuple[PlannedFile, ...]
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A dispute nobody may win."""

    owners: tuple[str, str]
    path: str
    preferable: bool
    """Whether `--prefer` could settle it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What settling needs to know."""

    read: Read
    locate: Callable[[FromWheel], Path]
    """The file in which the bytes of a member lie."""
    prefer: Mapping[str, int]
    """Owner to its place in `--prefer`."""

    def settle(self, rivals: Sequence[PlannedFile]) -> Settled | Clash:
        """Decide one path; `rivals` are in the plan's order, two or more."""
        if self._alike(rivals):
            executable = any(file.executable for file in rivals)
            winner = replace(rivals[0], executable=executable)
            return Settled(winner=winner, losers=tuple(rivals[1:]), rule=SAME_BYTES)
        wheels_only = not any(isinstance(file.content, FromSource) for file in rivals)
        named = [file for file in rivals if file.owner in self.prefer]
        if named and wheels_only:
            return _settled(min(named, key=lambda file: self.prefer[file.owner]), rivals, NOT_PREFERRED)
        styles = self._namespace_styles(rivals)
        if styles is not None:
            best = min(range(len(rivals)), key=lambda index: styles[index])
            return _settled(rivals[best], rivals, NAMESPACE)
        odd = next((file for file in rivals[1:] if not self._alike((rivals[0], file))), rivals[1])
        return clash(rivals[0], odd, preferable=wheels_only)

    def _alike(self, rivals: Sequence[PlannedFile]) -> bool:
        if any((file.path, file.size) != (rivals[0].path, rivals[0].size) for file in rivals[1:]):
            return False
        return len({self._digest(file) for file in rivals}) == 1

    def _digest(self, file: PlannedFile) -> str:
        match file.content:
            case FromWheel(member=member):
                return member.sha256
            case _:
                return hashlib.sha256(self._bytes(file)).hexdigest()

    def _bytes(self, file: PlannedFile) -> bytes:
        match file.content:
            case FromWheel(member=member):
                return self.read(self.locate(file.content), member)
            case FromSource(location=location):
                return self.read(location, None)
            case FromBytes(content=content):
                return content

    def _namespace_styles(self, rivals: Sequence[PlannedFile]) -> list[NamespaceStyle] | None:
        """The style of each, or None when they are not all declarations of one namespace package."""
        if any(file.path != rivals[0].path for file in rivals) or not rivals[0].path.endswith("/__init__.py"):
            return None
        styles = []
        for file in rivals:
            style = namespace_style(self._bytes(file))
            if style is None:
                return None
            styles.append(style)
        return styles


def clash(one: PlannedFile, other: PlannedFile, *, preferable: bool) -> Clash:
    """The dispute of two files, in words."""
    path = f"`{one.path}`" if one.path == other.path else f"`{one.path}` and `{other.path}`"
    return Clash(owners=(one.owner, other.owner), path=path, preferable=preferable)


def raise_clashes(clashes: Iterable[Clash]) -> None:
    """Nothing when there are none; else one PathConflictError per pair of owners, told together."""
    pairs: dict[tuple[str, str], list[Clash]] = {}
    for each in clashes:
        pairs.setdefault(each.owners, []).append(each)
    SeveralErrors.raise_any([_error(owners, found) for owners, found in sorted(pairs.items())])


def _settled(winner: PlannedFile, rivals: Sequence[PlannedFile], rule: str) -> Settled:
    return Settled(winner=winner, losers=tuple(file for file in rivals if file is not winner), rule=rule)


def _error(owners: tuple[str, str], found: Sequence[Clash]) -> PathConflictError:
    one, other = owners
    paths = [each.path for each in found]
    count = "one path" if len(paths) == 1 else f"{len(paths)} paths"
    more = [f"and {len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else []
    return PathConflictError(
        f"`{one}` and `{other}` put different files at {count}",
        evidence=[*paths[:_SHOWN], *more],
        hint=_hint(one, other, found),
    )


def _hint(one: str, other: str, found: Sequence[Clash]) -> str:
    if one == other == SOURCE:
        return "Rename one of them"
    if SOURCE in (one, other):
        project = (other if one == SOURCE else one).partition(" ")[0]
        return (
            f"Rename the source's file, name it in `.lbuildignore`, or leave out `{project}` with `--exclude`"
        )
    if all(each.preferable for each in found):
        names = " or ".join(f"`--prefer {owner.partition(' ')[0]}`" for owner in dict.fromkeys((one, other)))
        return f"Say whose file to keep with {names}"
    return "Leave one of them out with `--exclude`"
