"""Resolutions remembered: the same wish, over unchanged inputs and index pages, has the same answer.

A record holds the answer and the evidence it rests on: what the inputs' reader asked of the disk and the
environment, digest and freshness of every index page that was read, and the file behind every direct
reference. While the inputs are unchanged and every page is fresh the answer stands as it is, and nothing else
is looked at or even imported: that is each warm build. Once a page is stale each one is asked for again (a
cheap conditional request where the index allows it, and no parsing), and the answer stands if no digest has
changed.

Bucket and key: `Bucket.RESOLUTIONS`, the wish.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from builder.model import Pin, Resolution, Skip
from builder.watching import ABSENT, WatchedDisk, WatchedEnvironment, answer_of, digest_of
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from builder.disk import Disk
    from builder.model import Request
    from builder.ports import IndexFacts
    from manylinux.target import Target
    from prebuilt_index.index.source import Stamp

FORMAT = 5
"""Raised when a record's meaning changes, or the resolver's choices do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a resolution rests on."""

    inputs: tuple[tuple[str, str, str], ...] = ()
    """(question, path or variable, answer) of everything the inputs' reader asked."""
    pages: Mapping[str, str]
    """Project to the page's digest, or ABSENT."""
    fresh_until: float
    """Epoch seconds: the earliest of the pages'."""
    seen_at: float = 0.0
    """Epoch seconds: when all this was last looked at."""
    directs: Mapping[str, str]
    """Digest of a direct reference, which may hold credentials, to the sha256 of its file."""

    @property
    def projects(self) -> Sequence[NormalizedName]:
        """The projects whose pages were read."""
        return [_normalized(project) for project in self.pages]

    def stands_alone(self, now: float) -> bool:
        """Whether no index and no source needs to be asked whether it still holds."""
        # A clock that was set back would otherwise make an answer last as much longer.
        return not self.directs and self.seen_at <= now < self.fresh_until


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
            self._note(project, ABSENT, 0.0)
            raise
        except QuarantinedProjectError:
            self.stamps([project])  # it may be freed again
            raise
        self._note(project, page.digest, page.fresh_until)
        return page

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        stamps = self._facts.stamps(projects)
        for project, stamp in stamps.items():
            # For how long a project is unknown, no index says.
            self._note(project, stamp.digest, stamp.fresh_until if stamp.known else 0.0)
        return stamps

    def _note(self, project: str, digest: str, fresh_until: float) -> None:
        self._pages[project] = digest
        self._fresh_until = min(self._fresh_until, fresh_until)

    def core_metadata(self, file: IndexFile) -> bytes:
        return self._facts.core_metadata(file)

    def direct(self, request: Request) -> IndexFile:
        file = self._facts.direct(request)
        self._directs[_reference(request)] = file.hashes.get("sha256", ABSENT)
        return file

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self._facts.hint(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self._facts.hint_metadata(files)

    def evidence(self) -> Evidence:
        """What has been seen so far."""
        return Evidence(pages=self._pages, fresh_until=self._fresh_until, directs=self._directs)


def wish_key(parts: Iterable[object]) -> str:
    """The key of everything that decides a resolution but what is read: options, target, indexes, folder."""
    return sha256(json.dumps([FORMAT, *parts], default=str).encode()).hexdigest()


def with_inputs(evidence: Evidence, disk: WatchedDisk, environ: WatchedEnvironment) -> Evidence:
    """`evidence`, and what the inputs' reader has seen."""
    seen = {**disk.seen, **environ.seen}
    return replace(evidence, inputs=tuple((*question, answer) for question, answer in seen.items()))


def inputs_unchanged(evidence: Evidence, disk: Disk, environ: Mapping[str, str]) -> bool:
    """Whether the inputs' reader would see today what it saw."""
    return all(
        answer_of(question, about, disk, environ) == answer for question, about, answer in evidence.inputs
    )


def renewed(evidence: Evidence, requests: Iterable[Request], facts: IndexFacts) -> Evidence | None:
    """The evidence as it is today; None when it is not what it was, and the answer may be another."""
    witness = Witness(facts)
    for request in requests:
        if is_direct(request) and _reference(request) in evidence.directs:
            witness.direct(request)
    witness.stamps(evidence.projects)
    today = witness.evidence()
    same = (today.pages, today.directs) == (evidence.pages, evidence.directs)
    return replace(today, inputs=evidence.inputs) if same else None


def write(resolution: Resolution, evidence: Evidence) -> bytes:
    """The record of one resolution."""
    form = {
        "inputs": evidence.inputs,
        "pages": dict(evidence.pages),
        "fresh_until": evidence.fresh_until,
        "seen_at": evidence.seen_at,
        "directs": dict(evidence.directs),
        "pins": [_pin_form(pin) for pin in resolution.pins],
        "skips": [[skip.name, str(skip.taken), str(skip.skipped), skip.reason] for skip in resolution.skips],
        "warnings": list(resolution.warnings),
        "notes": list(resolution.notes),
    }
    return json.dumps(form, separators=(",", ":")).encode()


def read(record: bytes, target: Target) -> tuple[Resolution, Evidence]:
    """The inverse of `write`."""
    form = json.loads(record)
    resolution = Resolution(
        target=target,
        pins=tuple(_pin(each) for each in form["pins"]),
        skips=tuple(_skip(*each) for each in form["skips"]),
        warnings=tuple(form["warnings"]),
        notes=tuple(form["notes"]),
    )
    evidence = Evidence(
        inputs=tuple((question, about, answer) for question, about, answer in form["inputs"]),
        pages=form["pages"],
        fresh_until=form["fresh_until"],
        seen_at=form["seen_at"],
        directs=form["directs"],
    )
    return resolution, evidence


def is_direct(request: Request) -> bool:
    """Whether the request names a file, folder or URL instead of a version."""
    return request.direct is not None or (
        request.requirement is not None and request.requirement.url is not None
    )


def _reference(request: Request) -> str:
    url = request.direct or (request.requirement.url if request.requirement else None) or ""
    return digest_of(f"{url}#{request.subdirectory or ''}")


def _normalized(project: str) -> NormalizedName:
    from packaging.utils import NormalizedName  # 9 ms; a fresh record does without

    return NormalizedName(project)


def _skip(name: str, taken: str, skipped: str, reason: str) -> Skip:
    from packaging.version import Version

    return Skip(name=_normalized(name), taken=Version(taken), skipped=Version(skipped), reason=reason)


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
            file.prebuilt,
        ],
    }


def _pin(form: Mapping[str, Any]) -> Pin:
    filename, url, hashes, size, requires_python, upload_time, yanked, metadata_hashes, *rest = form["file"]
    index, direct, prebuilt = rest
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
        prebuilt=prebuilt,
    )
    from packaging.version import Version

    return Pin(
        name=form["name"],
        version=Version(form["version"]),
        file=file,
        extras=frozenset(form["extras"]),
        requires_python=form["requires_python"],
        dependencies=tuple(form["dependencies"]),
        required_by=tuple(form["required_by"]),
    )
