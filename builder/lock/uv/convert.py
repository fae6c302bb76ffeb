"""A `uv.lock` as the Pylock of one target: only what the target needs, without markers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
    PylockValidationError,
)
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.errors import InvalidLockError
from builder.lock.uv import form
from builder.lock.uv.reached import Reached, roots


def pylock_of_uv(
    data: bytes,
    source: str,
    environment: Mapping[str, str],
    extras: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> Pylock:
    """What the project that `data` locks needs on a target with this marker environment.

    The project itself is not in it, other members of its workspace are, as folders. Raises InvalidLockError,
    and UsageError for an extra or group that is not there.
    """
    lock = form.read_uv_lock(data, source)
    reached = Reached(lock, environment, source)
    reached.reach(roots(lock, source, extras, groups))
    try:
        pylock = Pylock(
            lock_version=Version("1.0"),
            requires_python=SpecifierSet(lock.requires_python) if lock.requires_python else None,
            created_by="uv",
            packages=_packages(reached.needs, source),
        )
        pylock.validate()
    except (PylockValidationError, ValueError) as error:
        raise InvalidLockError(
            f"`{source}` is no lock of uv", evidence=[str(error)], hint="Write it anew with `uv lock`"
        ) from error
    return pylock


def _packages(needs: Mapping[form.Package, Iterable[NormalizedName]], source: str) -> list[Package]:
    """Those that are packages, by name; what only has dependencies brings nothing of its own."""
    real = [package for package in needs if package.source.virtual is None]
    names = {canonicalize_name(package.name) for package in real}
    return [
        Package(
            name=canonicalize_name(package.name),
            version=Version(package.version) if package.version and _is_of_index(package) else None,
            dependencies=[{"name": name} for name in sorted(names & set(needs[package]))] or None,
            **_origin(package, source),
        )
        for package in sorted(real, key=lambda package: (package.name, package.version or ""))
    ]


def _is_of_index(package: form.Package) -> bool:
    return package.source.registry is not None


def _origin(package: form.Package, source: str) -> dict[str, Any]:
    """The keys of an entry that say where the package comes from."""
    origin = package.source
    if origin.registry is not None:
        sdist = package.sdist
        wheels = [PackageWheel(**_file(each, package, source)) for each in package.wheels]
        return {
            "index": origin.registry if "://" in origin.registry else None,
            "wheels": wheels or None,
            "sdist": None if sdist is None else PackageSdist(**_file(sdist, package, source)),
        }
    if origin.git is not None:
        return {"vcs": _repository(origin.git)}
    if origin.url is not None or origin.path is not None:
        files = [*package.wheels, *((package.sdist,) if package.sdist else ())]
        archive = PackageArchive(
            url=origin.url,
            path=origin.path,
            hashes=_hashes(files[0]) if files else {},
            subdirectory=origin.subdirectory,
        )
        return {"archive": archive}
    if origin.project_folder is not None:
        editable = True if origin.editable is not None else None
        return {"directory": PackageDirectory(path=origin.project_folder, editable=editable)}
    raise InvalidLockError(
        f"`{source}` has `{package.name}` from a source that lbuild does not know",
        hint="Write it out with `uv export --format pylock.toml -o pylock.toml`",
    )


def _file(file: form.File, package: form.Package, source: str) -> dict[str, Any]:
    """Where a file of an index is; paths in a folder of files begin there."""
    path = file.path
    if path is not None and package.source.registry is not None and "://" not in package.source.registry:
        path = f"{package.source.registry}/{path}"
    location = file.url or path
    if location is None:
        raise InvalidLockError(
            f"`{source}` does not say where `{file.filename or package.name}` is",
            hint="Write it out with `uv export --format pylock.toml -o pylock.toml`",
        )
    name = file.filename or unquote(urlsplit(location).path.rpartition("/")[2])
    return {
        "name": name,
        "url": file.url,
        "path": None if file.url else path,
        "size": file.size,
        "hashes": _hashes(file),
    }


def _hashes(file: form.File) -> dict[str, str]:
    algorithm, _, digest = (file.hash or "").partition(":")
    return {algorithm: digest} if digest else {}


def _repository(url: str) -> PackageVcs:
    parts = urlsplit(url)
    asked = parse_qs(parts.query)
    revision = next((asked[key][0] for key in ("rev", "tag", "branch") if key in asked), None)
    return PackageVcs(
        type="git",
        url=urlunsplit(parts._replace(query="", fragment="")),
        requested_revision=revision,
        commit_id=parts.fragment,
        subdirectory=asked.get("subdirectory", [None])[0],
    )
