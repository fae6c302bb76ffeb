"""Resolutions remembered: the same question to unchanged index pages has the same answer.

A record holds the answer and the evidence it rests on: digest and freshness of every index page that was
read, and the file behind every direct reference. While every page is fresh the answer stands as it is. Once
one is stale each page is asked for again (a cheap conditional request where the index allows it), and the
answer stands if no digest has changed. Bucket and key: `Bucket.RESOLUTIONS`, see `question`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.model import Inputs, Pin, Request, Resolution, ResolveOptions, Skip
from builder.ports import IndexFacts
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.errors import ProjectNotFoundError

FORMAT = 1
UNKNOWN = ""
"""Stands for the digest of a page that no index has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a resolution rests on."""

    pages: Mapping[str, str]
    """Project to the page's digest, or UNKNOWN."""
    fresh_until: float
    """Epoch seconds: the earliest of the pages'."""
    directs: Mapping[str, str]
    """Direct reference to the sha256 of its file."""


class Witness:
    """An IndexFacts that remembers what it was asked and told."""

    def __init__(self, facts: IndexFacts) -> None:
        self._facts = facts
        self._pages: dict[str, str] = {}
        self._directs: dict[str, str] = {}
        self._fresh_until = float("inf")

    def page(self, project: NormalizedName) -> ProjectPage:
        try:
            page = self._facts.page(project)
        except ProjectNotFoundError:
            self._pages[project] = UNKNOWN
            raise
        self._pages[project] = page.digest
        self._fresh_until = min(self._fresh_until, page.fresh_until)
        return page

    def core_metadata(self, file: IndexFile) -> bytes:
        return self._facts.core_metadata(file)

    def direct(self, request: Request) -> IndexFile:
        file = self._facts.direct(request)
        self._directs[_reference(request)] = file.hashes.get("sha256", "")
        return file

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self._facts.hint(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self._facts.hint_metadata(files)

    def evidence(self) -> Evidence:
        """What has been seen so far."""
        return Evidence(pages=self._pages, fresh_until=self._fresh_until, directs=self._directs)


def question(inputs: Inputs, target: Target, options: ResolveOptions, indexes: Iterable[str]) -> str:
    """The key of a resolution: everything that decides it, but for what the indexes say."""
    parts: list[object] = [
        FORMAT,
        target.id,
        sorted(_request_key(request) for request in inputs.requests),
        sorted(_request_key(request) for request in inputs.constraints),
        list(indexes),
        options.preference.value,
        options.allow_prereleases,
        options.require_hashes,
        sorted(options.format_control.only_binary),
        sorted(options.format_control.no_binary),
        str(options.exclude_newer),
        sorted(options.excluded.items()),
        sorted((name, str(version)) for name, version in options.preferred.items()),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()


def write(resolution: Resolution, evidence: Evidence) -> bytes:
    """The record of one resolution."""
    form = {
        "pages": dict(evidence.pages),
        "fresh_until": evidence.fresh_until,
        "directs": dict(evidence.directs),
        "pins": [_pin_form(pin) for pin in resolution.pins],
        "skips": [[skip.name, str(skip.taken), str(skip.skipped), skip.reason] for skip in resolution.skips],
        "warnings": list(resolution.warnings),
    }
    return json.dumps(form, separators=(",", ":")).encode()


def read(record: bytes, target: Target) -> tuple[Resolution, Evidence]:
    """The inverse of `write`."""
    form = json.loads(record)
    resolution = Resolution(
        target=target,
        pins=tuple(_pin(each) for each in form["pins"]),
        skips=tuple(
            Skip(name=name, taken=Version(taken), skipped=Version(skipped), reason=reason)
            for name, taken, skipped, reason in form["skips"]
        ),
        warnings=tuple(form["warnings"]),
    )
    evidence = Evidence(pages=form["pages"], fresh_until=form["fresh_until"], directs=form["directs"])
    return resolution, evidence


def still_holds(
    evidence: Evidence, requests: Iterable[Request], facts: IndexFacts, now: float | None
) -> bool:
    """Whether a resolution that rests on `evidence` would come out the same today.

    `now` is None when no freshness counts: every page is asked for again.
    """
    directs = {_reference(request): request for request in requests if is_direct(request)}
    if any(reference not in directs for reference in evidence.directs):
        return False
    if any(_digest_of(facts, directs[reference]) != digest for reference, digest in evidence.directs.items()):
        return False
    if now is not None and now < evidence.fresh_until:
        return True
    projects = [NormalizedName(project) for project in evidence.pages]
    facts.hint(projects)
    return all(_page_digest(facts, project) == evidence.pages[project] for project in projects)


def is_direct(request: Request) -> bool:
    """Whether the request names a file, folder or URL instead of a version."""
    return request.direct is not None or (
        request.requirement is not None and request.requirement.url is not None
    )


def _digest_of(facts: IndexFacts, request: Request) -> str:
    return facts.direct(request).hashes.get("sha256", "")


def _page_digest(facts: IndexFacts, project: NormalizedName) -> str:
    try:
        return facts.page(project).digest
    except ProjectNotFoundError:
        return UNKNOWN


def _reference(request: Request) -> str:
    url = request.direct or (request.requirement.url if request.requirement else None) or ""
    return f"{url}#{request.subdirectory or ''}"


def _request_key(request: Request) -> list[object]:
    return [
        str(request.requirement),
        request.direct,
        sorted(request.extras),
        str(request.marker),
        sorted(request.hashes),
        request.subdirectory,
        sorted(request.config_settings.items()),
        # Where it was written is part of the answer: pins name their requirers.
        str(request.origin),
    ]


def _pin_form(pin: Pin) -> dict[str, Any]:
    file = pin.file
    return {
        "name": pin.name,
        "version": str(pin.version),
        "extras": sorted(pin.extras),
        "requires_python": pin.requires_python,
        "dependencies": list(pin.dependencies),
        "required_by": list(pin.required_by),
        "file": [
            file.filename,
            file.url,
            dict(file.hashes),
            file.size,
            file.requires_python,
            None if file.upload_time is None else file.upload_time.isoformat(),
            file.yanked,
            None if file.metadata_hashes is None else dict(file.metadata_hashes),
            file.index,
            file.direct,
        ],
    }


def _pin(form: Mapping[str, Any]) -> Pin:
    filename, url, hashes, size, requires_python, upload_time, yanked, metadata_hashes, index, direct = form[
        "file"
    ]
    file = IndexFile(
        filename=filename,
        url=url,
        hashes=hashes,
        size=size,
        requires_python=requires_python,
        upload_time=None if upload_time is None else datetime.fromisoformat(upload_time),
        yanked=yanked,
        metadata_hashes=metadata_hashes,
        index=index,
        direct=direct,
    )
    return Pin(
        name=NormalizedName(form["name"]),
        version=Version(form["version"]),
        file=file,
        extras=frozenset(form["extras"]),
        requires_python=form["requires_python"],
        dependencies=tuple(NormalizedName(each) for each in form["dependencies"]),
        required_by=tuple(form["required_by"]),
    )
