"""What the resolver knows of the world: facts asked for once, parsed once, and kept while it runs."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from packaging.utils import (
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import Version

from builder.errors import InvalidRequirementError
from builder.model import Request, ResolveOptions
from builder.ports import IndexFacts
from builder.resolve.demands import Dependencies, Direct
from builder.resolve.judging import Judge
from builder.resolve.metadata import CoreMetadata, read_metadata
from builder.resolve.projects import Project
from manylinux.errors import LbuildError
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile, ProjectStatus
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError

Found = TypeVar("Found")


class World:
    """The facts behind one resolution."""

    def __init__(
        self, facts: IndexFacts, target: Target, options: ResolveOptions, beside: "World | None" = None
    ) -> None:
        self.facts = facts
        self._beside = beside
        """Of another target, whose pages need not be sorted again."""
        self.target = target
        self.options = options
        self.environment: Mapping[str, str] = target.environment()
        self.judge = Judge(target, options)
        self.requirements = Dependencies(self.environment)
        self.absent: dict[NormalizedName, ProjectNotFoundError | QuarantinedProjectError] = {}
        """Projects that cannot be had, and what was said of them."""
        self._projects: dict[NormalizedName, Project | None] = {}
        self._metadata: dict[tuple[str, str], CoreMetadata] = {}
        self._directs: dict[tuple[str, frozenset[str]], tuple[NormalizedName, Direct]] = {}
        self._failures: dict[object, LbuildError] = {}

    def project(self, name: NormalizedName) -> Project | None:
        """The project, or None when no index has it or it is quarantined: `absent` then says which."""
        if name not in self._projects:
            self._projects[name] = self._once(name, lambda: self._ask_for(name))
        return self._projects[name]

    def knows(self, name: NormalizedName) -> bool:
        """Whether the project was asked for."""
        return name in self._projects

    def _ask_for(self, name: NormalizedName) -> Project | None:
        known = None if self._beside is None else self._beside._projects.get(name)
        if known is not None:
            return known.seen_by(self.judge)
        try:
            page = self.facts.page(name)
        except (ProjectNotFoundError, QuarantinedProjectError) as error:
            # A version that needs such a project is passed over; if none is left, this error is told.
            self.absent[name] = error
            return None
        if page.status is ProjectStatus.QUARANTINED:
            self.absent[name] = QuarantinedProjectError(
                f"The index has quarantined `{name}`",
                evidence=[f"reason given: {page.status_reason}"] if page.status_reason else (),
                hint="It may be malicious: use another project, or wait until the index clears it",
            )
            return None
        return Project(page, self.judge)

    def metadata(self, file: IndexFile) -> CoreMetadata:
        """The core metadata of a file."""
        key = (file.filename, file.url)
        found = self._metadata.get(key)
        if found is None:
            data = self._once(key, lambda: self.facts.core_metadata(file))
            found = self._metadata[key] = read_metadata(data)
        return found

    def direct(self, request: Request) -> tuple[NormalizedName, Direct]:
        """The project and the file that a direct reference stands for.

        Raises InvalidRequirementError when the file is of another project than the request names.
        """
        reference = f"{request.direct}#{request.subdirectory or ''}"
        key = (reference, request.hashes)  # the file is checked against the hashes of each request
        found = self._directs.get(key)
        if found is None:
            file = self.facts.direct(request)
            name, version = name_and_version(file)
            refusal = self.judge.judge_direct(file)
            direct = Direct(reference=reference, file=file, version=version, refusal=refusal)
            found = self._directs[key] = (name, direct)
        _check_name(request, found[0])
        return found

    def _once(self, key: object, ask: Callable[[], Found]) -> Found:
        """What `ask` gives; a failure is kept, as asking an unreachable server again takes long."""
        if key in self._failures:
            raise self._failures[key]
        try:
            return ask()
        except LbuildError as error:
            self._failures[key] = error
            raise


def name_and_version(file: IndexFile) -> tuple[NormalizedName, Version]:
    """What a file's name says. Raises InvalidRequirementError when it says nothing."""
    try:
        if file.is_wheel:
            name, version, _, _ = parse_wheel_filename(file.filename)
            return name, version
        return parse_sdist_filename(file.filename)
    except ValueError as error:
        raise InvalidRequirementError(
            f"`{file.filename}` is the name of neither a wheel nor an sdist", evidence=[str(error)]
        ) from error


def _check_name(request: Request, found: NormalizedName) -> None:
    requirement = request.requirement
    if requirement is None or canonicalize_name(requirement.name) == found:
        return
    raise InvalidRequirementError(
        f"The direct reference for `{requirement.name}` holds another project, `{found}`",
        evidence=[f"written in {request.origin}"],
        hint=f"Write `{found} @` before the URL",
    )
