"""Requirements as the resolver weighs them, with markers already decided for the target."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.model import Request
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.urls import redacted

ANY = SpecifierSet()
_LONGEST = 1000
"""Characters of a version; Python itself refuses to read numbers of more than 4,300 digits."""


class UnusableRequirementError(Exception):
    """A requirement in a package's metadata that nobody can follow; that version is passed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct:
    """The one file that may satisfy a requirement written as a direct reference."""

    reference: str
    """What tells two references apart: URL and subdirectory."""
    file: IndexFile
    version: Version
    refusal: str | None = None
    """Why the file does not load on the target."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """One requirement on one project. Compared by identity, as the resolver asks about each very often."""

    name: NormalizedName
    text: str
    """As people know it: `numpy<3,>=2`."""
    specifier: SpecifierSet = ANY
    extras: frozenset[NormalizedName] = frozenset()
    direct: Direct | None = None
    hashes: frozenset[str] = frozenset()
    origin: str | None = None
    """`requirements.txt:12`; None when a package asks."""
    refusal: str | None = None
    """Why nothing can satisfy it: such a demand stands for a fault in the package that makes it."""
    verdicts: dict[Version, bool] = field(default_factory=dict, repr=False)
    """A cache: asked of every pin in every round."""

    def allows(self, version: Version) -> bool:
        """Whether the specifier admits `version`; that pre-releases were let in is decided elsewhere."""
        verdict = self.verdicts.get(version)
        if verdict is None:
            verdict = self.verdicts[version] = self.specifier.contains(version, prereleases=True)
        return verdict


def is_exact(specifier: SpecifierSet) -> bool:
    """Whether one version is named: `==1.0` or `===1.0`, not `==1.*`."""
    return any(
        part.operator == "===" or (part.operator == "==" and not part.version.endswith(".*"))
        for part in specifier
    )


def is_bounded_above(specifier: SpecifierSet) -> bool:
    """Whether newer versions than some are ruled out."""
    return any(part.operator in ("<", "<=", "~=") or part.version.endswith(".*") for part in specifier)


def applies(request: Request, environment: Mapping[str, str]) -> bool:
    """Whether a request's marker holds on the target."""
    marker = request.requirement.marker if request.requirement else request.marker
    return marker is None or evaluate(marker, environment, "")


def demand_of(request: Request, name: NormalizedName, direct: Direct | None = None) -> Demand:
    """What a request of the user's demands."""
    requirement = request.requirement
    specifier = requirement.specifier if requirement else ANY
    return Demand(
        name=name,
        text=shown(
            name,
            request.extras,
            specifier,
            redacted(direct.file.direct or direct.file.url) if direct else None,
        ),
        specifier=specifier,
        extras=frozenset(canonicalize_name(extra) for extra in request.extras),
        direct=direct,
        hashes=request.hashes,
        origin=str(request.origin),
    )


def shown(name: str, extras: Collection[str], specifier: SpecifierSet, reference: str | None = None) -> str:
    """A requirement without its marker, the same however it was spelled."""
    wanted = f"[{','.join(sorted(extras))}]" if extras else ""
    return f"{name}{wanted} @ {reference}" if reference else f"{name}{wanted}{specifier}"


# -- requirements of packages --------------------------------------------------------------------------------


class Dependencies:
    """Reads Requires-Dist for one target; what it has decided once it remembers."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._markers: dict[tuple[str, str], bool] = {}

    def applying(self, lines: Collection[str], extras: frozenset[NormalizedName]) -> Iterator[Requirement]:
        """The requirements among `lines` that hold on the target when `extras` are asked for.

        A line that only matters to other extras is not even parsed. Raises UnusableRequirementError.
        """
        for line in lines:
            head, semicolon, marker = line.partition(";")
            if "@" in head:
                # A URL may hold a semicolon: only packaging can tell where the marker begins.
                requirement = parse(line)
                if requirement.marker is None or self._holds(str(requirement.marker), extras):
                    yield requirement
            elif not semicolon or self._holds(marker, extras):
                yield parse(head)

    def _holds(self, marker: str, extras: frozenset[NormalizedName]) -> bool:
        if "extra" not in marker:
            return self._decided(marker, "")
        return any(self._decided(marker, extra) for extra in (extras or ("",)))

    def _decided(self, marker: str, extra: str) -> bool:
        key = (marker, extra)
        verdict = self._markers.get(key)
        if verdict is None:
            verdict = self._markers[key] = self._decide(marker, extra)
        return verdict

    def _decide(self, text: str, extra: str) -> bool:
        if not extra and _needs_an_extra(text):
            return False
        try:
            return evaluate(_marker(text), self._environment, extra)
        except (ValueError, UndefinedEnvironmentName) as error:  # or a number that Python will not read
            raise UnusableRequirementError(
                f"its metadata has the marker `{text.strip()[:_LONGEST]}`, which is invalid"
            ) from error


def _needs_an_extra(marker: str) -> bool:
    """Whether a marker surely fails without an extra: a plain conjunction with `extra == ...` in it."""
    if " or " in marker or "(" in marker or "not" in marker:
        return False
    pairs = [part.partition("==") for part in marker.split(" and ")]
    return any(left.strip() == "extra" and right.strip(" \"'") for left, _, right in pairs)


def evaluate(marker: Marker, environment: Mapping[str, str], extra: str) -> bool:
    """The marker's verdict; `environment` is whole, so nothing comes from the host."""
    return marker.evaluate({**environment, "extra": extra})


@lru_cache(maxsize=4096)
def _marker(text: str) -> Marker:
    return Marker(text)


@lru_cache(maxsize=16384)
def parse(text: str) -> Requirement:
    """A parsed requirement, shared: never change it. Raises UnusableRequirementError."""
    try:
        if len(text) > _LONGEST and any(len(each.version) > _LONGEST for each in Requirement(text).specifier):
            raise InvalidRequirement(text[:_LONGEST])
        return Requirement(text)
    except InvalidRequirement as error:
        raise UnusableRequirementError(
            f"has the invalid requirement `{text.strip()[:_LONGEST]}` in its metadata"
        ) from error
