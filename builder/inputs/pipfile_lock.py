"""`Pipfile.lock` to requests: what its `default` section holds, and the chosen ones (`develop`, categories).

The format is pipenv's own, pipfile-spec 6. Markers go into the requirements, and hashes beside them, as
`pipenv requirements --hash` writes them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from builder.errors import InvalidRequirementError
from builder.inputs.lines import expanded
from builder.inputs.locked_requests import LockedRequests, strong_hashes, told_of
from builder.inputs.messages import shown
from builder.inputs.requirement import Given, Place, read_request
from builder.inputs.unknown import unknown
from builder.inputs.urls import absolute, file_url
from builder.model import Origin, Request

DEFAULT = "default"
_SPEC = 6


class _Source(msgspec.Struct, frozen=True):
    name: str
    url: str


class _Meta(msgspec.Struct, frozen=True, rename={"spec": "pipfile-spec"}):
    spec: int
    sources: tuple[_Source, ...] = ()


class _Package(msgspec.Struct, frozen=True):
    version: str = ""
    hashes: tuple[str, ...] = ()
    markers: str = ""
    extras: tuple[str, ...] = ()
    index: str | None = None
    git: str | None = None
    ref: str | None = None
    subdirectory: str | None = None
    file: str | None = None
    path: str | None = None


_Section = dict[str, _Package]


def read_pipfile_lock(
    content: bytes,
    *,
    source: str,
    folder: Path,
    place: Place,
    environ: Mapping[str, str],
    groups: Sequence[str] = (),
) -> LockedRequests:
    """What the section `default` and those of the chosen groups hold.

    `folder` is the lock's own, where its paths begin; variables of `environ` may stand in the URLs of its
    indexes. Raises InvalidRequirementError.
    """
    with told_of(source):
        meta, sections = _parse(content)
        for group in groups:
            if group not in sections:
                raise unknown("group", group, sorted(sections.keys() - {DEFAULT}))
        packages = dict(item for name in (DEFAULT, *groups) for item in sections.get(name, {}).items())
        indexes = {each.name: expanded(each.url, environ) for each in meta.sources}
        main, *_ = indexes.values() or (None,)
        others = [_index(name, each.index, indexes) for name, each in packages.items() if each.index]
        origin = Origin(source=source)
        return LockedRequests(
            requests=tuple(_request(name, each, origin, folder, place) for name, each in packages.items()),
            index_url=main,
            extra_index_urls=tuple(dict.fromkeys(url for url in others if url != main)),
        )


def _parse(content: bytes) -> tuple[_Meta, dict[str, _Section]]:
    try:
        document: Any = json.loads(content)
        if not isinstance(document, dict):
            raise InvalidRequirementError("it is no lock of pipenv", hint="Write it anew with `pipenv lock`")
        meta = msgspec.convert(document.pop("_meta", None), type=_Meta)
        sections = msgspec.convert(document, type=dict[str, _Section])
    except (ValueError, RecursionError) as error:  # JSON's and msgspec's are ValueErrors
        raise InvalidRequirementError(
            "it is no lock of pipenv", evidence=[shown(str(error))], hint="Write it anew with `pipenv lock`"
        ) from None
    if meta.spec != _SPEC:
        raise InvalidRequirementError(
            f"it follows pipfile-spec {meta.spec}, and lbuild reads {_SPEC}",
            hint="Write it out with `pipenv requirements --hash > requirements.txt`",
        )
    return meta, sections


def _request(name: str, package: _Package, origin: Origin, folder: Path, place: Place) -> Request:
    marker = f" ; {package.markers}" if package.markers else ""
    extras = f"[{','.join(package.extras)}]" if package.extras else ""
    url = next(_urls(name, package, folder), None)
    if url is not None:
        return read_request(f"{name}{extras} @ {url}{marker}", Given(origin=origin), place)
    version = "" if package.version == "*" else package.version
    given = Given(origin=origin, hashes=strong_hashes(package.hashes))
    return read_request(f"{name}{extras}{version}{marker}", given, place)


def _index(name: str, index: str, indexes: Mapping[str, str]) -> str:
    """The URL of the index that a package is of: looked up in another it could be a stranger's."""
    if index not in indexes:
        raise InvalidRequirementError(
            f"`{shown(name)}` is of the index `{shown(index)}`, which the lock does not name",
            evidence=[f"its indexes: {', '.join(map(shown, indexes)) or 'none'}"],
            hint="Write it anew with `pipenv lock`",
        )
    return indexes[index]


def _urls(name: str, package: _Package, folder: Path) -> Iterator[str]:
    """Where a package comes from that is of no index."""
    at = f"#subdirectory={package.subdirectory}" if package.subdirectory else ""
    if package.git is not None:
        if not package.ref:
            raise InvalidRequirementError(
                f"`{shown(name)}` comes from a repository, and the lock does not say which commit",
                hint="Write it anew with `pipenv lock`",
            )
        yield f"git+{package.git.removeprefix('git+')}@{package.ref}{at}"
    for location in (package.file, package.path):
        if location is not None:
            yield f"{location}{at}" if "://" in location else f"{file_url(absolute(location, folder))}{at}"
