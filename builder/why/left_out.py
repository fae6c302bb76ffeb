"""Why a project is not part of a resolution: nobody asks for it, or only where some marker holds."""

from collections.abc import Iterable, Iterator

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from builder.errors import ProjectNotRequiredError
from builder.model import Inputs
from builder.resolve import Solution
from builder.resolve.demands import UnusableRequirementError, parse
from builder.why.values import Outcome

LINES = 8
"""Requirements told before the rest is only counted."""


def not_required(
    project: NormalizedName, solution: Solution, inputs: Inputs, elsewhere: Iterable[Outcome]
) -> ProjectNotRequiredError:
    """The error that says so, with the requirements that a marker left out and where they hold."""
    unmet = [*_of_user(project, inputs), *_of_packages(project, solution)]
    rest = len(unmet) - LINES
    evidence = [*unmet[:LINES], *([f"and {rest} more"] if rest > 0 else [])]
    # Each of these takes a resolution; what nobody asks for here nobody asks for there.
    there = [outcome.target.id for outcome in elsewhere if outcome.version is not None] if unmet else []
    if there:
        evidence.append(f"it is required on {', '.join(there)}")
    return ProjectNotRequiredError(
        f"`{project}` is not part of the resolution for `{solution.pool.world.target.id}`",
        evidence=evidence or [_contents(solution)],
        hint=_close(project, solution),
    )


def _of_user(project: NormalizedName, inputs: Inputs) -> Iterator[str]:
    for request in inputs.requests:
        requirement = request.requirement
        if requirement is not None and canonicalize_name(requirement.name) == project:
            yield f"{request.origin} requires {_conditional(requirement)}, which does not hold there"
    for request in inputs.constraints:
        requirement = request.requirement
        if requirement is not None and canonicalize_name(requirement.name) == project:
            yield f"{request.origin} constrains {_bare(requirement)}, and a constraint requires nothing"


def _of_packages(project: NormalizedName, solution: Solution) -> Iterator[str]:
    for name in sorted(solution.reached):
        candidate = solution.chosen[name]
        for line in solution.pool.world.metadata(candidate.file).requires_dist:
            try:
                requirement = parse(line)
            except UnusableRequirementError:
                continue  # of another extra: one in use would have refused the candidate
            if canonicalize_name(requirement.name) == project and requirement.marker is not None:
                yield f"{candidate} requires {_conditional(requirement)}, which does not hold there"


def _conditional(requirement: Requirement) -> str:
    """`pywin32>=300 only where sys_platform == "win32"`."""
    bare = _bare(requirement)
    return f"{bare} only where {requirement.marker}" if requirement.marker is not None else bare


def _bare(requirement: Requirement) -> str:
    """Without the URL, which may hold credentials."""
    return f"{requirement.name}{requirement.specifier}"


def _contents(solution: Solution) -> str:
    names = sorted(solution.reached)
    rest = len(names) - LINES
    told = f"{', '.join(names[:LINES])} and {rest} more" if rest > 0 else ", ".join(names)
    return f"nothing requires it; the resolution holds: {told or 'nothing'}"


def _close(project: NormalizedName, solution: Solution) -> str | None:
    from difflib import get_close_matches  # 8 ms that only this error pays

    close = get_close_matches(project, solution.reached, n=3, cutoff=0.6)
    close += [name for name in sorted(solution.reached) if project in name and name not in close][
        : 3 - len(close)
    ]
    return f"Did you mean {' or '.join(f'`{name}`' for name in close)}?" if close else None
