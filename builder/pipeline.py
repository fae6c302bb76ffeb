"""The one module that knows the order of the stages: inputs, resolve, lock, fetch, link, report.

It decides nothing itself and touches the world only through `Tools`.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from builder.choosing import choose, to_fetch
from builder.link.contents import read_content
from builder.link.limits import check_limits, notes_on_size
from builder.link.output import check_file_output, replacing_file
from builder.link.plan import plan_bundle
from builder.link.write import write_zip
from builder.model import Bundle, BundlePlan, FromWheel
from builder.report.json_form import report_as_json
from builder.report.keeping import is_kept, keep_report
from builder.report.sizes import human
from builder.report.values import Report, Stage
from builder.resolving import resolve_order
from prebuilt_index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from builder.order import Order, Tools
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import VerifiedWheel


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
    wanted = to_fetch(order, resolution.pins)
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
    choice = choose(order, tools, resolution, wheels)
    with log.stage("link") as detail:
        plan = _plan(order, choice.wheels)
        if order.limited:
            check_limits(plan, order.target.runtime.limits)
        bundle = _written(plan, order.output, as_directory=order.as_directory)
        detail.append(_count(bundle.files, "file"))
    report = replace(
        report,
        stages=tuple(log.stages),
        bundle=bundle,
        drops=plan.drops,
        notes=(*choice.notes, *plan.notes, *notes_on_size(bundle, order.target.runtime.limits)),
        excluded=choice.excluded,
        runtime_packages=choice.comparison,
        engine=_engine(plan),
    )
    return _kept(report, bundle, tools.store)


def _kept(report: Report, bundle: Bundle, store: Store) -> Report:
    """The report is in the store, for `lbuild size --dropped`; where it cannot be, the bundle is no worse."""
    try:
        if not is_kept(store, bundle.sha256):
            keep_report(store, bundle.sha256, report_as_json(report))
    except StoreError as error:
        told = (
            f"{error.summary}: {', '.join(error.evidence)}; `lbuild size --dropped` will not know this build"
        )
        return replace(report, warnings=(*report.warnings, told))
    return report


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
