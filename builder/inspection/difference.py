"""What changed between two bundles: distributions, their files, kinds of files.

Two files are one when they lie at the same path below the folder of sys.path, so a layer can be held against
a function; that of a `.dist-info` folder is without its version. They are equal when size and CRC-32 are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from builder.inspection.kinds import kind_of
from builder.inspection.owners import Owner, import_root, owned
from builder.inspection.values import Entry, Part


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that is not the same in both."""

    path: str
    """In the new bundle if it is there, else in the old one."""
    before: int | None
    """Bytes, unpacked; None: it is new."""
    after: int | None
    """None: it is gone."""

    @property
    def change(self) -> int:
        return (self.after or 0) - (self.before or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerChange:
    """A distribution, or folder that belongs to none, that is not the same in both."""

    name: str
    old: tuple[str, ...] | None
    """Its versions, none for a folder; None: it is new."""
    new: tuple[str, ...] | None
    """None: it is gone."""
    before: int
    """Bytes, unpacked."""
    after: int
    files: tuple[FileChange, ...]
    """Those that grew or shrank most first."""

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class KindChange:
    """Bytes of all files of a kind."""

    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """From one bundle to another."""

    old: Part
    new: Part
    owners: tuple[OwnerChange, ...]
    """Those that grew or shrank most first."""
    unchanged: int
    """Owners that are the same in both."""
    kinds: tuple[KindChange, ...]
    """All that occur, those that grew or shrank most first."""

    @property
    def is_empty(self) -> bool:
        """Whether both hold the same files, however they are packed."""
        return not self.owners


@dataclass(frozen=True, slots=True)
class _Placed:
    path: str
    entry: Entry
    owner: Owner

    @property
    def content(self) -> tuple[int, int | None]:
        return self.entry.size, self.entry.crc


def compare(old: Part, new: Part) -> Difference:
    """What changed from `old` to `new`; both with checksums."""
    before, after = _placed(old), _placed(new)
    files: dict[str, list[FileChange]] = defaultdict(list)
    for key in before.keys() | after.keys():
        was, now = before.get(key), after.get(key)
        if was is None or now is None or was.content != now.content:
            present = now or was
            assert present is not None
            files[present.owner.name].append(
                FileChange(
                    path=present.path,
                    before=None if was is None else was.entry.size,
                    after=None if now is None else now.entry.size,
                )
            )
    names = _names(before.values()), _names(after.values())
    owners = [
        _owner(name, names[0].get(name), names[1].get(name), files[name]) for name in {**names[0], **names[1]}
    ]
    changed = [owner for owner in owners if owner.files or owner.old != owner.new or owner.change]
    return Difference(
        old=old,
        new=new,
        owners=tuple(sorted(changed, key=lambda owner: (-abs(owner.change), owner.name))),
        unchanged=len(owners) - len(changed),
        kinds=_kinds(old, new),
    )


def _placed(part: Part) -> Mapping[str, _Placed]:
    """The files of `part` by what makes them the same in another bundle."""
    found: dict[str, _Placed] = {}
    for path, entry, owner in owned(part):
        key = path[len(import_root(part, path)) :]
        folder, info, rest = key.partition(".dist-info/")
        if info and "/" not in folder:
            key = f"{owner.name}.dist-info/{rest}"
        found[path if key in found else key] = _Placed(path, entry, owner)
    return found


def _names(placed: Iterable[_Placed]) -> Mapping[str, tuple[frozenset[str], int]]:
    """Name of each owner to its versions and bytes."""
    found: dict[str, tuple[frozenset[str], int]] = {}
    for each in placed:
        versions, size = found.get(each.owner.name, (frozenset(), 0))
        if each.owner.version and each.owner.version not in versions:
            versions |= {each.owner.version}
        found[each.owner.name] = versions, size + each.entry.size
    return found


def _owner(
    name: str,
    before: tuple[frozenset[str], int] | None,
    after: tuple[frozenset[str], int] | None,
    files: Sequence[FileChange],
) -> OwnerChange:
    return OwnerChange(
        name=name,
        old=None if before is None else tuple(sorted(before[0])),
        new=None if after is None else tuple(sorted(after[0])),
        before=0 if before is None else before[1],
        after=0 if after is None else after[1],
        files=tuple(sorted(files, key=lambda file: (-abs(file.change), file.path))),
    )


def _kinds(old: Part, new: Part) -> tuple[KindChange, ...]:
    sizes: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for side, part in enumerate((old, new)):
        for path, entry in part.entries.items():
            sizes[kind_of(path).label][side] += entry.size
    kinds = (KindChange(name=name, before=before, after=after) for name, (before, after) in sizes.items())
    return tuple(sorted(kinds, key=lambda kind: (-abs(kind.change), kind.name)))
