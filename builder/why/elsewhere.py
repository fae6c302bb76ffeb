"""What the same requirements give on every other target."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from packaging.utils import NormalizedName

from builder.errors import NoCompatibleArtifactError, ResolutionImpossibleError
from builder.model import Inputs, Request
from builder.ports import IndexFacts
from builder.resolve import solve
from builder.resolve.world import World
from builder.why.values import Outcome
from manylinux.errors import LbuildError
from manylinux.runtimes import runtimes
from manylinux.target import Target
from prebuilt_index.artefacts import IndexFile, ProjectPage
from prebuilt_index.index.source import Stamp

PATIENCE = 500
"""Candidates tried in vain before a target is given up: each is one line of many."""
LOOKED_INTO = 10
"""Versions of one project whose metadata is asked for by the way, on each target: a search that goes from one
to the next is about to fail, or takes long."""


class Thrifty:
    """An IndexFacts for an answer, and then for what is told by the way, which may not cost as much.

    By the way no sdist is built, and wheels of one version are taken to require the same: nearly all do, and
    asking each would be a request for every compiled project on every target.
    """

    def __init__(self, facts: IndexFacts) -> None:
        self._facts = facts
        self._known: dict[str, bytes] = {}
        """By file name or, of wheels, by what stands before their tags."""
        self._looked: Counter[str] | None = None
        """How many versions of each project were asked for by the way; None as long as any number may be."""

    def by_the_way(self) -> "Thrifty":
        """From now on, and anew with each call, only what costs little."""
        self._looked = Counter()
        return self

    def page(self, project: NormalizedName) -> ProjectPage:
        return self._facts.page(project)

    def stamps(self, projects: Sequence[NormalizedName]) -> Mapping[NormalizedName, Stamp]:
        return self._facts.stamps(projects)

    def core_metadata(self, file: IndexFile) -> bytes:
        key = _release(file)
        if self._looked is not None:
            if key in self._known:
                return self._known[key]
            self._spend(file, self._looked)
        found = self._known[key] = self._facts.core_metadata(file)
        return found

    def _spend(self, file: IndexFile, looked: Counter[str]) -> None:
        """Raises an error in place of what would take long."""
        if not file.is_wheel:
            raise NoCompatibleArtifactError(f"`{file.filename}` would have to be built to know what it needs")
        project = file.filename.partition("-")[0]
        looked[project] += 1
        if looked[project] > LOOKED_INTO:
            raise ResolutionImpossibleError(
                f"Given up after a look into {LOOKED_INTO} more versions of `{project}`"
            )

    def direct(self, request: Request) -> IndexFile:
        return self._facts.direct(request)

    def hint(self, projects: Iterable[NormalizedName]) -> None:
        self._facts.hint(projects)

    def hint_metadata(self, files: Iterable[IndexFile]) -> None:
        self._facts.hint_metadata(
            file for file in files if not (self._looked is not None and _release(file) in self._known)
        )


def _release(file: IndexFile) -> str:
    """`numpy-2.4.6` for each of its wheels; the whole name of an sdist."""
    return "-".join(file.filename.split("-", 2)[:2]) if file.is_wheel else file.filename


def outcomes(project: NormalizedName, inputs: Inputs, here: World, facts: Thrifty) -> Iterator[Outcome]:
    """Of every other target, the oldest Python first."""
    for target in other_targets(here.target):
        yield _outcome(project, inputs, target, here, facts.by_the_way())


def other_targets(here: Target) -> Iterator[Target]:
    """All but `here`; of each runtime first the architecture of `here`."""
    for runtime in runtimes():
        for architecture in sorted(runtime.architectures, key=lambda each: each is not here.architecture):
            target = Target(runtime=runtime, architecture=architecture)
            if target != here:
                yield target


def _outcome(
    project: NormalizedName, inputs: Inputs, target: Target, here: World, facts: IndexFacts
) -> Outcome:
    if not target.satisfies_python(inputs.requires_python):
        return Outcome(target=target, reason=f"the project needs Python {inputs.requires_python}")
    try:
        solution = solve(
            inputs.requests, inputs.constraints, target, here.options, facts, patience=PATIENCE, beside=here
        )
    except LbuildError as error:
        # A target that nobody asked for: what is wrong there is part of the answer.
        summary = error.summary.removesuffix(f" on `{target.id}`")
        return Outcome(target=target, reason=summary, code=error.code)
    if project not in solution.reached:
        return Outcome(target=target, reason="not required there")
    candidate = solution.chosen[project]
    return Outcome(target=target, version=candidate.version, filename=candidate.file.filename)
