"""Bytecode for the parts of a pool, so that no function grows beyond its share of Lambda's limit.

A layer has the bytecode of all its modules or of none: all where each function that has it has room for
that. What it had in the build before it keeps while a function is only a little above or below its share. So
an edit of a source changes no layer, unless it is a very large one. What room is left is for the functions'
own bundles.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from builder.assembly.inputs_digest import digest_of
from builder.bytecode.mode import Mode
from builder.bytecode.selecting import SHARE
from builder.link.contents import read_content
from builder.link.limits import unpacked_sizes
from builder.link.plan import plan_bundle
from builder.link.write import expected_size
from builder.model import LinkOptions
from builder.report.sizes import count, human

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from builder.assembly.thinning import Thinning
    from builder.assembly.values import Artefact, Bench, FunctionPart, Job, LayerPart, Linked
    from builder.bytecoding import Bytecoded
    from builder.model import BundlePlan, Slimmed, SourceFile
    from builder.order import Order, StageLog
    from builder.report.values import Bytecode

Part = TypeVar("Part", bound="Artefact")


def with_bytecode(linked: Linked, thinning: Thinning, job: Job, bench: Bench, log: StageLog) -> Linked:
    """The parts with bytecode, as far as the project wants it. Raises CompilerError."""
    if job.bytecode is Mode.NONE:
        return linked
    with log.stage("compile") as detail:
        compiling = _Compiling(linked, thinning, job, bench)
        layers = compiling.layers(linked.layers)
        functions = tuple(map(compiling.function, linked.functions))
        detail.append(count(compiling.modules, "module"))
    notes = (*linked.notes, *dict.fromkeys(compiling.notes))
    return replace(linked, layers=layers, functions=functions, notes=notes)


class _Candidate(NamedTuple):
    """A layer that could have bytecode."""

    part: LayerPart
    compiled: LayerPart
    figures: Bytecode
    slack: int
    """Bytes by which a function may be beyond its share for the layer to stay as it was; below nothing: by
    which it has to be within, for the layer to have what it had not."""


class _Compiling:
    """One pool in the making."""

    def __init__(self, linked: Linked, thinning: Thinning, job: Job, bench: Bench) -> None:
        self._pool = linked.locked.pool
        self._sources = linked.locked.sources
        self._thinning = thinning
        self._job = job
        self._bench = bench
        self._limit = self._pool.target.runtime.limits.unzipped_bytes
        sizes = {part.name: _size(part.plan) for part in linked.layers}
        self._rooms = {
            part.name: int(self._limit * SHARE) - _size(part.plan) - sum(sizes[name] for name in part.layers)
            for part in linked.functions
        }
        self.notes: list[str] = []
        self.modules = 0

    def layers(self, parts: Sequence[LayerPart]) -> tuple[LayerPart, ...]:
        """Those that had bytecode first, then what most functions have: it spares the most cold starts."""
        candidates = [found for part in parts if (found := self._candidate(part)) is not None]
        ranked = sorted(candidates, key=lambda each: (-each.slack, -len(each.part.functions), each.part.name))
        made = {each.part.name: each.compiled for each in ranked if self._is_granted(each)}
        return tuple(made.get(part.name, part) for part in parts)

    def _candidate(self, part: LayerPart) -> _Candidate | None:
        order = self._order(part, limited=False)
        made = self._made(part, order, (), self._thinning.shared)
        if made.figures is None:
            return None
        compiled = self._with(part, order, (), made)
        former = self._job.former.layers.get(part.name)
        slack = 0
        if former is not None and former.inputs == digest_of(compiled.plan, self._job.optimize):
            slack = self._limit // 10
        elif former is not None and former.inputs == digest_of(part.plan, self._job.optimize):
            slack = -self._limit // 20
        return _Candidate(part, compiled, made.figures, slack)

    def _is_granted(self, each: _Candidate) -> bool:
        """Whether all functions have room for it, which is then taken."""
        functions, wanted = each.part.functions, each.figures.unpacked
        short = [name for name in functions if self._rooms[name] + each.slack < wanted]
        if short and self._job.bytecode is Mode.AUTO:
            self.notes.append(
                f"no bytecode in `{each.part.name}`: `{short[0]}` has no room for {human(wanted)}"
            )
            return False
        for name in functions:
            self._rooms[name] -= wanted
        self.modules += each.figures.modules
        return True

    def function(self, part: FunctionPart) -> FunctionPart:
        source = self._sources[part.name]
        order = self._order(part, limited=False)
        if self._job.bytecode is Mode.AUTO:
            most = (max(0, self._rooms[part.name]) + _size(part.plan)) / SHARE
            order = replace(order, limited=True, max_size=min(int(most), self._limit - 1))
        made = self._made(part, order, source, self._thinning.own[part.name])
        if made.figures is None:
            return part
        self.modules += made.figures.modules
        return self._with(part, order, source, made)

    def _order(self, part: Artefact, *, limited: bool) -> Order:
        return replace(
            self._bench.order(self._pool.wanted, self._pool.target),
            link=LinkOptions(layout=part.kind, prefer=self._job.prefer),
            slimming=self._bench.profile(None),
            bytecode=self._job.bytecode,
            limited=limited,
        )

    def _made(
        self,
        part: Artefact,
        order: Order,
        source: Sequence[SourceFile],
        slimmed: Mapping[str, Slimmed],
    ) -> Bytecoded:
        from builder.bytecoding import Bytecoding

        tools = self._bench.together(self._pool.wanted, self._pool.target)
        coding = Bytecoding(
            order, part.plan.wheels, source, slimmed, tools.bytecode_workshop, self._bench.store
        )
        made = coding.known() or coding.make(part.plan)
        if made.figures is None and part.plan.files:
            self.notes.append(made.note)
        return made

    def _with(self, part: Part, order: Order, source: Sequence[SourceFile], made: Bytecoded) -> Part:
        plan = plan_bundle(
            part.plan.wheels, source, part.target, order.link, read_content, made.slimmed, made.made
        )
        return replace(part, plan=plan, grown=expected_size(plan) - expected_size(part.plan))


def _size(plan: BundlePlan) -> int:
    return sum(unpacked_sizes(plan).values())
