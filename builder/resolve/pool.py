"""The candidates for each project, and what each of them demands in turn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.errors import InvalidRequirementError
from builder.model import Origin, Request
from builder.resolve.demands import ANY, Demand, Direct, UnusableRequirementError, demand_of, is_exact, shown
from builder.resolve.metadata import CoreMetadata
from builder.resolve.projects import Wish
from builder.resolve.world import World
from manylinux.versions import parsed_version
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.urls import redacted


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Candidate:
    """A file that may be pinned, with the extras asked of it. Compared by identity: there is one of each."""

    name: NormalizedName
    version: Version
    file: IndexFile
    extras: frozenset[NormalizedName]
    direct: Direct | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Pool:
    """Makes candidates, one object for each, under the user's constraints."""

    def __init__(self, world: World, constraints: Mapping[NormalizedName, Sequence[Request]]) -> None:
        self.world = world
        self._constraints = constraints
        self._constraint_demands: dict[NormalizedName, tuple[Demand, ...]] = {}
        self._candidates: dict[tuple[IndexFile | str, frozenset[NormalizedName]], Candidate] = {}
        self._dependencies: dict[Candidate, tuple[Demand, ...]] = {}
        self._hinted: set[str] = set()

    # -- candidates ------------------------------------------------------------------------------------------

    def candidates(self, name: NormalizedName, demands: Sequence[Demand]) -> Iterator[Candidate]:
        """What fulfils all demands on a project and the constraints on it, the one to try first first."""
        if any(demand.refusal for demand in demands):
            return
        extras = frozenset(extra for demand in demands for extra in demand.extras)
        everything = (*demands, *self.constraints(name))
        directs = [demand.direct for demand in everything if demand.direct]
        if directs:
            yield from self._direct_candidates(name, directs, everything, extras)
            return
        project = self.world.project(name)
        if project is None:
            return
        for choice in project.choices(self.wish(name, everything)):
            candidate = self._candidate(name, choice.version, choice.file, extras)
            self._hint_metadata(candidate.file)
            yield candidate

    def _direct_candidates(
        self,
        name: NormalizedName,
        directs: Sequence[Direct],
        demands: Sequence[Demand],
        extras: frozenset[NormalizedName],
    ) -> Iterator[Candidate]:
        """The one file that is pointed at, unless two are or a demand does not admit it."""
        direct = directs[0]
        if direct.refusal or any(other.reference != direct.reference for other in directs):
            return
        if not all(demand.allows(direct.version) for demand in demands):
            return
        if not _has_source_hash(direct.file, allowed_hashes(demands)):
            return
        yield self._candidate(name, direct.version, direct.file, extras, direct)

    def _candidate(
        self,
        name: NormalizedName,
        version: Version,
        file: IndexFile,
        extras: frozenset[NormalizedName],
        direct: Direct | None = None,
    ) -> Candidate:
        key = (direct.reference if direct else file.filename, extras)
        found = self._candidates.get(key)
        if found is None:
            found = Candidate(name=name, version=version, file=file, extras=extras, direct=direct)
            self._candidates[key] = found
        return found

    def with_extras(self, candidate: Candidate, extras: frozenset[NormalizedName]) -> Candidate:
        """The same file with other extras asked of it."""
        return self._candidate(candidate.name, candidate.version, candidate.file, extras, candidate.direct)

    def wish(self, name: NormalizedName, demands: Iterable[Demand]) -> Wish:
        """All demands on a project as one."""
        demands = tuple(demands)
        specifier = ANY
        for demand in demands:
            if len(demand.specifier):
                specifier = specifier & demand.specifier
        options = self.world.options
        return Wish(
            specifier=specifier,
            exact=is_exact(specifier),
            prereleases=options.allow_prereleases or bool(specifier.prereleases),
            hashes=allowed_hashes(demands),
            preferred=options.preferred.get(name),
            preference=options.preference,
        )

    def constraints(self, name: NormalizedName) -> tuple[Demand, ...]:
        """The constraints on a project; a direct reference among them is built once the project is needed."""
        found = self._constraint_demands.get(name)
        if found is None:
            found = tuple(
                demand_of(request, name, self.world.direct(request)[1] if request.direct else None)
                for request in self._constraints.get(name, ())
            )
            self._constraint_demands[name] = found
        return found

    def _hint_metadata(self, file: IndexFile) -> None:
        """Say once that a wheel's metadata will be asked for; an sdist's may need a build, so is not."""
        if file.is_wheel and file.filename not in self._hinted:
            self._hinted.add(file.filename)
            self.world.facts.hint_metadata([file])

    # -- what candidates demand ------------------------------------------------------------------------------

    def dependencies(self, candidate: Candidate) -> tuple[Demand, ...]:
        """What a candidate demands on the target; a fault in it is a demand that nothing fulfils."""
        found = self._dependencies.get(candidate)
        if found is None:
            found = self._dependencies[candidate] = self._read_dependencies(candidate)
            self.world.facts.hint([demand.name for demand in found if not (demand.direct or demand.refusal)])
        return found

    def known_dependencies(self, candidate: Candidate) -> tuple[Demand, ...]:
        """What a candidate demands if that was already read, else nothing."""
        return self._dependencies.get(candidate, ())

    def explored(self) -> Iterable[tuple[Candidate, tuple[Demand, ...]]]:
        """Every candidate whose demands were asked for, with them."""
        return self._dependencies.items()

    def _read_dependencies(self, candidate: Candidate) -> tuple[Demand, ...]:
        metadata = self.world.metadata(candidate.file)
        fault = self._fault(candidate, metadata)
        if fault is not None:
            return (refusing(candidate, fault),)
        try:
            return tuple(
                self._dependency(candidate, requirement)
                for requirement in self._applying(candidate, metadata.requires_dist)
            )
        except UnusableRequirementError as error:
            return (refusing(candidate, str(error)),)

    def _fault(self, candidate: Candidate, metadata: CoreMetadata) -> str | None:
        """What in the metadata forbids the candidate."""
        judge = self.world.judge
        if not judge.satisfies_python(metadata.requires_python):
            return judge.needs_other_python(metadata.requires_python or "").reason
        if metadata.name and canonicalize_name(metadata.name) != candidate.name:
            return f"calls itself `{metadata.name}` in its metadata"
        if metadata.version and not _is(candidate.version, metadata.version):
            return f"calls itself version `{metadata.version}` in its metadata"
        return None

    def _applying(self, candidate: Candidate, lines: Sequence[str]) -> Iterable[Requirement]:
        """The requirements that hold; those on the project itself (`all = ["x[a,b]"]`) are followed here."""
        extras = candidate.extras
        while True:
            found = tuple(self.world.requirements.applying(lines, extras))
            own = [each for each in found if canonicalize_name(each.name) == candidate.name and not each.url]
            more = extras.union(canonicalize_name(extra) for each in own for extra in each.extras)
            if more == extras:
                # A requirement on another version of itself stays, and fails as it must.
                met = {
                    id(each) for each in own if each.specifier.contains(candidate.version, prereleases=True)
                }
                return tuple(each for each in found if id(each) not in met)
            extras = more

    def _dependency(self, candidate: Candidate, requirement: Requirement) -> Demand:
        name = canonicalize_name(requirement.name)
        extras = frozenset(canonicalize_name(extra) for extra in requirement.extras)
        if requirement.url:
            return self._direct_dependency(candidate, requirement, name, extras)
        return Demand(
            name=name,
            text=shown(name, extras, requirement.specifier),
            specifier=requirement.specifier,
            extras=extras,
        )

    def _direct_dependency(
        self,
        candidate: Candidate,
        requirement: Requirement,
        name: NormalizedName,
        extras: frozenset[NormalizedName],
    ) -> Demand:
        url, _, fragment = (requirement.url or "").partition("#")
        if url.partition(":")[0].lower().rpartition("+")[2] == "file" and candidate.direct is None:
            # What an index hands out has no business with files of this machine.
            raise UnusableRequirementError(
                f"requires a file of this machine, `{requirement.name} @ {redacted(url)}`"
            )
        options = dict(part.partition("=")[::2] for part in fragment.split("&"))
        request = Request(
            origin=Origin(source=str(candidate)),
            requirement=requirement,
            direct=url,
            extras=extras,
            hashes=frozenset({f"sha256:{options['sha256']}"} if "sha256" in options else ()),
            subdirectory=options.get("subdirectory"),
        )
        try:
            _, direct = self.world.direct(request)
        except InvalidRequirementError as error:
            raise UnusableRequirementError(
                f"requires `{requirement.name} @ {redacted(url)}`, which is another project"
            ) from error
        return Demand(
            name=name,
            text=shown(name, extras, requirement.specifier, redacted(url)),
            extras=extras,
            direct=direct,
            hashes=request.hashes,
        )


def allowed_hashes(demands: Iterable[Demand]) -> frozenset[str] | None:
    """The hashes every demand that names some admits; None when none does."""
    allowed: frozenset[str] | None = None
    for demand in demands:
        if demand.hashes:
            allowed = demand.hashes if allowed is None else allowed & demand.hashes
    return allowed


def _has_source_hash(file: IndexFile, allowed: frozenset[str] | None) -> bool:
    """Whether the source of a direct file, which its exact reference names, is one of `allowed`."""
    _, _, fragment = (file.direct or "").partition("#")
    options = dict(part.partition("=")[::2] for part in fragment.split("&"))
    strong = [each for each in allowed or () if each.startswith("sha256:")]
    return not strong or f"sha256:{options.get('sha256')}" in strong


def refusing(candidate: Candidate, reason: str) -> Demand:
    """A demand nothing fulfils: how a candidate with a fault is passed over."""
    return Demand(name=NormalizedName(f"<{candidate}>"), text=reason, refusal=reason)


def _is(version: Version, text: str) -> bool:
    return parsed_version(text) == version
