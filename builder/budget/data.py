"""Data of packages that may be needless: a suggestion, because only the app's author knows what it reads."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from builder.inspection.kinds import Kind, kind_of
from builder.link.conflicts import SOURCE
from builder.model import BundlePlan, PlannedFile

_WORTH_TELLING = 64
"""One part in so many of the bundle; less data is no way out."""
_ODD = frozenset("*?[]!{}'\"\\:")
"""Of a path with one of these no glob is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DataPart:
    """A folder of a package without any code, or one file of data beside code."""

    project: str
    glob: str
    """Below the library folder: `scipy/datasets/**`, `lib/model.bin`."""
    size: int
    """Bytes, unpacked."""


def data_parts(plan: BundlePlan, library: str) -> list[DataPart]:
    """What looks like data that a bundle might do without, largest first.

    library: where importable files lie in the bundle, with a `/` at its end, or nothing.
    """
    by_owner: defaultdict[str, list[tuple[str, PlannedFile]]] = defaultdict(list)
    total = 0
    for file in plan.files:
        total += file.size
        if file.owner != SOURCE and file.path.startswith(library):
            by_owner[file.owner].append((file.path.removeprefix(library), file))
    parts = [
        DataPart(project=owner.partition(" ")[0], glob=glob, size=size)
        for owner, files in by_owner.items()
        for glob, size in _of_one(files)
        if size * _WORTH_TELLING >= total and glob.isprintable() and _ODD.isdisjoint(glob.removesuffix("/**"))
    ]
    return sorted(parts, key=lambda part: (-part.size, part.project, part.glob))


def _of_one(files: Collection[tuple[str, PlannedFile]]) -> Iterator[tuple[str, int]]:
    """Globs of one package's data, none within another, and their bytes."""
    mixed = {""}
    for path, file in files:
        if not _is_data(path, file):
            mixed.update(_folders(path))
    sizes: defaultdict[str, int] = defaultdict(int)
    for path, file in files:
        if _is_data(path, file) and file.size:
            # The outermost folder that holds nothing else, or the file itself where its own folder does.
            pure = [folder for folder in _folders(path) if folder not in mixed]
            sizes[f"{pure[-1]}/**" if pure else path] += file.size
    yield from sizes.items()


def _is_data(path: str, file: PlannedFile) -> bool:
    """An empty `__init__.py` makes a folder a package and is no code."""
    return kind_of(path) is Kind.DATA or (not file.size and path.endswith("/__init__.py"))


def _folders(path: str) -> Iterator[str]:
    """The folders above `path`, innermost first."""
    folder = path.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
