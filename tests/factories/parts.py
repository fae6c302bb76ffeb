"""Parts of bundles without archives: paths, sizes and distributions as a test wants them."""

from collections.abc import Iterable, Mapping

from builder.inspection.tree import Measured, measure
from builder.inspection.values import Entry, Part, Role
from manylinux.runtime import Limits

LIMITS = Limits(unzipped_bytes=10_000_000, direct_upload_bytes=2_000_000, request_bytes=1, layers=5)


def make_part(
    files: Mapping[str, int],
    distributions: Mapping[str, Iterable[str]] | None = None,
    *,
    role: Role = Role.FUNCTION,
    name: str = "b.zip",
    zipped: int | None = 1_500_000,
    root: str = "",
    contents: Mapping[str, int] | None = None,
) -> Part:
    """`files` maps paths below `root` to bytes, half of them when packed.

    `distributions` maps `numpy 2.0` to what begins the paths that are its own; `contents` maps a path to its
    checksum, which is 1 otherwise.
    """
    owners: dict[str, str] = {}
    folders: dict[str, tuple[str, str]] = {}
    for told, beginnings in (distributions or {}).items():
        project, _, version = told.partition(" ")
        folder = f"{root}{project}-{version}.dist-info"
        folders[folder] = (project, version)
        owners |= {root + path: folder for path in files if path.startswith(tuple(beginnings))}
    return Part(
        name=name,
        role=role,
        zipped=zipped,
        entries={
            root + path: Entry(size=size, packed=size // 2, crc=(contents or {}).get(path, 1), modified=0)
            for path, size in files.items()
        },
        binaries={},
        distributions=folders,
        owners=owners,
    )


def measured(part: Part, depth: int = 2) -> Measured:
    """Where the bytes of `part` are, held against small limits."""
    return measure(part, LIMITS, depth)
