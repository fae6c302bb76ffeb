"""What of a lock is for a target: one file of every package, as a Resolution.

Spec: PEP 751, "Installing"; the algorithm is packaging's `Pylock.select`, given every key so that it asks
nothing of the host.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
    PylockSelectError,
)
from packaging.tags import Tag, parse_tag
from packaging.utils import (
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from builder.errors import InvalidLockError
from builder.lock.places import Place
from builder.lock.references import url_of
from builder.lock.writing import ALGORITHMS
from builder.model import Origin, Pin, Request, Resolution
from manylinux.target import Target
from manylinux.wheel_name import WheelName
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.urls import without_credentials

Source: TypeAlias = PackageVcs | PackageDirectory | PackageArchive | PackageWheel | PackageSdist
MakeDirect: TypeAlias = Callable[[Request], IndexFile]


def resolution_from_pylock(
    pylock: Pylock,
    target: Target,
    place: Place,
    direct: MakeDirect,
    *,
    extras: Iterable[str] = (),
    groups: Iterable[str] | None = None,
    strict_tags: bool = False,
) -> Resolution:
    """The pins for the target; `direct` makes the wheel of a repository, a folder or an archive.

    `groups` None: the lock's default groups. Raises InvalidLockError when the lock is not for this target, or
    has no file of a package that loads there.
    """
    chosen = select(pylock, target, place, extras=extras, groups=groups, strict_tags=strict_tags)
    files = {package.name: _file(package, source, place, direct) for package, source in chosen.values()}
    pins = {name: _pin(package, files[name], files.keys(), place) for name, (package, _) in chosen.items()}
    required_by: dict[NormalizedName, list[str]] = {name: [] for name in pins}
    for pin in pins.values():
        for name in pin.dependencies:
            required_by[name].append(f"{pin.name} {pin.version}")
    return Resolution(
        target=target,
        pins=tuple(
            replace(pin, required_by=tuple(sorted(required_by[pin.name])) or (place.source,))
            for _, pin in sorted(pins.items())
        ),
    )


def select(
    pylock: Pylock,
    target: Target,
    place: Place,
    *,
    extras: Iterable[str] = (),
    groups: Iterable[str] | None = None,
    strict_tags: bool = False,
) -> Mapping[NormalizedName, tuple[Package, Source]]:
    """The packages of a lock that the target needs, each with what it is to be made of.

    Unless `strict_tags`, a wheel that asks for a newer glibc is taken where a package has nothing better: its
    files are to prove that they load.
    """
    environment = dict(target.environment())
    try:
        chosen = pylock.select(
            environment=environment,  # type: ignore[arg-type]  # all eleven keys, in a plain dict
            tags=[*target.tags(), *(() if strict_tags else _tags_of_last_resort(pylock, target))],
            extras=[canonicalize_name(extra) for extra in extras],
            dependency_groups=None if groups is None else list(groups),
        )
        return {package.name: (package, source) for package, source in chosen}
    except PylockSelectError as error:
        raise InvalidLockError(
            f"`{place.source}` is not for `{target.id}`",
            evidence=[str(error), *_refused(pylock, target), *_made_for(pylock)],
            hint="Lock again for this runtime, or choose with `--runtime` and `--arch` what it was made for",
        ) from error
    except (UndefinedComparison, UndefinedEnvironmentName) as error:
        raise InvalidLockError(
            f"`{place.source}` has a marker that is neither true nor false",
            evidence=[str(error)],
            hint="Make it again where it comes from",
        ) from error


def _tags_of_last_resort(pylock: Pylock, target: Target) -> Iterator[Tag]:
    """Tags of the lock's wheels that only a newer glibc keeps out, the least new first."""
    names = {WheelName.parse(wheel.filename) for package in pylock.packages for wheel in package.wheels or ()}
    refusals = [(refusal, name) for name in names if (refusal := target.refusal(name)) is not None]
    near = [each for each in refusals if each[0].is_only_newer_glibc]
    for _, name in sorted(near, key=lambda each: (-each[0].nearness, each[1].tag_set)):
        yield from sorted(parse_tag(name.tag_set), key=str)


def _refused(pylock: Pylock, target: Target) -> Iterator[str]:
    """Why none of a package's wheels loads, of those packages that have nothing else."""
    for package in pylock.packages:
        wheels = [WheelName.parse(wheel.filename) for wheel in package.wheels or ()]
        if package.sdist is None and wheels and all(target.rank(wheel) is None for wheel in wheels):
            yield f"the nearest wheel of {package.name} in it: {target.why_none(wheels)}"


def _made_for(pylock: Pylock) -> Iterator[str]:
    """The target an lbuild lock names."""
    ours = (pylock.tool or {}).get("lbuild")
    if isinstance(ours, Mapping) and {"runtime", "arch"} <= ours.keys():
        yield f"it was made for `{ours['runtime']}/{ours['arch']}`"


# -- one package ---------------------------------------------------------------------------------------


def recorded_extras(package: Package) -> frozenset[NormalizedName]:
    """The extras an lbuild lock was made with; none in a lock of another tool, which does not say."""
    ours = (package.tool or {}).get("lbuild")
    found = ours.get("extras") if isinstance(ours, Mapping) else None
    return (
        frozenset(canonicalize_name(extra) for extra in found if isinstance(extra, str))
        if found
        else frozenset()
    )


def _is_prebuilt(package: Package) -> bool:
    """Whether the lock was made with the file of a prebuilt index."""
    ours = (package.tool or {}).get("lbuild")
    return isinstance(ours, Mapping) and ours.get("prebuilt") is True


def _pin(package: Package, file: IndexFile, locked: Iterable[NormalizedName], place: Place) -> Pin:
    name, version = _identity(file, place)
    if name != package.name:
        raise InvalidLockError(
            f"`{place.source}` calls a package `{package.name}`, and its source is `{name}`",
            evidence=[f"the file is `{file.filename}`"],
        )
    if package.version is not None and package.version != version:
        raise InvalidLockError(
            f"`{place.source}` has `{name}` {package.version}, and its source is {version}",
            evidence=[f"the file is `{file.filename}`"],
        )
    return Pin(
        name=name,
        version=version,
        file=file,
        extras=recorded_extras(package),
        requires_python=str(package.requires_python) if package.requires_python else None,
        dependencies=tuple(sorted(set(_dependencies(package)) & set(locked))),
    )


def _dependencies(package: Package) -> Iterable[NormalizedName]:
    """The names in `packages.dependencies`; what else it may hold tells instances of one name apart."""
    for dependency in package.dependencies or ():
        name = dependency.get("name")
        if isinstance(name, str):
            yield canonicalize_name(name)


def _identity(file: IndexFile, place: Place) -> tuple[NormalizedName, Version]:
    try:
        if file.is_wheel:
            name, version, _, _ = parse_wheel_filename(file.filename)
            return name, version
        return parse_sdist_filename(file.filename)
    except ValueError as error:
        raise InvalidLockError(
            f"`{place.source}` has a file that is neither a wheel nor an sdist", evidence=[str(error)]
        ) from error


def _file(package: Package, source: Source, place: Place, direct: MakeDirect) -> IndexFile:
    if isinstance(source, PackageWheel | PackageSdist):
        return IndexFile(
            filename=source.filename,
            url=without_credentials(source.url) if source.url else place.url_of(source.path or ""),
            hashes={name: digest for name, digest in source.hashes.items() if name in ALGORITHMS},
            size=source.size,
            requires_python=str(package.requires_python) if package.requires_python else None,
            upload_time=source.upload_time,
            index=without_credentials(package.index) if package.index else "",
            prebuilt=_is_prebuilt(package),
        )
    return direct(as_request(source, place))


def as_request(source: PackageVcs | PackageDirectory | PackageArchive, place: Place) -> Request:
    """The direct reference that an entry of a lock stands for."""
    hashes = source.hashes if isinstance(source, PackageArchive) else {}
    # One is enough, and several would be alternatives: the first that is there.
    best = [f"{name}:{hashes[name]}" for name in ALGORITHMS if name in hashes][:1]
    return Request(
        origin=Origin(source=place.source),
        requirement=None,
        direct=url_of(source, place),
        hashes=frozenset(best),
        subdirectory=source.subdirectory,
        editable=isinstance(source, PackageDirectory) and bool(source.editable),
    )
