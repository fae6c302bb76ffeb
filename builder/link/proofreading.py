"""What was written, read again by a reader that had no part in writing it, and held against the plan.

Of a zip Python's `zipfile` inflates every member and compares its CRC; of a folder every file is read. Then
names, sizes and digests must be those of the plan, and every RECORD must list what its distribution has in
the bundle, with the digests that were found. A file of the app's source has no digest in the plan: there the
zip's CRC alone counts.
"""

import csv
import hashlib
import io
import posixpath
import zipfile
from base64 import urlsafe_b64encode
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, NamedTuple

from builder.errors import NotAsPlannedError
from builder.link.spread import owner_of
from builder.model import BundlePlan, FromBytes, FromSource, FromWheel, PlannedFile
from manylinux.archive.damage import damage_told

PROOF_VERSION = 1
"""Part of cache keys: raised when more is looked at."""
_PIECE = 1024 * 1024
_SHA256 = "sha256="
_SHOWN = 5
Open = Callable[[str], AbstractContextManager[IO[bytes]]]


class _Found(NamedTuple):
    size: int
    sha256: str


def proofread_zip(plan: BundlePlan, path: Path) -> None:
    """Nothing, where the zip at `path` holds what was planned. Raises NotAsPlannedError."""
    try:
        with damage_told(lambda reason: _not_as_planned(path, [reason])), zipfile.ZipFile(path) as archive:
            _proofread(plan, path, archive.namelist(), archive.open)
    except (OSError, csv.Error) as error:
        raise _not_as_planned(path, [str(error) or type(error).__name__]) from error


def proofread_folder(plan: BundlePlan, path: Path) -> None:
    """The same of a folder. Raises OSError where it cannot be read."""
    names = sorted(each.relative_to(path).as_posix() for each in path.rglob("*") if not each.is_dir())
    _proofread(plan, path, names, lambda name: (path / name).open("rb"))


def _proofread(plan: BundlePlan, path: Path, names: list[str], open_file: Open) -> None:
    planned = [file.path for file in plan.files]
    if sorted(names) != sorted(planned):
        raise _not_as_planned(path, _differing_names(names, planned))
    found = {name: _read(open_file, name) for name in names}
    faults = [*_differing_content(plan.files, found), *_differing_records(plan, found, open_file)]
    if faults:
        raise _not_as_planned(path, faults)


def _read(open_file: Open, name: str) -> _Found:
    digest, size = hashlib.sha256(), 0
    with open_file(name) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return _Found(size, digest.hexdigest())


def _differing_names(names: Sequence[str], planned: Sequence[str]) -> Iterator[str]:
    there, wanted = Counter(names), set(planned)
    yield from (f"missing: `{name}`" for name in planned if name not in there)
    yield from (f"not planned: `{name}`" for name in there if name not in wanted)
    yield from (f"there {count} times: `{name}`" for name, count in there.items() if count > 1)


def _differing_content(files: Iterable[PlannedFile], found: Mapping[str, _Found]) -> Iterator[str]:
    for file in files:
        match file.content:
            case FromWheel(member=member):
                wanted = _Found(member.size, member.sha256)
            case FromBytes(content=content):
                wanted = _Found(len(content), hashlib.sha256(content).hexdigest())
            case FromSource():
                continue
        if found[file.path] != wanted:
            is_now = found[file.path]
            yield f"`{file.path}`: {is_now.size:,} bytes, sha256 {is_now.sha256}, planned: {wanted.sha256}"


def _differing_records(plan: BundlePlan, found: Mapping[str, _Found], open_file: Open) -> Iterator[str]:
    """What some RECORD says and is not so, and what of a distribution its RECORD does not list."""
    owned: defaultdict[str, list[str]] = defaultdict(list)
    for file in plan.files:
        owned[file.owner].append(file.path)
    for wheel in plan.wheels:
        paths = owned[owner_of(wheel)]
        record = min(
            (path for path in paths if f"/{path}".endswith(f"/{wheel.dist_info}/RECORD")), key=len, default=""
        )
        if not record:
            yield f"`{wheel.dist_info}/RECORD` is not there"
            continue
        listed = {record, f"{record}.jws", f"{record}.p7s"}
        for path, hashed in _lines(record, open_file):
            listed.add(path)
            if path not in found:
                yield f"`{record}` lists `{path}`, which is not there"
            elif hashed.startswith(_SHA256) and not _agrees(hashed, found[path].sha256):
                yield f"`{record}` has another sha256 of `{path}` than the file: {found[path].sha256}"
        yield from (f"`{record}` does not list `{path}`" for path in paths if path not in listed)


def _lines(record: str, open_file: Open) -> Iterator[tuple[str, str]]:
    """Each file's path in the bundle, and what is said of its content."""
    with open_file(record) as file:
        text = file.read().decode("utf-8")
    library = posixpath.dirname(posixpath.dirname(record))
    for row in filter(None, csv.reader(io.StringIO(text, newline=""))):
        yield posixpath.normpath(posixpath.join(library, row[0])), row[1]


def _agrees(hashed: str, sha256: str) -> bool:
    """Wheels write a digest in urlsafe base64, and some in hex."""
    digest = hashed.removeprefix(_SHA256).rstrip("=")
    return (
        digest.lower() == sha256 or digest == urlsafe_b64encode(bytes.fromhex(sha256)).rstrip(b"=").decode()
    )


def _not_as_planned(path: Path, faults: Iterable[str]) -> NotAsPlannedError:
    faults = list(faults)
    more = [f"and {len(faults) - _SHOWN:,} more"] if len(faults) > _SHOWN else []
    return NotAsPlannedError(
        "What was written, read again, is not what was planned",
        evidence=[*faults[:_SHOWN], *more],
        hint="Build again; when it stays so, disk or memory are damaged, or it is a bug of lbuild to report",
    )
