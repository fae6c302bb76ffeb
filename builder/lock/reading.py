"""The text of a lock file to a Pylock; what breaks a MUST of PEP 751 is an error that says where."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from packaging.pylock import (
    Package,
    PackageArchive,
    PackageSdist,
    PackageWheel,
    Pylock,
    PylockUnsupportedVersionError,
    PylockValidationError,
)

from builder.errors import InvalidLockError
from builder.lock.writing import ALGORITHMS

_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX = re.compile(r"[0-9a-f]+")
LISTED = 10
UV_LOCK = "uv.lock"


def read_pylock(data: bytes, source: str) -> Pylock:
    """The lock in `data`, checked; `source` is what people know it as."""
    form = _read_toml(data, source)
    try:
        pylock = Pylock.from_dict(form)
    except PylockUnsupportedVersionError as error:
        raise InvalidLockError(
            f"`{source}` is of a version of the format that lbuild does not know",
            evidence=[error.message],
            hint="Write it anew with a tool that writes version 1, or use a newer lbuild",
        ) from error
    except PylockValidationError as error:
        where = f"{error.context}: " if error.context else ""
        raise _invalid(source, [f"{where}{error.message}"]) from error
    return _checked(pylock, source)


def read_lock(
    data: bytes,
    name: str,
    source: str,
    environment: Mapping[str, str],
    extras: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Pylock:
    """The lock in a file of this name, `uv.lock` or a PEP 751 one, checked.

    Of a `uv.lock` only what is for a target with this marker environment, and for the extras and groups.
    """
    if name.lower() != UV_LOCK:
        return read_pylock(data, source)
    from builder.lock.uv import pylock_of_uv

    return _checked(pylock_of_uv(data, source, environment, extras, groups), source)


def _checked(pylock: Pylock, source: str) -> Pylock:
    faults = [fault for index, package in enumerate(pylock.packages) for fault in _faults(index, package)]
    if faults:
        raise _invalid(source, faults)
    return pylock


def _read_toml(data: bytes, source: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _invalid(source, [str(error)]) from error
    except RecursionError as error:
        raise _invalid(source, ["its tables are nested too deep"]) from error


def _faults(index: int, package: Package) -> Iterator[str]:
    """What PEP 751 forbids in a package and packaging lets pass."""
    for where, artifact in _artifacts(package):
        path = f"packages[{index}].{where}"
        known = {name: digest for name, digest in artifact.hashes.items() if name in ALGORITHMS}
        if not known:
            yield f"{path}.hashes: no hash of {', '.join(ALGORITHMS)}"
        for name, digest in known.items():
            if len(digest) != _DIGEST_LENGTHS[name] or not _HEX.fullmatch(digest):
                yield f"{path}.hashes.{name}: not a digest in lower-case hexadecimal"
        if artifact.size is not None and artifact.size < 0:
            yield f"{path}.size: less than nothing"
    if package.vcs is not None and not re.fullmatch(r"[0-9a-zA-Z]+", package.vcs.commit_id):
        yield f"packages[{index}].vcs.commit-id: not the id of a commit"


def _artifacts(package: Package) -> Iterator[tuple[str, PackageWheel | PackageSdist | PackageArchive]]:
    for number, wheel in enumerate(package.wheels or ()):
        yield f"wheels[{number}]", wheel
    if package.sdist is not None:
        yield "sdist", package.sdist
    if package.archive is not None:
        yield "archive", package.archive


def _invalid(source: str, faults: list[str]) -> InvalidLockError:
    rest = len(faults) - LISTED
    more = [f"and {rest} more"] if rest > 0 else []
    return InvalidLockError(f"`{source}` is not a valid lock file", evidence=[*faults[:LISTED], *more])
