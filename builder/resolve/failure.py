"""The message when there is no resolution: who wants what, what was looked at, what to do."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from packaging.utils import NormalizedName
from packaging.version import Version

from builder.errors import NoCompatibleArtifactError, ResolutionImpossibleError
from builder.resolve.chains import Chains
from builder.resolve.demands import Demand
from builder.resolve.elsewhere import elsewhere
from builder.resolve.judging import Rule
from builder.resolve.pool import Candidate, Pool
from builder.resolve.projects import Project, Wish
from builder.resolve.reasons import Group, Reasons
from manylinux.errors import NoSolutionError

Cause: TypeAlias = tuple[Demand, Candidate | None]
"""A demand of the last conflict, and who makes it; None: the user."""

LINES = 10
"""Lines of one kind told before the rest is only counted."""
_NOWHERE = "No file loads on any runtime of this architecture: ask for another version, or do without it"


def impossible(pool: Pool, roots: Sequence[Demand], causes: Sequence[Cause]) -> NoSolutionError:
    """The error for the demands that were left in conflict."""
    chains = Chains(pool, roots)
    names = sorted({demand.name for demand, _ in causes if not demand.refusal})
    wanted = {name: [cause for cause in causes if cause[0].name == name] for name in names}
    names = [name for name in names if not _is_only_on_the_way(wanted, name)] or names
    wanted = {name: wanted[name] for name in names}
    faults = [cause for cause in causes if cause[0].refusal]
    for name in names:
        if name in pool.world.absent:
            return _absent(pool, name, wanted[name], chains)
    if not faults and len(names) == 1:
        return _one_project(pool, names[0], wanted[names[0]], chains)
    if not names:
        return _faulty(pool, faults, chains)
    return _several_projects(pool, wanted, faults, chains)


def _is_only_on_the_way(wanted: Mapping[NormalizedName, Sequence[Cause]], name: NormalizedName) -> bool:
    """Whether only packages name a project, which itself makes a demand in conflict: `via` tells of it."""
    if any(parent is None for _, parent in wanted[name]):
        return False
    others = (parent for other, causes in wanted.items() if other != name for _, parent in causes)
    return any(parent is not None and parent.name == name for parent in others)


def too_deep(conflicts: Mapping[NormalizedName, int], steps: int) -> ResolutionImpossibleError:
    """The error for a search that was given up."""
    worst = sorted(conflicts, key=lambda name: (-conflicts[name], name))[:5]
    return ResolutionImpossibleError(
        f"No resolution found in {steps} steps",
        evidence=[f"most in conflict: {', '.join(worst)}"] if worst else (),
        hint="Pin some of these projects, or name narrower ranges for them",
    )


# -- the kinds of failure ------------------------------------------------------------------------------------


def _absent(pool: Pool, name: NormalizedName, causes: Sequence[Cause], chains: Chains) -> NoSolutionError:
    """A project no index has, or that is quarantined: the index's own words, and who needs it."""
    error = pool.world.absent[name]
    return type(error)(error.summary, evidence=(*error.evidence, *_wants(causes, chains)), hint=error.hint)


def _faulty(pool: Pool, causes: Sequence[Cause], chains: Chains) -> NoSolutionError:
    """Every version that could be taken has a fault of its own."""
    names = sorted({parent.name for _, parent in causes if parent is not None})
    return NoCompatibleArtifactError(
        f"No version of {_listed(names)} can be used on `{pool.world.target.id}`",
        evidence=_wants(causes, chains),
    )


def _several_projects(
    pool: Pool, wanted: Mapping[NormalizedName, Sequence[Cause]], faults: Sequence[Cause], chains: Chains
) -> NoSolutionError:
    lines = [line for causes in wanted.values() for line in _wants(causes, chains)]
    lines += [line for name in wanted for line in _constraints(pool, name)]
    lines += _wants(faults, chains)
    return ResolutionImpossibleError(
        f"The requirements on {_listed(list(wanted))} contradict each other",
        evidence=_capped(lines),
        hint="Loosen or drop one of them",
    )


def _one_project(
    pool: Pool, name: NormalizedName, causes: Sequence[Cause], chains: Chains
) -> NoSolutionError:
    demands = [demand for demand, _ in causes]
    lines = [*_wants(causes, chains), *_constraints(pool, name)]
    everything = [*demands, *pool.constraints(name)]
    directs = sorted({each.direct.reference for each in everything if each.direct})
    project = None if directs else pool.world.project(name)
    if project is None:
        return _direct_conflict(name, directs, lines)
    wish = pool.wish(name, everything)
    versions = list(project.in_range(wish.specifier))
    if not versions:
        return _no_version(project, name, everything, lines)
    if next(project.choices(wish), None) is None:
        return _no_file(pool, project, versions, wish, lines)
    return ResolutionImpossibleError(
        f"No version of `{name}` fits with the other requirements",
        evidence=lines,
        hint="Loosen or drop one of them",
    )


def _direct_conflict(name: NormalizedName, directs: Sequence[str], lines: Sequence[str]) -> NoSolutionError:
    if len(directs) > 1:
        summary = f"`{name}` is asked for from {len(directs)} places"
        return ResolutionImpossibleError(summary, evidence=lines, hint="Keep one of the direct references")
    return ResolutionImpossibleError(
        f"The direct reference for `{name}` is not a version the others allow", evidence=lines
    )


def _no_version(
    project: Project, name: NormalizedName, demands: Sequence[Demand], lines: Sequence[str]
) -> NoSolutionError:
    """No version is in every range: the ranges exclude each other, or one holds nothing."""
    versions = project.versions()
    if aside := project.page.left_aside:
        lines = [
            *lines,
            f"left aside: {aside}, whose `{name}` has no version in common with the prebuilt one",
        ]
    if not versions:
        return NoCompatibleArtifactError(f"No file of `{name}` is a wheel or an sdist", evidence=lines)
    empty = [demand for demand in demands if not any(demand.allows(version) for version in versions)]
    # What one version of a package asks for in vain is part of the story: the others ask for something else.
    if not any(demand.origin for demand in empty) and len(empty) < len(demands):
        return ResolutionImpossibleError(
            f"No version of `{name}` satisfies every requirement",
            evidence=lines,
            hint="Loosen or drop one of them",
        )
    demand = next((demand for demand in empty if demand.origin), empty[0])
    return ResolutionImpossibleError(
        f"No version of `{name}` matches `{demand.text}`",
        evidence=lines,
        hint=_close_versions(project, demand),
    )


def _no_file(
    pool: Pool, project: Project, versions: Sequence[Version], wish: Wish, lines: Sequence[str]
) -> NoSolutionError:
    """Versions match, and none has a file for the target."""
    world = pool.world
    name = project.page.name
    reasons = Reasons(world.target, world.judge)
    groups = reasons.groups(project, versions, wish)
    found = [str(group) for group in groups]
    if len(versions) == 1 and groups and groups[0].refusal.rule is Rule.TAGS:
        found = list(reasons.of_files(project, versions[0], wish))
    hashed = next((group.newest for group in groups if group.refusal.rule is Rule.HASH), None)
    expected, given = ([], []) if hashed is None else reasons.of_hashes(project, hashed, wish)
    what = f"`{name}` {versions[0]}" if len(versions) == 1 else f"`{name}`"
    return NoCompatibleArtifactError(
        f"No file of {what} can be used on `{world.target.id}`",
        evidence=[*lines, *_capped(found), *_capped(expected), *_capped(given)],
        hint=_way_out(groups) or elsewhere(project, wish, world) or _NOWHERE,
    )


# -- what is told --------------------------------------------------------------------------------------------


def _wants(causes: Sequence[Cause], chains: Chains) -> list[str]:
    """`requirements.txt:12 requires numpy<2`; versions of one package that want the same are put together."""
    lines = sorted({f"{demand.origin} requires {demand.text}" for demand, parent in causes if parent is None})
    grouped: dict[tuple[str, str], list[tuple[Demand, Candidate]]] = {}
    for demand, parent in causes:
        if parent is not None:
            wish = demand.text if demand.refusal else f"requires {demand.name}"
            grouped.setdefault((parent.name, wish), []).append((demand, parent))
    for (name, _), makers in sorted(grouped.items()):
        makers.sort(key=lambda maker: (maker[1].version, maker[0].text))
        versions = _versions(name, [parent for _, parent in makers])
        via = chains.via(makers[-1][1])
        lines += [f"{versions} {wish}{via}" for wish in _wishes(makers)]
    return _capped(lines)


def _wishes(makers: Sequence[tuple[Demand, Candidate]]) -> list[str]:
    """What versions of one package want of one project; where each wants something else, the newest's."""
    newest, _ = makers[-1]
    if newest.refusal:
        return [newest.refusal]
    texts = dict.fromkeys(demand.text for demand, _ in makers)
    if len(texts) > 1 and len({parent.version for _, parent in makers}) > 1:
        return [f"requires another range, the newest {newest.text}"]
    return [f"requires {text}" for text in texts]


def _versions(name: str, candidates: Sequence[Candidate]) -> str:
    """`boto3 1.26.0`, or `each of boto3 1.20.0 to 1.26.0 (34 versions)`."""
    versions = sorted({candidate.version for candidate in candidates})
    if len(versions) == 1:
        return f"{name} {versions[0]}"
    if len(versions) == 2:
        return f"each of {name} {versions[0]} and {versions[1]}"
    return f"each of {name} {versions[0]} to {versions[-1]} ({len(versions)} versions)"


def _constraints(pool: Pool, name: NormalizedName) -> list[str]:
    return [f"{demand.origin} constrains {demand.text}" for demand in pool.constraints(name)]


def _close_versions(project: Project, demand: Demand) -> str:
    """The versions next to the one that was named, else how far they reach."""
    versions = project.versions()
    newest, oldest = versions[0], versions[-1]
    if newest == oldest:
        return f"The only version is {newest}"
    pins = [part for part in demand.specifier if part.operator == "==" and not part.version.endswith(".*")]
    if not pins:
        return f"There are versions from {oldest} to {newest}"
    wanted = Version(pins[0].version)
    below = next((version for version in versions if version < wanted), None)
    above = next((version for version in reversed(versions) if version > wanted), None)
    near = [str(version) for version in (below, above) if version is not None]
    return f"The nearest {'version is' if len(near) == 1 else 'versions are'} {' and '.join(near)}"


def _way_out(groups: Iterable[Group]) -> str | None:
    """What lbuild itself could be told, when a rule of the user's own refused the files."""
    rules = {group.refusal.rule for group in groups}
    if rules == {Rule.YANKED}:
        return "A yanked version is only taken when it is pinned with `==`"
    if rules == {Rule.UPLOAD_TIME}:
        return "Move `--exclude-newer` to a later day"
    if rules == {Rule.HASH}:
        return "Check the hashes in the requirements against those the index gives"
    if rules == {Rule.FORMAT}:
        return "Loosen `--only-binary` or `--no-binary` for this project"
    return None


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _capped(lines: Sequence[str]) -> list[str]:
    rest = len(lines) - LINES
    return [*lines[:LINES], *([f"and {rest} more"] if rest > 0 else [])]
