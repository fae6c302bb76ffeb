"""PEP 691 pages: JSON, read strictly where structure decides and leniently where one file's extras do."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import urljoin

from packaging.utils import NormalizedName, canonicalize_name

from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.simple.entries import (
    PAGE_LIMIT,
    LazyFiles,
    are_plain,
    are_sound,
    check_api_version,
    known_digests,
    not_an_index,
    read_status,
    refuse_hostile_names,
    resolve,
)
from prebuilt_index.urls import without_credentials

_Json = dict[str, Any]


def page_from_json(content: bytes, *, project: NormalizedName, page_url: str, index: str = "") -> ProjectPage:
    """The page in `content`, which `page_url` answered. Costs little more than `json.loads`.

    An entry without a usable name, URL or hash is left out. Raises NotAnIndexError when `content` is no
    project page of API 1.x about `project`, HostileNameError when a file name is not one path component.
    """
    document = _load(content, page_url)
    _check_envelope(document, project, page_url)
    entries = _sound(document["files"], page_url)
    names = [entry["filename"] for entry in entries]
    refuse_hostile_names(names, page_url)
    status, reason = _project_status(document)
    return ProjectPage(
        name=project,
        files=LazyFiles(entries, lambda entry: _index_file(entry, page_url, index)),
        filenames=names,
        status=read_status(status),
        status_reason=reason if isinstance(reason, str) else None,
        index=index,
    )


def _load(content: bytes, page_url: str) -> _Json:
    if len(content) > PAGE_LIMIT:
        raise not_an_index(page_url, f"{len(content):,} bytes, more than {PAGE_LIMIT:,}")
    try:
        document = json.loads(
            content.decode("utf-8"), object_pairs_hook=_no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:
        starts = content[:60].decode("utf-8", "replace")
        raise not_an_index(page_url, f"not valid JSON ({error})", f"begins: {starts!r}") from error
    if not isinstance(document, dict):
        raise not_an_index(page_url, f"a JSON {type(document).__name__}, not an object")
    return document


def _no_duplicates(pairs: list[tuple[str, Any]]) -> _Json:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return members


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _check_envelope(document: _Json, project: NormalizedName, page_url: str) -> None:
    meta = document.get("meta")
    version = meta.get("api-version") if isinstance(meta, dict) else None
    if not isinstance(version, str):
        raise not_an_index(page_url, "no `meta.api-version`")
    check_api_version(version, page_url)
    name = document.get("name")
    if not isinstance(name, str):
        raise not_an_index(page_url, "no `name`")
    if canonicalize_name(name) != project:
        raise not_an_index(page_url, f"it is about {name!r:.100}, not about `{project}`")
    files = document.get("files")
    if not isinstance(files, list) or not all(type(entry) is dict for entry in files):
        raise not_an_index(page_url, "`files` is not a list of objects")


def _sound(entries: list[_Json], page_url: str) -> list[_Json]:
    """The entries that have what no file can do without. Large pages are plain, and cost little."""
    try:
        digests = [entry["hashes"]["sha256"] for entry in entries]
        plain = are_plain([entry["url"] for entry in entries], digests)
        plain = plain and {type(entry["filename"]) for entry in entries} == {str}
    except (KeyError, TypeError, AttributeError):
        plain = False
    return entries if plain else [entry for entry in entries if _is_sound(entry, page_url)]


def _is_sound(entry: _Json, page_url: str) -> bool:
    filename, url, hashes = entry.get("filename"), entry.get("url"), entry.get("hashes")
    if not isinstance(filename, str) or not isinstance(url, str) or not isinstance(hashes, dict):
        return False
    return resolve(url, page_url, page_url) is not None and are_sound(hashes)


def _index_file(entry: _Json, page_url: str, index: str) -> IndexFile:
    yanked = entry.get("yanked")
    return IndexFile(
        filename=entry["filename"],
        url=_absolute(entry["url"], page_url),
        hashes=known_digests(entry["hashes"]),
        size=_size(entry.get("size")),
        requires_python=_text(entry.get("requires-python")),
        upload_time=_moment(entry.get("upload-time")),
        yanked=(yanked if isinstance(yanked, str) else "") if yanked else None,
        metadata_hashes=_metadata_hashes(entry),
        index=index,
    )


def _absolute(url: str, page_url: str) -> str:
    plain = url.startswith("https://") and "@" not in url and "#" not in url
    return url if plain else without_credentials(urljoin(page_url, url))


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


def _project_status(document: _Json) -> tuple[object, object]:
    """PEP 792's own object, or the flat keys in `meta` that its drafts had."""
    status = document.get("project-status")
    if isinstance(status, dict):
        return status.get("status"), status.get("reason")
    meta = document["meta"]
    return meta.get("project-status", status), meta.get("project-status-reason")
