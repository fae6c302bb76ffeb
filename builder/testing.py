"""An index in memory: for tests of what resolves, without a network and without files.

index = MemoryIndex()
index.add("numpy-2.2.6-cp311-cp311-manylinux_2_17_x86_64.whl", requires_python=">=3.10")
index.add("scipy-1.15.3-py3-none-any.whl", requires=["numpy>=1.23"])
resolution = resolve(requests, (), target, ResolveOptions(), index)
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from packaging.utils import NormalizedName, canonicalize_name, parse_sdist_filename, parse_wheel_filename

from builder.model import Request
from prebuilt_index.artefacts import IndexFile, ProjectPage, ProjectStatus
from prebuilt_index.errors import ProjectNotFoundError
from prebuilt_index.index.source import Stamp

BASE = "https://files.example/"


@dataclass(slots=True)
class _Entry:
    files: list[IndexFile] = field(default_factory=list)
    status: ProjectStatus = ProjectStatus.ACTIVE
    status_reason: str | None = None


class MemoryIndex:
    """An `IndexFacts` that knows what it was told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked_pages: list[NormalizedName] = []
        self.asked_metadata: list[str] = []
        """File names, in the order in which their metadata was asked for."""
        self.hinted_pages: list[NormalizedName] = []
        self.hinted_metadata: list[str] = []
        self._projects: dict[NormalizedName, _Entry] = {}
        self._metadata: dict[str, bytes] = {}
        self._directs: dict[str, IndexFile] = {}

    # -- telling it ------------------------------------------------------------------------------------------

    def add(
        self,
        filename: str,
        *,
        requires: Iterable[str] = (),
        extras: Iterable[str] = (),
        requires_python: str | None = None,
        yanked: str | None = None,
        upload_time: datetime | None = None,
        hashes: Mapping[str, str] | None = None,
        size: int | None = None,
        metadata: bytes | None = None,
    ) -> IndexFile:
        """List a file; its hash follows from its name, its metadata from the arguments, if not given."""
        file = IndexFile(
            filename=filename,
            url=BASE + filename,
            hashes=_hashes(filename) if hashes is None else hashes,
            size=size,
            requires_python=requires_python,
            upload_time=upload_time,
            yanked=yanked,
            index=BASE,
        )
        name, version = _name_and_version(filename)
        self._metadata[file.url] = metadata or core_metadata(name, version, requires, extras, requires_python)
        self._entry(name).files.append(file)
        return file

    def add_direct(
        self,
        reference: str,
        filename: str,
        *,
        requires: Iterable[str] = (),
        extras: Iterable[str] = (),
        requires_python: str | None = None,
        exact: str | None = None,
    ) -> IndexFile:
        """Let `reference` (the `direct` of a Request) stand for a wheel of this name.

        `exact` is what it turned out to be: a commit, an archive's `#sha256=`.
        """
        file = IndexFile(
            filename=filename, url=reference, hashes=_hashes(reference), direct=exact or reference
        )
        name, version = _name_and_version(filename)
        self._metadata[file.url] = core_metadata(name, version, requires, extras, requires_python)
        self._directs[reference] = file
        return file

    def set_status(self, project: str, status: ProjectStatus, reason: str | None = None) -> None:
        """Mark a project (PEP 792)."""
        entry = self._entry(canonicalize_name(project))
        entry.status, entry.status_reason = status, reason

    def _entry(self, name: NormalizedName) -> _Entry:
        return self._projects.setdefault(name, _Entry())

    # -- the port --------------------------------------------------------------------------------------------

    def page(self, project: NormalizedName) -> ProjectPage:
        """The files that were added. Raises ProjectNotFoundError when there is none."""
        self.asked_pages.append(project)
        entry = self._projects.get(project)
        if entry is None:
            raise ProjectNotFoundError(f"No index knows `{project}`")
        return ProjectPage(
            name=project,
            files=tuple(entry.files),
            filenames=tuple(file.filename for file in entry.files),
            status=entry.status,
            status_reason=entry.status_reason,
            index=BASE,
            digest=_digest(entry),
        )

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        """Of all `projects`; those that were not added have no digest."""
        return {project: self._stamp(project) for project in projects}

    def _stamp(self, project: NormalizedName) -> Stamp:
        entry = self._projects.get(project)
        return Stamp(known=entry is not None, digest=_digest(entry) if entry else "", fresh_until=0.0)

    def core_metadata(self, file: IndexFile) -> bytes:
        self.asked_metadata.append(file.filename)
        return self._metadata[file.url]

    def direct(self, request: Request) -> IndexFile:
        return self._directs[request.direct or ""]

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self.hinted_pages.extend(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self.hinted_metadata.extend(file.filename for file in files)


def core_metadata(
    name: str,
    version: str,
    requires: Iterable[str] = (),
    extras: Iterable[str] = (),
    requires_python: str | None = None,
) -> bytes:
    """A METADATA file with these headers."""
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Python: {requires_python}"] if requires_python else []
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    return "\n".join([*lines, "", ""]).encode()


def _name_and_version(filename: str) -> tuple[NormalizedName, str]:
    if filename.endswith(".whl"):
        name, version, _, _ = parse_wheel_filename(filename)
    else:
        name, version = parse_sdist_filename(filename)
    return name, str(version)


def _digest(entry: _Entry) -> str:
    return sha256("\n".join(file.filename for file in entry.files).encode()).hexdigest()


def _hashes(content: str) -> dict[str, str]:
    return {"sha256": sha256(content.encode()).hexdigest()}
