"""The one module that knows the order of the stages: inputs, resolve, lock, fetch, link, report.

It decides nothing itself and touches the world only through `Tools`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.utils import NormalizedName

from builder import memo
from builder.model import Bundle, BundlePlan, Inputs, LinkOptions, Pin, Resolution, ResolveOptions
from builder.ports import IndexFacts
from builder.report.values import Report, RuntimePackage, Stage
from manylinux.target import Target
from prebuilt_index.store import Bucket, Store
from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted of one run."""

    inputs: Inputs
    target: Target
    target_chosen_by: str
    resolve: ResolveOptions
    link: LinkOptions = LinkOptions()
    locked: Path | None = None
    """A lock that must still match the inputs, and is then built."""
    lock_files: tuple[Path, ...] = ()
    """Locks given as input: built as they are."""
    source: Path | None = None
    output: Path | None = None
    """None: a dry run."""
    as_directory: bool = False
    exclude: frozenset[NormalizedName] = frozenset()
    exclude_runtime_packages: bool = False
    limited: bool = True
    """Lambda's limits are errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """The world, as the pipeline needs it; `cli.compose` makes the real one."""

    facts: IndexFacts
    store: Store
    fetch: Callable[[Sequence[Pin]], tuple[VerifiedWheel, ...]]
    indexes: tuple[str, ...]
    """Where files come from, in order and without credentials: part of what a resolution depends on."""
    ask_again: bool
    """However fresh an index's answers are."""
    on_stage: Callable[[Stage], None]
    now: Callable[[], float] = time.time


@dataclass(slots=True)
class _Log:
    """The stages of one run as they end."""

    on_stage: Callable[[Stage], None]
    stages: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[list[str]]:
        """Time one stage; the caller puts what is worth saying into the list."""
        started = time.perf_counter()
        detail: list[str] = []
        yield detail
        stage = Stage(name=name, seconds=time.perf_counter() - started, detail=", ".join(detail))
        self.stages.append(stage)
        self.on_stage(stage)


def resolve_order(order: Order, tools: Tools) -> Resolution:
    """The resolution an order stands for: read from its lock, remembered, or worked out."""
    if order.lock_files or order.locked:
        from builder.pipeline_locks import resolution_of_locks

        return resolution_of_locks(order, tools.facts)
    key = memo.question(order.inputs, order.target, order.resolve, tools.indexes)
    record = tools.store.get(Bucket.RESOLUTIONS, key)
    if record is not None:
        resolution, evidence = memo.read(record, order.target)
        now = None if tools.ask_again else tools.now()
        if memo.still_holds(evidence, order.inputs.requests, tools.facts, now):
            return resolution
    from builder.resolve import resolve

    witness = memo.Witness(tools.facts)
    resolution = resolve(
        order.inputs.requests, order.inputs.constraints, order.target, order.resolve, witness
    )
    tools.store.put(Bucket.RESOLUTIONS, key, memo.write(resolution, witness.evidence()))
    return resolution
