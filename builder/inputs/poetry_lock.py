"""`poetry.lock` to requests: every package of the chosen groups and extras that the target's markers admit.

The format is Poetry's own, lock-version 2.1: each package says its groups, and under which marker of each.
What the lock names from an index is asked for by version and hashes, as `poetry export` would.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.errors import InvalidRequirementError
from builder.inputs.locked_requests import LockedRequests, strong_hashes, told_of, unknown_source
from builder.inputs.messages import shown
from builder.inputs.pep508 import parse_marker
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.toml_text import parse_toml
from builder.inputs.unknown import unknown
from builder.inputs.urls import absolute, file_url
from builder.model import Origin, Request

MAIN = "main"
"""The group of a project's own dependencies."""
_OLDEST = Version("2.1")
_NEXT = Version("3")


class _File(msgspec.Struct, frozen=True):
    file: str
    hash: str


class _Source(msgspec.Struct, frozen=True):
    type: str
    url: str
    resolved_reference: str | None = None
    subdirectory: str | None = None


class _Package(msgspec.Struct, frozen=True):
    name: str
    version: str
    files: tuple[_File, ...] = ()
    groups: tuple[str, ...] = (MAIN,)
    markers: str | dict[str, str] | None = None
    """One for all groups, or one for each of them."""
    source: _Source | None = None

    def markers_of(self, groups: Collection[str]) -> Iterator[str | None]:
        """What admits the package in any of these groups; None: nothing keeps it out."""
        for group in self.groups:
            if canonicalize_name(group) in groups:
                yield self.markers.get(group) if isinstance(self.markers, dict) else self.markers


class _Metadata(msgspec.Struct, frozen=True, rename={"lock_version": "lock-version"}):
    lock_version: str


class _Lock(msgspec.Struct, frozen=True):
    metadata: _Metadata
    package: tuple[_Package, ...] = ()
    extras: dict[str, tuple[str, ...]] = {}


def read_poetry_lock(
    content: bytes,
    *,
    source: str,
    folder: Path,
    place: Place,
    environment: Mapping[str, str],
    extras: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> LockedRequests:
    """What a lock holds for the target with this marker environment: group `main`, and the chosen ones.

    `folder` is the lock's own, where its paths begin. Raises InvalidRequirementError.
    """
    with told_of(source):
        lock = _parse(content)
        chosen = _extras(lock, extras)
        wanted = {MAIN, *_groups(lock, groups)}
        packages = [each for each in lock.package if _is_in(each, wanted, chosen, environment)]
        indexes = [each.source.url for each in packages if each.source and each.source.type == "legacy"]
        return LockedRequests(
            requests=tuple(_request(each, Origin(source=source), folder, place) for each in packages),
            extra_index_urls=tuple(dict.fromkeys(indexes)),
        )


def _parse(content: bytes) -> _Lock:
    document = parse_toml(content)
    try:
        lock = msgspec.convert(document, type=_Lock)
        version = Version(lock.metadata.lock_version)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidRequirementError(
            "it is no lock of Poetry", evidence=[shown(str(error))], hint="Write it anew with `poetry lock`"
        ) from None
    if not _OLDEST <= version < _NEXT:
        raise InvalidRequirementError(
            f"it is of lock version {version}, and lbuild reads {_OLDEST} and later ones before {_NEXT}",
            evidence=["older ones do not say which group a package is for"] if version < _OLDEST else [],
            hint="Write it anew with `poetry lock` of Poetry 2.1 or newer, or out with `poetry export`",
        )
    return lock


def _extras(lock: _Lock, extras: Sequence[str]) -> frozenset[str]:
    known = {canonicalize_name(name) for name in lock.extras}
    for extra in extras:
        if canonicalize_name(extra) not in known:
            raise unknown("extra", extra, sorted(known))
    return frozenset(map(canonicalize_name, extras))


def _groups(lock: _Lock, groups: Sequence[str]) -> frozenset[str]:
    known = {canonicalize_name(group) for package in lock.package for group in package.groups}
    for group in groups:
        if canonicalize_name(group) not in known:
            raise unknown("group", group, sorted(known - {MAIN}))
    return frozenset(map(canonicalize_name, groups))


def _is_in(
    package: _Package, groups: Collection[str], extras: Collection[str], environment: Mapping[str, str]
) -> bool:
    """Whether any of the package's markers that count admits it, for any of the extras or none."""
    for text in package.markers_of(groups):
        if text is None:
            return True
        marker = parse_marker(text)
        if any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *sorted(extras))):
            return True
    return False


def _request(package: _Package, origin: Origin, folder: Path, place: Place) -> Request:
    hashes = strong_hashes(each.hash for each in package.files)
    if package.source is None or package.source.type == "legacy":
        return read_request(f"{package.name}=={package.version}", Given(origin=origin, hashes=hashes), place)
    reference = f"{package.name} @ {_url(package, package.source, folder)}"
    if package.source.type in {"url", "file"}:
        return read_request(reference, Given(origin=origin, hashes=hashes), place)
    return read_request(reference, Given(origin=origin), place)


def _url(package: _Package, source: _Source, folder: Path) -> str:
    at = f"#subdirectory={source.subdirectory}" if source.subdirectory else ""
    match source.type:
        case "git" if source.resolved_reference:
            return f"git+{source.url}@{source.resolved_reference}{at}"
        case "url":
            return f"{source.url}{at}"
        case "directory" | "file":
            return file_url(absolute(source.url, folder))
    raise unknown_source(package.name, source.type)
