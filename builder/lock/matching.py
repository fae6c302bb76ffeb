"""Whether a lock still is what the requirements ask for: `--locked`. Nothing is asked of the world."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from packaging.pylock import Package, PackageArchive, PackageSdist, PackageVcs, PackageWheel, Pylock
from packaging.utils import NormalizedName, canonicalize_name

from builder.lock.places import Place
from builder.lock.references import Reference, url_of
from builder.lock.selecting import Source, recorded_extras, select
from builder.model import Request
from manylinux.target import Target
from prebuilt_index.urls import redacted, without_credentials

Chosen: TypeAlias = Mapping[NormalizedName, tuple[Package, Source]]
"""What of the lock is for the target."""


def mismatches(
    pylock: Pylock, target: Target, requests: Sequence[Request], constraints: Sequence[Request], place: Place
) -> tuple[str, ...]:
    """Why the lock is out of date, a line each; empty when it is not. Raises what selecting raises.

    Looked at are requirements, constraints, hashes, and that nothing is locked that nobody needs. Newer
    versions, and options such as `--pre`, do not make a lock out of date.
    """
    chosen = select(pylock, target, place)
    environment = target.environment()
    ours = "lbuild" in (pylock.tool or {})
    reasons: list[str] = []
    needed: set[NormalizedName] = set()
    for request in requests:
        if not _applies(request, environment):
            continue
        name = _name(request, chosen, place)
        if name is None or name not in chosen:
            reasons.append(f"{request.origin} asks for {_shown(request)}, which the lock does not hold")
            continue
        needed.add(name)
        reasons += _against(request, *chosen[name], place)
        if ours:
            reasons += _extras_missing(request, chosen[name][0])
    for constraint in constraints:
        name = _name(constraint, chosen, place)
        if name is not None and name in chosen and _applies(constraint, environment):
            reasons += _against(constraint, *chosen[name], place)
    if ours or any(package.dependencies for package, _ in chosen.values()):
        reasons += _unneeded(chosen, needed)
    return tuple(reasons)


def _applies(request: Request, environment: Mapping[str, str]) -> bool:
    marker = request.requirement.marker if request.requirement else request.marker
    return marker is None or marker.evaluate({**environment, "extra": ""})


def _name(request: Request, chosen: Chosen, place: Place) -> NormalizedName | None:
    """The project a request is about; a nameless reference is known by its URL."""
    if request.requirement is not None:
        return canonicalize_name(request.requirement.name)
    found = (name for name, (_, source) in chosen.items() if _is_the_same(request, source, place))
    return next(found, None)


def _against(request: Request, package: Package, source: Source, place: Place) -> Iterator[str]:
    """What of one request the lock does not meet."""
    where, shown = request.origin, _shown(request)
    if request.direct is not None:
        if not _is_the_same(request, source, place):
            yield f"{where} asks for {shown}, the lock has another source of {package.name}"
    elif not _admits(request, package):
        yield f"{where} asks for {shown}, the lock has {package.name} {package.version}"
    if request.hashes and not _has_hash(source, request.hashes):
        yield f"{where} has no hash for the file of {package.name} in the lock"


def _admits(request: Request, package: Package) -> bool:
    if request.requirement is None or package.version is None:
        return True
    return request.requirement.specifier.contains(package.version, prereleases=True)


def _has_hash(source: Source, allowed: frozenset[str]) -> bool:
    if not isinstance(source, PackageWheel | PackageSdist | PackageArchive):
        return False
    return any(f"{name}:{digest}" in allowed for name, digest in source.hashes.items())


def _extras_missing(request: Request, package: Package) -> Iterator[str]:
    """Extras are only recorded in lbuild's own locks."""
    missing = sorted(request.extras - recorded_extras(package))
    if missing:
        yield f"{request.origin} asks for {_shown(request)}, the lock was made without {', '.join(missing)}"


def _is_the_same(request: Request, source: Source, place: Place) -> bool:
    """Whether an entry stands for a direct reference, a repository at the revision that was asked for."""
    if request.direct is None or isinstance(source, PackageWheel | PackageSdist):
        return False
    asked = Reference.parse(request.direct)
    locked = Reference.parse(url_of(source, place))
    urls = {without_credentials(each.url).rstrip("/") for each in (asked, locked)}
    same = len(urls) == 1 and request.subdirectory == source.subdirectory
    if isinstance(source, PackageVcs):
        return same and asked.revision in (source.requested_revision, source.commit_id)
    return same


def _unneeded(chosen: Chosen, needed: set[NormalizedName]) -> Iterator[str]:
    """Packages nothing leads to; only for locks that record dependencies, which not every tool does."""
    reached: set[NormalizedName] = set()
    waiting = list(needed)
    while waiting:
        name = waiting.pop()
        if name in reached or name not in chosen:
            continue
        reached.add(name)
        waiting += [canonicalize_name(str(each.get("name"))) for each in chosen[name][0].dependencies or ()]
    for name in sorted(chosen.keys() - reached):
        yield f"the lock holds {name}, which nothing asks for any more"


def _shown(request: Request) -> str:
    if request.requirement is None:
        return redacted(request.direct or "")
    requirement = request.requirement
    if request.direct is not None:
        return f"{canonicalize_name(requirement.name)} @ {redacted(request.direct)}"
    extras = f"[{','.join(sorted(request.extras))}]" if request.extras else ""
    return f"{canonicalize_name(requirement.name)}{extras}{requirement.specifier}"
