"""A Resolution as a lock file (PEP 751): the same text for the same resolution."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from packaging.markers import Marker
from packaging.pylock import (
    Package,
    PackageArchive,
    PackageDirectory,
    PackageSdist,
    PackageVcs,
    PackageWheel,
    Pylock,
)
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from builder.errors import InvalidLockError
from builder.lock.places import Place
from builder.lock.references import Reference, entry
from builder.model import Pin, Request, Resolution
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.urls import without_credentials

ALGORITHMS = ("sha256", "sha384", "sha512")
"""Digests that count: a lock with md5 alone promises nothing."""


def write(pylock: Pylock) -> str:
    """The text of a lock file."""
    import tomli_w  # 3 ms that a build from no lock does without

    return tomli_w.dumps(dict(pylock.to_dict()), multiline_strings=False)


def without_hash(resolution: Resolution) -> tuple[Pin, ...]:
    """The pins whose index gives no hash to lock: their files must be downloaded to know it."""
    return tuple(pin for pin in resolution.pins if pin.file.direct is None and not _hashes(pin.file))


def to_pylock(resolution: Resolution, requests: Sequence[Request], place: Place) -> Pylock:
    """A lock that holds exactly the pins, for the resolution's target alone.

    Raises InvalidLockError when a pin has no hash; see `without_hash`.
    """
    missing = without_hash(resolution)
    if missing:
        raise InvalidLockError(
            "A lock needs a hash for every file",
            evidence=[f"no index gives one for `{pin.file.filename}`" for pin in missing],
        )
    target = resolution.target
    pins = sorted(resolution.pins, key=lambda pin: pin.name)
    pylock = Pylock(
        lock_version=Version("1.0"),
        environments=[Marker(_environment(target))],
        requires_python=SpecifierSet(f"=={target.runtime.python}.*"),
        created_by="lbuild",
        packages=[_package(pin, requests, place) for pin in pins],
        tool={"lbuild": {"runtime": target.runtime.id, "arch": str(target.architecture)}},
    )
    pylock.validate()
    return pylock


def _environment(target: Target) -> str:
    environment = target.environment()
    keys = ("implementation_name", "sys_platform", "platform_machine", "python_version")
    return " and ".join(f'{key} == "{environment[key]}"' for key in keys)


def _package(pin: Pin, requests: Sequence[Request], place: Place) -> Package:
    file = pin.file
    common: dict[str, Any] = {
        "name": pin.name,
        "requires_python": _specifier(pin.requires_python),
        "dependencies": [{"name": name} for name in pin.dependencies] or None,
        "tool": _tool(pin),
    }
    if file.direct is not None:
        return Package(**common, **_direct(file, requests, place))
    fields: Mapping[str, Any] = {
        "name": file.filename,
        "upload_time": file.upload_time,
        **_location(file.url, place),
        "size": file.size,
        "hashes": _hashes(file),
    }
    index = without_credentials(file.index) if file.index.startswith(("https:", "http:")) else None
    if file.is_wheel:
        return Package(**common, version=pin.version, index=index, wheels=[PackageWheel(**fields)])
    return Package(**common, version=pin.version, index=index, sdist=PackageSdist(**fields))


def _tool(pin: Pin) -> dict[str, Any] | None:
    """What lbuild needs to know of a package beside what PEP 751 says."""
    ours: dict[str, Any] = {"extras": sorted(pin.extras)} if pin.extras else {}
    if pin.file.prebuilt:
        ours["prebuilt"] = True
    return {"lbuild": ours} if ours else None


def _direct(file: IndexFile, requests: Iterable[Request], place: Place) -> dict[str, Any]:
    """The one key of a package from a direct reference, whose version may change with its source."""
    reference = Reference.parse(file.direct or "")
    written = (Reference.parse(request.direct) for request in requests if request.direct)
    bare = without_credentials(reference.url)
    requested = next((each.revision for each in written if without_credentials(each.url) == bare), None)
    size = file.size if urlsplit(reference.url).path.endswith(".whl") else None
    source = entry(reference, requested, size, place)
    match source:
        case PackageVcs():
            return {"vcs": source}
        case PackageArchive():
            return {"archive": source}
        case PackageDirectory():
            return {"directory": source}


def _location(url: str, place: Place) -> dict[str, str]:
    path = place.path_of(url)
    return {"url": without_credentials(url)} if path is None else {"path": path}


def _hashes(file: IndexFile) -> dict[str, str]:
    return {algorithm: file.hashes[algorithm] for algorithm in ALGORITHMS if algorithm in file.hashes}


def _specifier(text: str | None) -> SpecifierSet | None:
    """None too for what no one can parse: it restricts nothing, and a lock may not hold it."""
    try:
        return None if text is None else SpecifierSet(text)
    except InvalidSpecifier:
        return None
