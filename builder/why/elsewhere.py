"""What the same requirements give on every other target."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from builder.errors import NoCompatibleArtifactError
from builder.model import Inputs, Request, ResolveOptions
from builder.ports import IndexFacts
from builder.resolve import solve
from builder.why.values import Outcome
from manylinux.errors import LbuildError
from manylinux.runtimes import runtimes
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.index.source import Stamp

PATIENCE = 2_000
"""Candidates tried in vain before a target is given up: each is one line of many."""


class Unbuilt:
    """An IndexFacts that builds no sdist for what is only told by the way; what was built once is known."""

    def __init__(self, facts: IndexFacts) -> None:
        self._facts = facts
        self._known: dict[str, bytes] = {}
        self.building = True
        """Whether metadata of an sdist may cost a build."""

    def page(self, project: NormalizedName) -> ProjectPage:
        return self._facts.page(project)

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        return self._facts.stamps(projects)

    def core_metadata(self, file: IndexFile) -> bytes:
        if file.is_wheel or self.building:
            found = self._known[file.url] = self._facts.core_metadata(file)
            return found
        if file.url not in self._known:
            raise NoCompatibleArtifactError(f"`{file.filename}` would have to be built to know what it needs")
        return self._known[file.url]

    def direct(self, request: Request) -> IndexFile:
        return self._facts.direct(request)

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self._facts.hint(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self._facts.hint_metadata(files)


def outcomes(
    project: NormalizedName, inputs: Inputs, here: Target, options: ResolveOptions, facts: Unbuilt
) -> Iterator[Outcome]:
    """Of every other target, the oldest Python first."""
    facts.building = False
    for target in other_targets(here):
        yield _outcome(project, inputs, target, options, facts)


def other_targets(here: Target) -> Iterator[Target]:
    """All but `here`; of each runtime first the architecture of `here`."""
    for runtime in runtimes():
        for architecture in sorted(runtime.architectures, key=lambda each: each is not here.architecture):
            target = Target(runtime=runtime, architecture=architecture)
            if target != here:
                yield target


def _outcome(
    project: NormalizedName, inputs: Inputs, target: Target, options: ResolveOptions, facts: IndexFacts
) -> Outcome:
    if not target.satisfies_python(inputs.requires_python):
        return Outcome(target=target, reason=f"the project needs Python {inputs.requires_python}")
    try:
        solution = solve(inputs.requests, inputs.constraints, target, options, facts, patience=PATIENCE)
    except LbuildError as error:
        # A target that nobody asked for: what is wrong there is part of the answer.
        summary = error.summary.removesuffix(f" on `{target.id}`")
        return Outcome(target=target, reason=summary, code=error.code)
    if project not in solution.reached:
        return Outcome(target=target, reason="not required there")
    candidate = solution.chosen[project]
    return Outcome(target=target, version=candidate.version, filename=candidate.file.filename)
