"""The question that a pool asks of the planner of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.assembly.thinning import Thinning, names_of, packed_size
from builder.assembly.ties import Footprint, footprint, tied, touched
from builder.errors import TooManyLayersError
from builder.fragments.placing import placed
from builder.layers.values import Consumer, FormerLayer, Item, Question
from manylinux.elf.facts import ElfFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from builder.assembly.values import Bench, Job, Locked
    from builder.order import Tools
    from builder.project.values import Function
    from manylinux.elf.facts import Binary
    from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What a function has to have, and from where it may."""

    provided: frozenset[str]
    """By the layers that it names."""
    beside: frozenset[str]
    """Lies beside its source, for parted from it it would not work."""
    shares: bool
    """Planned layers may hold the rest."""
    consumer: Consumer


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question, and what it was made of."""

    question: Question
    demands: Mapping[str, Demands]
    """By function."""


def ask(locked: Locked, thinning: Thinning, job: Job, bench: Bench, alone: frozenset[str]) -> Asked:
    """The question of a pool; functions in `alone` have everything but their named layers in their bundles.

    Raises TooManyLayersError.
    """
    pool = locked.pool
    direct = {pin.name for pin in locked.resolution.pins if pin.file.direct is not None}
    items = tuple(
        Item(
            name=name,
            content=wheel.sha256,
            packed=packed_size(wheel, thinning.shared.get(wheel.sha256)),
            changes_often=name in direct,
        )
        for name, wheel in sorted(locked.wheels.items())
    )
    tools = bench.together(pool.wanted, pool.target)
    prints = {str(name): _of_wheel(wheel, tools) for name, wheel in locked.wheels.items()}
    together = tied(prints)
    demands = {
        function.name: _demands(function, locked, prints, together, job, tools, function.name in alone)
        for function in pool.functions
    }
    former = job.former.of_group(pool.group.name, pool.target.runtime.id, pool.target.architecture.value)
    return Asked(
        question=Question(
            items=items,
            consumers=tuple(each.consumer for each in demands.values()),
            together=together,
            former=tuple(
                FormerLayer(name=name, items={each.name: each.sha256 for each in layer.distributions})
                for name, layer in sorted(former.items())
            ),
        ),
        demands=demands,
    )


def _demands(
    function: Function,
    locked: Locked,
    prints: Mapping[str, Footprint],
    together: Iterable[frozenset[str]],
    job: Job,
    tools: Tools,
    alone: bool,
) -> Demands:
    needs = frozenset(map(str, names_of(locked.choices[function.name].wheels)))
    source = {str(file.path): file for file in locked.sources[function.name]}
    compiled = {
        path: found
        for path, file in source.items()
        if not path.endswith((".py", ".pyi", ".pyc")) and (found := tools.binary(file.location)) is not None
    }
    beside = needs & touched(_print(source, compiled), {name: prints[name] for name in needs})
    provided = needs & _contents(function, locked)
    for group in together:
        wanted = group & needs
        if wanted & beside or not (wanted <= provided or wanted.isdisjoint(provided)):
            beside |= wanted
    provided -= beside
    named = len(function.layers)
    most = locked.pool.target.runtime.limits.layers
    if named > most:
        raise TooManyLayersError(
            f"`{function.name}` names {named} layers, and Lambda takes {most}",
            evidence=[", ".join(f"`{layer}`" for layer in function.layers)],
            hint="Put what they hold into fewer layers",
        )
    if locked.pool.group.max_layers is not None:
        most = min(most, locked.pool.group.max_layers)
    share = locked.pool.group.share_layers if job.share_layers is None else job.share_layers
    rest = needs - provided
    shares = share and not alone
    return Demands(
        provided=provided,
        beside=beside,
        shares=shares,
        consumer=Consumer(
            name=function.name,
            needs=rest,
            bound=beside if shares else rest,
            slots=max(0, most - named),
        ),
    )


def _contents(function: Function, locked: Locked) -> frozenset[str]:
    return frozenset(str(name) for layer in function.layers for name in locked.contents[layer])


def _of_wheel(wheel: VerifiedWheel, tools: Tools) -> Footprint:
    members = placed(wheel)
    return _print(members, tools.binaries(wheel))


def _print(paths: Iterable[str], binaries: Mapping[str, Binary]) -> Footprint:
    facts = [each for each in binaries.values() if isinstance(each, ElfFacts)]
    return footprint(
        paths,
        needs=(name.rpartition("/")[2] for each in facts for name in each.needed),
        sonames=(each.soname for each in facts if each.soname),
    )
