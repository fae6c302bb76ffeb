"""PEP 691 pages: JSON, read strictly where structure decides and leniently where one file's extras do."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from packaging.utils import NormalizedName, canonicalize_name

from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.simple.entries import (
    FILE_LIMIT,
    NO_HASH,
    NO_URL,
    PAGE_LIMIT,
    LazyFiles,
    are_sound,
    check_api_version,
    known_digests,
    not_an_index,
    read_status,
    refuse_hostile_names,
    resolve,
    unusable,
)
from prebuilt_index.urls import without_credentials

_Json = dict[str, Any]
_COMMA_LIMIT = 25 * FILE_LIMIT
"""An entry of three bytes (`{},`) takes a hundred of memory before it is counted. PyPI's have 12 commas."""
_HARMLESS = 6 * 1024 * 1024
"""Bytes of a page that take little memory whatever they say: not worth counting commas."""
_ABSENT = msgspec.Raw(b"null")
_VALUE_LIMIT = 64 * 1024
"""Bytes of an entry, or of a value beside the entries, that is read; the longest of PyPI have some 2,000."""


class _Meta(msgspec.Struct, rename="kebab"):
    api_version: msgspec.Raw = _ABSENT
    project_status: msgspec.Raw = _ABSENT
    project_status_reason: msgspec.Raw = _ABSENT


class _Envelope(msgspec.Struct):
    """A page whose files are only found, not read: a large page has thousands, and few are looked at."""

    files: list[msgspec.Raw]
    name: str
    meta: _Meta
    project_status: msgspec.Raw = msgspec.field(name="project-status", default=_ABSENT)


class _Named(msgspec.Struct):
    filename: str


class _Names(msgspec.Struct):
    files: list[_Named]


class _PerhapsNamed(msgspec.Struct):
    filename: msgspec.Raw = _ABSENT


class _PerhapsNames(msgspec.Struct):
    files: list[_PerhapsNamed]


_read_envelope = msgspec.json.Decoder(_Envelope).decode
_read_names = msgspec.json.Decoder(_Names).decode
_read_perhaps_names = msgspec.json.Decoder(_PerhapsNames).decode
_read_json = msgspec.json.Decoder().decode


def page_from_json(content: bytes, *, project: NormalizedName, page_url: str, index: str = "") -> ProjectPage:
    """The page in `content`, which `page_url` answered: 4 ms for the 4,400 files of numpy.

    An entry without a name is left out; one without a usable URL or hash says that it is unusable. Raises
    NotAnIndexError when `content` is no project page of API 1.x about `project`, or has more to say than any;
    HostileNameError when a file name is not one path component.
    """
    envelope = _load(content, page_url)
    _check_envelope(envelope, project, page_url)
    entries, names = _named(content, envelope.files, page_url)
    refuse_hostile_names(names, page_url)
    status, reason = _project_status(envelope)
    return ProjectPage(
        name=project,
        files=LazyFiles(
            range(len(entries)),
            lambda number: _index_file(names[number], _read_value(entries[number]), page_url, index),
        ),
        filenames=names,
        status=read_status(status),
        status_reason=reason if isinstance(reason, str) else None,
        index=index,
    )


def _load(content: bytes, page_url: str) -> _Envelope:
    if len(content) > PAGE_LIMIT:
        raise not_an_index(page_url, f"{len(content):,} bytes, more than {PAGE_LIMIT:,}")
    if len(content) > _HARMLESS and content.count(b",") > _COMMA_LIMIT:
        raise not_an_index(page_url, f"it has more than {_COMMA_LIMIT:,} values")
    try:
        envelope = _read_envelope(content)
    except msgspec.ValidationError as error:
        raise not_an_index(page_url, f"not a page of the simple API ({error})") from error
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        starts = content[:60].decode("utf-8", "replace")
        raise not_an_index(page_url, f"not valid JSON ({error})", f"begins: {starts!r}") from error
    if len(envelope.files) > FILE_LIMIT:
        raise not_an_index(page_url, f"it lists {len(envelope.files):,} files, more than {FILE_LIMIT:,}")
    return envelope


def _check_envelope(envelope: _Envelope, project: NormalizedName, page_url: str) -> None:
    version = _read_value(envelope.meta.api_version)
    if not isinstance(version, str):
        raise not_an_index(page_url, "no `meta.api-version`")
    check_api_version(version, page_url)
    if canonicalize_name(envelope.name) != project:
        raise not_an_index(page_url, f"it is about {envelope.name!r:.100}, not about `{project}`")


def _named(
    content: bytes, entries: list[msgspec.Raw], page_url: str
) -> tuple[Sequence[msgspec.Raw], Sequence[str]]:
    """The entries that have a file name, and those names. Most pages have no others."""
    try:
        return entries, [file.filename for file in _read_names(content).files]
    except msgspec.DecodeError:
        found = [_read_value(file.filename) for file in _perhaps_names(content, page_url)]
    named = [(entry, name) for entry, name in zip(entries, found, strict=True) if isinstance(name, str)]
    return [entry for entry, _ in named], [name for _, name in named]


def _perhaps_names(content: bytes, page_url: str) -> list[_PerhapsNamed]:
    try:
        return _read_perhaps_names(content).files
    except msgspec.DecodeError as error:
        raise not_an_index(page_url, f"not a page of the simple API ({error})") from error


def _index_file(filename: str, entry: object, page_url: str, index: str) -> IndexFile:
    """The file of an entry; with the reason, and no URL, when it cannot be used."""
    if not isinstance(entry, dict):
        return unusable(filename, index, "is listed with an entry that cannot be read")
    url, hashes = entry.get("url"), entry.get("hashes")
    absolute = resolve(url, page_url, page_url) if isinstance(url, str) else None
    if absolute is None:
        return unusable(filename, index, NO_URL)
    if not isinstance(hashes, dict) or not are_sound(hashes):
        return unusable(filename, index, NO_HASH)
    yanked = entry.get("yanked")
    return IndexFile(
        filename=filename,
        url=without_credentials(absolute),
        hashes=known_digests(hashes),
        size=_size(entry.get("size")),
        requires_python=_text(entry.get("requires-python")),
        upload_time=_moment(entry.get("upload-time")),
        yanked=(yanked if isinstance(yanked, str) else "") if yanked else None,
        metadata_hashes=_metadata_hashes(entry),
        index=index,
    )


def _size(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    # PEP 700 wants UTC; a time without a zone is read as that.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _metadata_hashes(entry: _Json) -> Mapping[str, str] | None:
    # PEP 714: `core-metadata` where it stands, else the older key.
    offered = entry.get("core-metadata", entry.get("dist-info-metadata"))
    if isinstance(offered, dict):
        return known_digests(offered) if are_sound(offered) else None
    return {} if offered is True else None


def _project_status(envelope: _Envelope) -> tuple[object, object]:
    """PEP 792's own object, or the flat keys in `meta` that its drafts had."""
    status, meta = _read_value(envelope.project_status), envelope.meta
    if isinstance(status, dict):
        return status.get("status"), status.get("reason")
    return _read_value(meta.project_status), _read_value(meta.project_status_reason)


def _read_value(raw: msgspec.Raw) -> object:
    """The value; None when it is too long to be of use, or is no JSON after all."""
    if len(memoryview(raw)) > _VALUE_LIMIT:
        return None
    try:
        value: object = _read_json(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    return value
