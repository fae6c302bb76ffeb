"""What JSON and HTML pages share: sound entries, hostile names, the versions that are spoken."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload
from urllib.parse import urljoin

from manylinux.errors import UsageError
from prebuilt_index.artefacts import IndexFile, ProjectStatus
from prebuilt_index.errors import HostileNameError, NotAnIndexError
from prebuilt_index.urls import redacted, split

PAGE_LIMIT = 50 * 1024 * 1024
"""Bytes of a page after decompression. The largest page of PyPI has 30 MB."""
FILE_LIMIT = 75_000
"""Files of a page. The largest page of PyPI lists some 25,000; each costs the resolver time and memory."""
NO_URL = "is listed without a URL that can be fetched"
NO_HASH = "is listed without a usable hash"
_HEX = "0123456789abcdef"
_DIGEST_LENGTHS = {
    "md5": 32,
    "sha1": 40,
    "sha224": 56,
    "sha256": 64,
    "sha384": 96,
    "sha512": 128,
    "sha3_256": 64,
    "sha3_384": 96,
    "sha3_512": 128,
    "blake2b": 128,
    "blake2s": 64,
}
_SEPARATORS = "/\\:"
_REMOTE = ("https://", "http://")
Entry = TypeVar("Entry")


class LazyFiles(Sequence[IndexFile], Generic[Entry]):
    """Files of a page, each built when first asked for: a page can list thousands and few are looked at."""

    __slots__ = ("_build", "_built", "_entries")

    def __init__(self, entries: Sequence[Entry], build: Callable[[Entry], IndexFile]) -> None:
        self._entries = entries
        self._build = build
        self._built: dict[int, IndexFile] = {}

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> IndexFile: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[IndexFile, ...]: ...

    def __getitem__(self, index: int | slice) -> IndexFile | tuple[IndexFile, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self._entries))))
        entry = self._entries[index]
        position = index % len(self._entries)
        if position not in self._built:
            self._built[position] = self._build(entry)
        return self._built[position]

    def __iter__(self) -> Iterator[IndexFile]:
        return (self[number] for number in range(len(self._entries)))


def unusable(filename: str, index: str, reason: str) -> IndexFile:
    """A file that is listed and cannot be had."""
    return IndexFile(filename=filename, url="", index=index, unusable=reason)


def refuse_hostile_names(names: Sequence[str], page_url: str) -> None:
    """Raise HostileNameError when a name is not one clean path component. Cheap when all are clean."""
    together = "".join(names)
    suspicious = not together.isprintable() or any(mark in together for mark in _SEPARATORS)
    if not suspicious and {"", ".", ".."}.isdisjoint(names):
        return
    hostile = [name for name in names if not is_clean_name(name)]
    if hostile:
        raise HostileNameError(
            f"`{redacted(page_url)}` lists a file name that is not one path component",
            evidence=[f"file name: {name!r:.200}" for name in hostile[:5]],
            hint="Do not use this index, or ask its owner; nothing was downloaded",
        )


def is_clean_name(name: str) -> bool:
    """Whether `name` can be one path component on every system."""
    return (
        name not in ("", ".", "..") and name.isprintable() and not any(mark in name for mark in _SEPARATORS)
    )


def is_digest(algorithm: str, value: object) -> bool:
    """Whether `value` is a hex digest as long as `algorithm` makes them."""
    length = _DIGEST_LENGTHS.get(algorithm.lower())
    return isinstance(value, str) and len(value) == length and not value.lower().strip(_HEX)


def known_digests(hashes: Mapping[str, object]) -> dict[str, str]:
    """The digests that can be checked here, lower case."""
    return {
        algorithm.lower(): str(value).lower()
        for algorithm, value in hashes.items()
        if is_digest(algorithm, value)
    }


def are_sound(hashes: Mapping[str, object]) -> bool:
    """Whether the digests can be checked: sha256 is well-formed where it stands, else one of them, if any."""
    if "sha256" in hashes:
        return is_digest("sha256", hashes["sha256"])
    return not hashes or bool(known_digests(hashes))


def is_fetchable(url: str, page_url: str) -> bool:
    """Whether files may be fetched from an absolute `url`: `file:` only when the page itself is local."""
    scheme = url[:8].lower()
    return scheme.startswith(_REMOTE) or (scheme.startswith("file://") and page_url.startswith("file://"))


def resolve(url: str, base: str, page_url: str) -> str | None:
    """`url`, written on a page with that base, made absolute; None when nothing may be fetched from it."""
    try:
        joined = urljoin(base, url)
        split(joined)
    except (ValueError, UsageError):
        return None
    return joined if url.isprintable() and is_fetchable(joined, page_url) else None


def check_api_version(version: str, page_url: str) -> None:
    """Raise NotAnIndexError unless `version` is 1.x; PEP 629 wants other major versions refused."""
    major, dot, minor = version.partition(".")
    if not (dot and major.isdecimal() and minor.isdecimal() and major.isascii() and minor.isascii()):
        raise not_an_index(page_url, f"its API version is {version!r:.40}")
    if major.lstrip("0") != "1":
        raise not_an_index(page_url, f"it speaks version {version:.40} of the simple API, lbuild version 1")


def read_status(value: object) -> ProjectStatus:
    """The PEP 792 status named by `value`; a name the PEP does not have counts as active."""
    known: Iterable[str] = tuple(ProjectStatus)
    return ProjectStatus(value) if isinstance(value, str) and value in known else ProjectStatus.ACTIVE


def not_an_index(page_url: str, reason: str, *evidence: str) -> NotAnIndexError:
    """The error that says why the answer from `page_url` is no page of an index."""
    return NotAnIndexError(
        f"`{redacted(page_url)}` is not an index page: {reason}",
        evidence=evidence,
        hint="Check the index URL, and that no proxy or login page answers in its place",
    )
