"""The one module that knows the order of the stages: inputs, resolve, lock, fetch, link, report.

It decides nothing itself and touches the world only through `Tools`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from builder import memo
from builder.link.contents import read_content
from builder.link.limits import check_limits, notes_on_size
from builder.link.output import check_file_output, replacing_file
from builder.link.plan import plan_bundle
from builder.link.write import write_zip
from builder.model import Bundle, BundlePlan, FromWheel, LinkOptions, Pin, Resolution, ResolveOptions
from builder.report.sizes import human
from builder.report.values import Report, RuntimePackage, Stage
from prebuilt_index.store import Bucket, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.inputs import Reading
    from builder.ports import IndexFacts
    from manylinux.target import Target
    from prebuilt_index.wheel_archive import VerifiedWheel


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is wanted of one run."""

    wish: str
    """Key of everything that decides the resolution but what is read; empty: not to be remembered."""
    target: Target
    target_chosen_by: str
    link: LinkOptions = field(default_factory=LinkOptions)
    preferred: Mapping[NormalizedName, Version] = field(default_factory=dict)
    """Versions to keep where they satisfy the requirements."""
    locked: Path | None = None
    """A lock that must still match the inputs, and is then built."""
    source: Path | None = None
    output: Path | None = None
    """None: a dry run."""
    as_directory: bool = False
    exclude: frozenset[NormalizedName] = frozenset()
    exclude_runtime_packages: bool = False
    limited: bool = True
    """Lambda's limits are errors."""


class Tools(Protocol):
    """The world, as the pipeline needs it; `cli.compose` makes the real one.

    What takes time to make is made when it is first asked for: a warm build reads no inputs and opens no
    connection.
    """

    @property
    def store(self) -> Store: ...

    @property
    def disk(self) -> memo.WatchedDisk:
        """What inputs are read from."""
        ...

    @property
    def environ(self) -> memo.WatchedEnvironment: ...

    @property
    def ask_again(self) -> bool:
        """However fresh an index's answers are."""
        ...

    @property
    def reading(self) -> Reading:
        """All inputs, read."""
        ...

    @property
    def options(self) -> ResolveOptions: ...

    @property
    def facts(self) -> IndexFacts: ...

    def fetch(self, pins: Sequence[Pin]) -> tuple[VerifiedWheel, ...]: ...

    def on_stage(self, stage: Stage) -> None: ...

    def now(self) -> float:
        """Epoch seconds."""
        ...


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


def build_bundle(order: Order, tools: Tools) -> Report:
    """The bundle of `order` is at its output, and this is its report. A dry run ends after resolving."""
    log = _Log(tools.on_stage)
    _check_early(order)
    with log.stage("resolve") as detail:
        resolution = resolve_order(order, tools)
        detail.append(_count(len(resolution.pins), "package"))
    wanted = _to_fetch(order, resolution.pins)
    report = Report(
        resolution=resolution,
        target_chosen_by=order.target_chosen_by,
        stages=(),
        bundle=None,
        layout=order.link.layout.value,
    )
    if order.output is None:
        return replace(report, stages=tuple(log.stages))
    with log.stage("fetch") as detail:
        wheels = tools.fetch(wanted)
        detail.append(human(sum(wheel.size for wheel in wheels)))
    choice = _choose(order, tools, resolution, wheels)
    with log.stage("link") as detail:
        plan = _plan(order, choice.wheels)
        if order.limited:
            check_limits(plan, order.target.runtime.limits)
        bundle = _written(plan, order.output, as_directory=order.as_directory)
        detail.append(_count(bundle.files, "file"))
    return replace(
        report,
        stages=tuple(log.stages),
        bundle=bundle,
        drops=plan.drops,
        notes=(*choice.notes, *plan.notes, *notes_on_size(bundle, order.target.runtime.limits)),
        excluded=choice.excluded,
        runtime_packages=choice.comparison,
        engine=_engine(plan),
    )


def _check_early(order: Order) -> None:
    """Say now, not after a long download, what would fail at its end. Raises OutputError, SourceFileError."""
    if order.source is not None:
        from builder.link.source import check_source

        check_source(order.source)
    if order.output is None:
        return
    if not order.as_directory:
        check_file_output(order.output)
        return
    from builder.link.directory import check_directory_output

    check_directory_output(order.output)


def _to_fetch(order: Order, pins: Sequence[Pin]) -> Sequence[Pin]:
    """The pins whose wheels are needed; raises UsageError when the user excludes what is not pinned."""
    if not order.exclude:
        return pins
    from builder.link.runtime_packages import leave_out

    left = leave_out(pins, order.exclude)
    # What an excluded project asks of the runtime's packages still counts, and its wheel says it.
    return pins if order.exclude_runtime_packages else left


def _written(plan: BundlePlan, output: Path, *, as_directory: bool) -> Bundle:
    if not as_directory:
        return write_zip(plan, output)
    from builder.link.directory import write_directory  # 6 ms of threads that a zip does without

    return write_directory(plan, output)


def build_lock(order: Order, tools: Tools, output: Path) -> Report:
    """The resolution of `order` is written at `output` as a lock file."""
    from builder.locked import lock_text

    log = _Log(tools.on_stage)
    check_file_output(output)
    with log.stage("resolve") as detail:
        resolution = resolve_order(order, tools)
        detail.append(_count(len(resolution.pins), "package"))
    with log.stage("lock") as detail:
        text = lock_text(resolution, tools.reading.inputs.requests, output, tools).encode()
        with replacing_file(output, len(text)) as file:
            file.write(text)
        detail.append(str(output))
    return Report(
        resolution=resolution,
        target_chosen_by=order.target_chosen_by,
        stages=tuple(log.stages),
        bundle=None,
        layout=order.link.layout.value,
        lock=output,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """Which wheels of a resolution go into the bundle."""

    wheels: tuple[VerifiedWheel, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)
    comparison: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()


def _choose(order: Order, tools: Tools, resolution: Resolution, wheels: Sequence[VerifiedWheel]) -> _Choice:
    """Leave out what the user excludes, and what the runtime can stand in for where that is wished."""
    if not order.exclude and not order.exclude_runtime_packages:
        return _Choice(wheels=tuple(wheels))
    from packaging.utils import NormalizedName

    from builder.link.runtime_packages import compare_runtime_packages, leave_out

    excluded: dict[str, str] = dict.fromkeys(order.exclude, "--exclude")
    rows: tuple[RuntimePackage, ...] = ()
    notes: tuple[str, ...] = ()
    if order.exclude_runtime_packages:
        comparison = compare_runtime_packages(
            resolution.pins,
            (*tools.reading.inputs.requests, *tools.reading.inputs.constraints),
            {wheel.name: wheel.metadata for wheel in wheels},
            order.target.environment(),
            order.target.runtime.preinstalled,
        )
        excluded |= dict.fromkeys(comparison.excluded, "the runtime has it")
        rows = tuple(
            RuntimePackage(project=row.project, pinned=row.pinned, runtime=row.runtime, verdict=row.verdict)
            for row in comparison.rows
        )
        if rows and not comparison.excluded:
            notes = ("the runtime's own packages do not fit, so all of them stay in the bundle",)
    left = {pin.name for pin in leave_out(resolution.pins, frozenset(map(NormalizedName, excluded)))}
    return _Choice(
        wheels=tuple(wheel for wheel in wheels if wheel.name in left),
        excluded=excluded,
        comparison=rows,
        notes=notes,
    )


def _plan(order: Order, wheels: Sequence[VerifiedWheel]) -> BundlePlan:
    if order.source is None:
        return plan_bundle(wheels, (), order.target, order.link, read_content)
    from builder.link.source import read_source  # its ignore rules take 30 ms to import

    return plan_bundle(
        wheels, read_source(order.source, order.output), order.target, order.link, read_content
    )


def _engine(plan: BundlePlan) -> str | None:
    """What compressed the members that no wheel brought compressed."""
    if all(isinstance(file.content, FromWheel) for file in plan.files):
        return None
    from builder.link.pack import ENGINE

    return ENGINE


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def resolve_order(order: Order, tools: Tools) -> Resolution:
    """The resolution an order stands for: remembered, read from its lock, or worked out."""
    known = _known(order, tools)
    if known is not None and not tools.ask_again and known[1].stands_alone(tools.now()):
        return known[0]
    if known is not None:
        evidence = memo.renewed(known[1], tools.reading.inputs.requests, tools.facts)
        if evidence is not None:
            tools.store.put(Bucket.RESOLUTIONS, order.wish, memo.write(known[0], evidence))
            return known[0]
    resolution, evidence = _worked_out(order, tools)
    if order.wish:
        evidence = memo.with_inputs(evidence, tools.disk, tools.environ)
        tools.store.put(Bucket.RESOLUTIONS, order.wish, memo.write(resolution, evidence))
    return resolution


def _known(order: Order, tools: Tools) -> tuple[Resolution, memo.Evidence] | None:
    """What is remembered of the wish, if the inputs are as they were."""
    record = tools.store.get(Bucket.RESOLUTIONS, order.wish) if order.wish else None
    if record is None:
        return None
    resolution, evidence = memo.read(record, order.target)
    return (resolution, evidence) if memo.inputs_unchanged(evidence, tools.disk, tools.environ) else None


def _worked_out(order: Order, tools: Tools) -> tuple[Resolution, memo.Evidence]:
    if tools.reading.locks or order.locked:
        from builder.locked import locked_resolution

        return locked_resolution(order, tools)
    from builder.resolve import resolve

    witness = memo.Witness(tools.facts)
    inputs = tools.reading.inputs
    options = replace(tools.options, preferred=order.preferred)
    resolution = resolve(inputs.requests, inputs.constraints, order.target, options, witness)
    return resolution, witness.evidence()
