"""Whose each file of a part is: a distribution's, as RECORDs say, else the folder's that it lies in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from builder.inspection.values import Entry, Part, Role

_INFO = ".dist-info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A distribution, or a folder or the root for files that belong to none."""

    name: str
    version: str | None = None
    """None for what is no distribution."""

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name


ROOT = Owner(name="files at the root")


def owned(part: Part) -> Iterator[tuple[str, Entry, Owner]]:
    """Every file of `part`, in its order, with whom it belongs to. Linear in the number of files."""
    distributions = {folder: _distribution(folder, *told) for folder, told in part.distributions.items()}
    folders: dict[str, Owner] = {}
    for path, entry in part.entries.items():
        owner = distributions.get(part.owners.get(path) or _info_of(path))
        if owner is None:
            below = path[len(import_root(part, path)) :]
            top = below.partition("/")[0] if "/" in below else ""
            owner = folders.setdefault(top, Owner(name=top)) if top else ROOT
        yield path, entry, owner


def import_root(part: Part, path: str) -> str:
    """The beginning of `path` that Lambda puts on sys.path: nothing, `python/` or the long form."""
    if part.role is not Role.LAYER or not path.startswith("python/"):
        return ""
    parts = path.split("/", 4)
    long = len(parts) == 5 and parts[1] == "lib" and parts[3] == "site-packages"
    return f"{'/'.join(parts[:4])}/" if long else "python/"


def shares(parts: Sequence[Part]) -> Mapping[Owner, tuple[int, int, int]]:
    """Owner to bytes, packed bytes and files."""
    found: dict[Owner, tuple[int, int, int]] = {}
    for part in parts:
        for _, entry, owner in owned(part):
            size, packed, files = found.get(owner, (0, 0, 0))
            found[owner] = (size + entry.size, packed + entry.packed, files + 1)
    return found


def _info_of(path: str) -> str:
    """The `.dist-info` folder that `path` lies in; empty when in none."""
    cut = path.find(f"{_INFO}/")
    return path[: cut + len(_INFO)] if cut >= 0 else ""


def _distribution(folder: str, name: str, version: str) -> Owner:
    return Owner(name=name or folder.rpartition("/")[2].removesuffix(_INFO), version=version or None)
