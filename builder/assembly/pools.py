"""Which functions have one lock, and that lock: resolved together, then seen by each function alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder.assembly.common_lock import common_lock_error
from builder.assembly.values import Locked, Pool
from builder.choosing import choose
from builder.errors import NoCommonLockError
from builder.report.sizes import count, human
from builder.resolving import resolve_order
from manylinux.errors import NoSolutionError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.assembly.values import Bench, Job
    from builder.choosing import Choice
    from builder.model import Resolution, SourceFile
    from builder.order import Order, StageLog, Tools
    from builder.project.values import Function, Project, Wanted
    from builder.resolve import Part
    from manylinux.target import Target
    from prebuilt_index.wheel_archive import VerifiedWheel


def pools_of(project: Project, names: tuple[str, ...]) -> tuple[Pool, ...]:
    """The pools that hold one of `names`, whole: what is shared depends on all who share it."""
    pools = []
    for group in project.groups:
        members = [project.functions[name] for name in group.functions]
        for target in sorted({each.target for each in members}, key=_oldest_first):
            functions = tuple(each for each in members if each.target == target)
            layers = sorted({layer for each in functions for layer in each.layers})
            if any(each.name in names for each in functions):
                fixed = tuple(project.layers[layer] for layer in layers)
                pools.append(Pool(group=group, target=target, functions=functions, layers=fixed))
    return tuple(pools)


def _oldest_first(target: Target) -> tuple[list[int], str]:
    """What has the fewest wheels is locked first, and the others can follow it."""
    return [int(part) for part in target.runtime.python.split(".")], target.id


def fixed_name(project: Project, pool: Pool, layer: str) -> str:
    """What a named layer is called: its name, with the pool's where several pools have one of that name."""
    pools = pools_of(project, tuple(project.functions))
    several = sum(any(each.name == layer for each in one.layers) for one in pools) > 1
    return f"{layer}-{pool.id}" if several else layer


def locked_pool(
    pool: Pool,
    job: Job,
    bench: Bench,
    log: StageLog,
    preferred: Mapping[NormalizedName, Version],
    refused: Mapping[str, str],
    sources: Mapping[str, tuple[SourceFile, ...]],
) -> Locked:
    """The pool's lock, everything of it fetched, and each function's part.

    `preferred` are versions to keep where they fit: of its lock file, and of other pools of the group.
    """
    tools = bench.together(pool.wanted, pool.target)
    order = replace(bench.order(pool.wanted, pool.target), preferred=preferred, allow=job.allow)
    order = replace(order, wish=_with_preferred(order.wish, preferred))
    with log.stage("resolve") as detail:
        _demand_one_lock(pool, tools, bench)
        resolution = _resolved(pool, order, tools, bench, refused)
        detail.append(f"{pool}: {count(len(resolution.pins), 'package')}")
    with log.stage("fetch") as detail:
        fetched = tools.fetch(resolution.pins)
        detail.append(human(sum(wheel.size for wheel in fetched)))
    wheels = {wheel.name: wheel for wheel in fetched}
    part = _part(resolution, wheels, tools) if not tools.reading.locks else None
    choices = {each.name: _chosen(each, resolution, wheels, part, bench) for each in pool.functions}
    contents = {
        each.name: _needed(each.wanted, resolution, part, bench, pool) - _names(each.exclude)
        for each in pool.layers
    }
    return Locked(
        pool=pool,
        resolution=resolution,
        wheels=wheels,
        choices=choices,
        contents=contents,
        sources={each.name: sources[each.name] for each in pool.functions},
    )


def _with_preferred(wish: str, preferred: Mapping[NormalizedName, Version]) -> str:
    """The key of a wish that prefers some versions too."""
    if not wish or not preferred:
        return wish
    from builder.memo import wish_key

    return wish_key([wish, sorted((name, str(version)) for name, version in preferred.items())])


def _resolved(pool: Pool, order: Order, tools: Tools, bench: Bench, refused: Mapping[str, str]) -> Resolution:
    """Raises NoCommonLockError where every function can be resolved, and all of them cannot."""
    try:
        return resolve_order(order, tools, refused)
    except NoSolutionError as error:
        if len(pool.askers) < 2:
            raise
        raise common_lock_error(pool, bench, error) from error


def _demand_one_lock(pool: Pool, tools: Tools, bench: Bench) -> None:
    """Raises NoCommonLockError when some functions bring a lock and others want something else."""
    if not tools.reading.locks or len(pool.wanted) == 1:
        return
    bring = [
        f"`{each.name}`: {', '.join(each.wanted.requirements)}"
        for each in pool.askers
        if bench.tools(each.wanted, pool.target).reading.locks
    ]
    raise NoCommonLockError(
        f"Functions of `{pool.group.name}` bring a lock of their own, and share one with others",
        evidence=bring,
        hint="Give them a group of their own, or give all of the group the same lock and nothing else",
    )


def _part(resolution: Resolution, wheels: Mapping[NormalizedName, VerifiedWheel], tools: Tools) -> Part:
    from builder.resolve import Part

    return Part(
        resolution.pins,
        {name: wheel.metadata for name, wheel in wheels.items()},
        resolution.target.environment(),
        tools.facts.direct,
    )


def _needed(
    wanted: Wanted, resolution: Resolution, part: Part | None, bench: Bench, pool: Pool
) -> frozenset[NormalizedName]:
    """The projects of what is wanted; all of a lock that was given."""
    if part is None:
        return frozenset(pin.name for pin in resolution.pins)
    requests = bench.tools(wanted, pool.target).reading.inputs.requests
    return part.needed_by(requests)


def _chosen(
    function: Function,
    resolution: Resolution,
    wheels: Mapping[NormalizedName, VerifiedWheel],
    part: Part | None,
    bench: Bench,
) -> Choice:
    """The function's part of the wheels, without what it leaves out. Raises UsageError."""
    tools = bench.tools(function.wanted, function.target)
    names = (
        frozenset(pin.name for pin in resolution.pins)
        if part is None
        else part.needed_by(tools.reading.inputs.requests)
    )
    own = replace(resolution, pins=tuple(pin for pin in resolution.pins if pin.name in names))
    order = replace(
        bench.order((function.wanted,), function.target),
        exclude=_names(function.exclude) | (_names(function.exclude_if_there) & names),
        exclude_runtime_packages=function.exclude_runtime_packages,
    )
    try:
        return choose(order, tools, own, [wheels[pin.name] for pin in own.pins])
    except UsageError as error:
        raise UsageError(
            f"`{function.name}` leaves out what it does not have",
            evidence=[error.summary, *error.evidence],
            hint=error.hint,
        ) from error


def _names(words: tuple[str, ...]) -> frozenset[NormalizedName]:
    if not words:
        return frozenset()
    from packaging.utils import canonicalize_name

    return frozenset(map(canonicalize_name, words))
