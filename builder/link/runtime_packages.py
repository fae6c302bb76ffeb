"""Projects left out because the runtime has them, or because the user says so.

Every Python runtime ships boto3 and what boto3 needs. Leaving all of it out saves up to 80 MB; leaving out
half of it pairs the other half with whatever the runtime holds next month, which has broken many functions.
So the family goes as one or not at all, and only when the runtime's versions satisfy everyone outside the
family who asks.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches

from packaging.markers import Marker, UndefinedComparison, UndefinedEnvironmentName
from packaging.metadata import parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from builder.model import Pin, Request
from manylinux.errors import UsageError

FAMILY = frozenset(
    NormalizedName(name)
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3")
)
FITS = "fits"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPackage:
    """One project of the family: what the resolution chose and what the runtime has."""

    project: NormalizedName
    pinned: str
    runtime: str
    """Version, or `none`."""
    verdict: str
    """`fits`, or who asks for what the runtime does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeComparison:
    """The family beside the runtime, and what follows."""

    rows: tuple[ComparedPackage, ...]
    """Sorted by project; only projects that were resolved."""
    excluded: frozenset[NormalizedName]
    """All of the rows' projects, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """Somebody outside the family wants a project of the family."""

    project: NormalizedName
    specifier: SpecifierSet
    by: str
    direct: str | None
    """The file or repository asked for, when it is not a version."""


def compare_runtime_packages(
    pins: Sequence[Pin],
    requests: Sequence[Request],
    core_metadata: Mapping[NormalizedName, bytes],
    environment: Mapping[str, str],
    preinstalled: Mapping[str, str],
) -> RuntimeComparison:
    """Which pins of the family the runtime can stand in for.

    `requests` are the user's, constraints included; `core_metadata` is that of every pin outside the
    family, as shipped; `environment` holds all eleven marker variables of the target; `preinstalled` maps
    the normalized names of what the runtime has to versions.
    """
    asks = [*_asked_by_user(requests, environment), *_asked_by_pins(pins, core_metadata, environment)]
    rows = tuple(
        ComparedPackage(
            project=pin.name,
            pinned=str(pin.version),
            runtime=preinstalled.get(pin.name, "none"),
            verdict=_verdict(pin.name, asks, preinstalled),
        )
        for pin in sorted(pins, key=lambda pin: pin.name)
        if pin.name in FAMILY
    )
    fit = all(row.verdict == FITS for row in rows)
    return RuntimeComparison(
        rows=rows, excluded=frozenset(row.project for row in rows) if fit else frozenset()
    )


def leave_out(pins: Sequence[Pin], projects: AbstractSet[NormalizedName]) -> tuple[Pin, ...]:
    """`pins` without `projects`. Raises UsageError when one of these is not pinned."""
    demand_pinned(pins, projects, "--exclude")
    return tuple(pin for pin in pins if pin.name not in projects)


def demand_pinned(pins: Sequence[Pin], projects: AbstractSet[NormalizedName], option: str) -> None:
    """Raises UsageError when `option` names a project that is not pinned: most likely a slip."""
    names = sorted(pin.name for pin in pins)
    unknown = sorted(projects - set(names))
    if unknown:
        close = [match for name in unknown for match in get_close_matches(name, names, n=1)]
        meant = " or ".join(f"`{name}`" for name in close)
        raise UsageError(
            f"`{option}` names what is not in the bundle: {', '.join(f'`{name}`' for name in unknown)}",
            hint=f"Did you mean {meant}?" if meant else "`--dry-run` lists what is in it",
        )


def _asked_by_user(requests: Iterable[Request], environment: Mapping[str, str]) -> Iterator[_Ask]:
    for request in requests:
        if request.requirement is not None:
            yield from _ask(request.requirement, str(request.origin), environment, frozenset())


def _asked_by_pins(
    pins: Iterable[Pin], core_metadata: Mapping[NormalizedName, bytes], environment: Mapping[str, str]
) -> Iterator[_Ask]:
    for pin in pins:
        if pin.name in FAMILY:
            continue
        raw, _ = parse_email(core_metadata[pin.name])
        for line in raw.get("requires_dist", ()):
            # The resolver took the wheel, so a line that nobody can read was for an extra that nobody wants.
            with suppress(InvalidRequirement, UndefinedComparison, UndefinedEnvironmentName):
                yield from _ask(Requirement(line), f"{pin.name} {pin.version}", environment, pin.extras)


def _ask(
    requirement: Requirement, by: str, environment: Mapping[str, str], extras: frozenset[str]
) -> Iterator[_Ask]:
    project = canonicalize_name(requirement.name)
    if project in FAMILY and _applies(requirement.marker, environment, extras):
        yield _Ask(project=project, specifier=requirement.specifier, by=by, direct=requirement.url)


def _applies(marker: Marker | None, environment: Mapping[str, str], extras: frozenset[str]) -> bool:
    if marker is None:
        return True
    return any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *sorted(extras)))


def _verdict(project: NormalizedName, asks: Iterable[_Ask], preinstalled: Mapping[str, str]) -> str:
    if project not in preinstalled:
        return "the runtime does not have it"
    version = Version(preinstalled[project])
    refusals = [
        f"{ask.by} asks for {ask.direct or ask.specifier}"
        for ask in asks
        if ask.project == project and not _satisfies(version, ask)
    ]
    return "; ".join(dict.fromkeys(refusals)) or FITS


def _satisfies(version: Version, ask: _Ask) -> bool:
    return ask.direct is None and ask.specifier.contains(version, prereleases=True)
