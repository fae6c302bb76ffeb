"""The files of an index page sorted into versions, by a cheap look at their names.

A large page lists thousands of files of a thousand versions, and the newest few decide. So a name is cut, not
parsed, tags are looked at later, and a `Version` (2 microseconds, and as much again to hash and sort) is made
of a text only when somebody comes to it; plain release numbers are sorted as tuples. Specs: binary
distribution format (wheel names), PEP 440 (order), PEP 625 and what came before it (sdist names).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from packaging.specifiers import Specifier, SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

SDIST_SUFFIXES = (".tar.gz", ".zip", ".tgz")
"""Those that can be built."""

_Key: TypeAlias = tuple[int, tuple[int, ...], int, Version | None]
"""Epoch; release without zeros at its end; before (-1), at or after the final version; what settles a tie."""


class Releases:
    """Which files of a page belong to which version."""

    def __init__(self, project: NormalizedName, filenames: Sequence[str]) -> None:
        self._texts: dict[_Key, str] = {}
        self._positions: dict[_Key, list[int]] = {}
        for text, positions in _by_text(project, filenames).items():
            key = _key_of_text(text)
            if key is not None:
                self._texts.setdefault(key, text)
                # `1.0` and `1.0.0` are one version.
                self._positions.setdefault(key, []).extend(positions)
        self._keys = sorted(self._texts)
        self._versions: dict[_Key, Version] = {}

    def __iter__(self) -> Iterator[Version]:
        """Every version, newest first."""
        return self._newest_first(0, len(self._keys))

    def near(self, specifier: SpecifierSet) -> Iterator[Version]:
        """Every version the specifier may admit, and perhaps some around them, newest first.

        A search that fails asks for an empty range again and again: it must not cost a look at every version.
        """
        low = max((_key(part, -2) for part in map(_floor, specifier) if part is not None), default=None)
        high = min((_key(part, 2) for part in map(_ceiling, specifier) if part is not None), default=None)
        return self._newest_first(
            0 if low is None else bisect_left(self._keys, low),
            len(self._keys) if high is None else bisect_right(self._keys, high),
        )

    def _newest_first(self, start: int, end: int) -> Iterator[Version]:
        for index in range(end - 1, start - 1, -1):
            key = self._keys[index]
            version = self._versions.get(key)
            if version is None:
                version = self._versions[key] = Version(self._texts[key])
            yield version

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, version: Version) -> bool:
        return _key(version) in self._positions

    def positions(self, version: Version) -> Sequence[int]:
        """Where on the page the files of a version stand; it must be one of this page."""
        return self._positions[_key(version)]


def _by_text(project: NormalizedName, filenames: Sequence[str]) -> dict[str, list[int]]:
    """The positions of wheels and sdists under their version as written; other files are left out."""
    found: dict[str, list[int]] = {}
    prefixes = (f"{project}-", f"{project.replace('-', '_')}-")
    # The wheels of one version mostly follow one another: `numpy-2.4.6-` is the next one's beginning too.
    beginning, here = "/", list[int]()
    for position, filename in enumerate(filenames):
        if filename.endswith(".whl"):
            if filename.startswith(beginning):
                here.append(position)
                continue
            parts = filename.split("-", 2)
            text = parts[1] if len(parts) == 3 else ""
            here = found.setdefault(text, [])
            beginning = f"{parts[0]}-{text}-" if text else "/"
            here.append(position)
        elif filename.endswith(".tar.gz") and filename.startswith(prefixes):
            # What nearly every sdist is called.
            found.setdefault(filename[len(project) + 1 : -7], []).append(position)
        else:
            found.setdefault(_sdist_version(project, filename), []).append(position)
    found.pop("", None)
    return found


def _sdist_version(project: NormalizedName, filename: str) -> str:
    """What follows the project's name: names before PEP 625 hold `-` themselves, and so may old versions."""
    suffix = next((suffix for suffix in SDIST_SUFFIXES if filename.endswith(suffix)), None)
    if suffix is None:
        return ""
    stem = filename[: -len(suffix)]
    at = stem.find("-")
    while at != -1:
        if canonicalize_name(stem[:at]) == project:
            return stem[at + 1 :]
        at = stem.find("-", at + 1)
    return ""


def _key_of_text(text: str) -> _Key | None:
    """The key of a version as written; None when it is none."""
    if text.replace(".", "").isdecimal() and text.isascii():
        try:
            return (0, _trimmed(tuple(map(int, text.split(".")))), 0, None)
        except ValueError:
            # `1..0`, or a number of thousands of digits.
            return None
    try:
        return _key(Version(text))
    except ValueError:
        return None


def _key(version: Version, phase: int | None = None) -> _Key:
    """The key of a version; with `phase`, one before (-2) or after (2) everything with its release number."""
    release = _trimmed(version.release)
    if phase is not None:
        return (version.epoch, release, phase, None)
    if version.pre is not None or (version.dev is not None and version.post is None):
        return (version.epoch, release, -1, version)
    if version.post is not None or version.local is not None:
        return (version.epoch, release, 1, version)
    return (version.epoch, release, 0, None)


def _floor(specifier: Specifier) -> Version | None:
    """A version with a release number below which the specifier admits none; None where there is no such."""
    if specifier.operator in ("==", "~=", ">=", ">"):
        return Version(specifier.version.removesuffix(".*"))
    return None


def _ceiling(specifier: Specifier) -> Version | None:
    """A version with a release number above which the specifier admits none; None where there is no such."""
    if specifier.operator in ("<", "<=") or (specifier.operator == "==" and specifier.version[-1] != "*"):
        return Version(specifier.version)
    if specifier.operator in ("==", "~="):
        named = Version(specifier.version.removesuffix(".*"))
        # `==1.4.*` and `~=1.4.2` end below 1.5.
        prefix = named.release if specifier.operator == "==" else named.release[:-1]
        following = (*prefix[:-1], prefix[-1] + 1)
        return Version(f"{named.epoch}!{'.'.join(map(str, following))}")
    return None


def _trimmed(release: tuple[int, ...]) -> tuple[int, ...]:
    length = len(release)
    while length and release[length - 1] == 0:
        length -= 1
    return release if length == len(release) else release[:length]
