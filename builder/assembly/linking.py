"""A locked pool becomes parts: what goes into which layer, and every path of every zip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.assembly.asking import Asked, ask
from builder.assembly.compiling import with_bytecode
from builder.assembly.pools import fixed_name
from builder.assembly.telling import reasons, too_large
from builder.assembly.thinning import Thinning
from builder.assembly.values import FunctionPart, LayerPart, Linked
from builder.layers.planner import plan_layers
from builder.link.contents import read_content
from builder.link.plan import plan_bundle
from builder.model import LayoutKind, LinkOptions
from builder.report.sizes import count
from manylinux.errors import LbuildError, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from builder.assembly.values import Bench, Job, Locked
    from builder.layers.values import LayerPlan
    from builder.model import BundlePlan, Slimmed
    from builder.order import StageLog
    from builder.project.values import Function, Project


def link(locked: Locked, job: Job, bench: Bench, log: StageLog) -> Linked:
    """Every part of the pool, planned. Raises TooLargeError, TooManyLayersError, PathConflictError."""
    with log.stage("slim") as detail:
        thinning = Thinning(locked, bench)
        detail.append(count(len(locked.wheels), "wheel"))
    with log.stage("layers") as detail:
        whole = _all(locked.pool.functions, lambda function: _whole(function, locked, job, thinning))
        alone: frozenset[str] = frozenset()
        while True:
            asked = ask(locked, thinning, job, bench, alone)
            plan = plan_layers(asked.question, locked.pool.id, _named_layers(job.project, locked))
            linked = _linked(locked, job, thinning, asked, plan, whole)
            # A layer keeps what any of its functions needs: where that is too much for one of them, it goes
            # without layers, which the functions' own bundles have been proved to fit.
            heavy = {part.name for part in linked.functions if too_large(part, linked) is not None} - alone
            if not heavy:
                break
            alone |= heavy
        SeveralErrors.raise_any(
            [error for part in linked.functions if (error := too_large(part, linked)) is not None]
        )
        detail.append(count(len(linked.layers), "layer"))
    linked = with_bytecode(linked, thinning, job, bench, log)
    SeveralErrors.raise_any(
        [error for part in linked.functions if (error := too_large(part, linked)) is not None]
    )
    return linked


def _named_layers(project: Project, locked: Locked) -> list[str]:
    return [fixed_name(project, locked.pool, layer.name) for layer in locked.pool.layers]


def _whole(function: Function, locked: Locked, job: Job, thinning: Thinning) -> BundlePlan:
    """The function's bundle as it would be without layers: what cannot stand together is told here."""
    wheels, source = locked.choices[function.name].wheels, locked.sources[function.name]
    try:
        return plan_bundle(
            wheels,
            source,
            function.target,
            LinkOptions(prefer=job.prefer),
            read_content,
            thinning.own[function.name],
        )
    except LbuildError as error:
        for each in error.errors if isinstance(error, SeveralErrors) else (error,):
            each.evidence = (f"in the function `{function.name}`", *each.evidence)
        raise


def _all(functions: Iterable[Function], make: Callable[[Function], BundlePlan]) -> dict[str, BundlePlan]:
    """One of each function; faults of several are told together."""
    made: dict[str, BundlePlan] = {}
    errors: list[LbuildError] = []
    for function in functions:
        try:
            made[function.name] = make(function)
        except LbuildError as error:
            errors.append(error)
    SeveralErrors.raise_any(errors)
    return made


def _linked(
    locked: Locked,
    job: Job,
    thinning: Thinning,
    asked: Asked,
    plan: LayerPlan,
    whole: Mapping[str, BundlePlan],
) -> Linked:
    layers = [
        _layer(locked, job, thinning.shared, layer.name, layer.items, layer.consumers, planned=True)
        for layer in plan.layers
    ]
    for fixed in locked.pool.layers:
        having = tuple(each.name for each in locked.pool.functions if fixed.name in each.layers)
        items = tuple(sorted(locked.contents[fixed.name]))
        name = fixed_name(job.project, locked.pool, fixed.name)
        layers.append(_layer(locked, job, thinning.shared, name, items, having, planned=False))
    functions = [
        _function(function, locked, job, thinning.own[function.name], plan, whole[function.name])
        for function in locked.pool.functions
    ]
    return Linked(
        locked=locked,
        plan=plan,
        functions=tuple(functions),
        layers=tuple(layers),
        notes=tuple(dict.fromkeys(thinning.notes)),
        warnings=tuple(dict.fromkeys(thinning.warnings)),
        reasons=reasons(asked, plan),
    )


def _layer(
    locked: Locked,
    job: Job,
    slimmed: Mapping[str, Slimmed],
    name: str,
    items: Iterable[str],
    functions: tuple[str, ...],
    *,
    planned: bool,
) -> LayerPart:
    long = job.project.layer_path == "site-packages"
    kind = LayoutKind.LAYER_SITE_PACKAGES if long else LayoutKind.LAYER
    wheels = [wheel for key, wheel in locked.wheels.items() if key in set(items)]
    target = locked.pool.target
    return LayerPart(
        name=name,
        kind=kind,
        plan=plan_bundle(
            wheels, (), target, LinkOptions(layout=kind, prefer=job.prefer), read_content, slimmed
        ),
        target=target,
        functions=functions,
        planned=planned,
    )


def _function(
    function: Function,
    locked: Locked,
    job: Job,
    slimmed: Mapping[str, Slimmed],
    plan: LayerPlan,
    whole: BundlePlan,
) -> FunctionPart:
    own = frozenset(plan.own[function.name])
    wheels = locked.choices[function.name].wheels
    kept = [wheel for wheel in wheels if wheel.name in own]
    source = locked.sources[function.name]
    bundle = whole
    if len(kept) < len(wheels):
        bundle = plan_bundle(
            kept, source, function.target, LinkOptions(prefer=job.prefer), read_content, slimmed
        )
    fixed = tuple(fixed_name(job.project, locked.pool, layer) for layer in function.layers)
    planned = tuple(layer.name for layer in plan.layers_of(function.name))
    return FunctionPart(
        name=function.name,
        kind=LayoutKind.FUNCTION,
        plan=bundle,
        target=function.target,
        function=function,
        layers=(*fixed, *planned),
        whole=whole,
    )
