"""The one module that knows the order of the stages.

They are inputs, resolve, lock, fetch, slim, compile, audit, press, link, report.
It decides nothing itself and touches the world only through `Tools`.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from builder.choosing import to_fetch
from builder.link.limits import check_entries, notes_on_size
from builder.link.output import check_file_output, replacing_file
from builder.link.write import expected_size, write_zip
from builder.model import Bundle, BundlePlan, FromWheel, Optimize
from builder.order import StageLog
from builder.proving import proven_bundle, proven_resolution, told_early
from builder.report.json_form import report_as_json
from builder.report.keeping import is_kept, keep_report, mark_of
from builder.report.sizes import count, human
from builder.report.values import Compiled, Report, Slim
from builder.resolving import resolve_order
from manylinux.archive.pack import LEVEL, SMALLEST, Pack, engine, pack
from prebuilt_index.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from builder.model import Resolution, SourceFile
    from builder.order import Order, Tools
    from builder.proving import Proven
    from builder.slim.profile import SlimProfile
    from prebuilt_index.store import Store


def build_bundle(order: Order, tools: Tools) -> Report:
    """The bundle of `order` is at its output, and this is its report. A dry run ends after resolving."""
    log = StageLog(tools.on_stage)
    _check_early(order)
    if order.output is None:
        return _dry(order, tools, log)
    proven = proven_bundle(order, tools, log, _source(order))
    plan = proven.plan
    if order.limited:
        check_entries(plan)
    if _is_smallest(order):
        with log.stage("press") as detail:
            before, plan = expected_size(plan), tools.pressed(plan)
            detail.append(f"{human(before - expected_size(plan))} less")
    with log.stage("link") as detail:
        bundle = _written(plan, order.output, order, tools.store)
        detail.append(count(bundle.files, "file"))
    report = replace(
        _report(order, proven.resolution, log),
        bundle=bundle,
        slim=_slim(order.slimming),
        drops=plan.drops,
        bytecode=proven.bytecode,
        findings=proven.findings,
        warnings=proven.warnings,
        compiled=tuple(_compiled(proven, tools.store)),
        notes=(
            *proven.choice.notes,
            *proven.notes,
            *plan.notes,
            *notes_on_size(
                bundle,
                order.target.runtime.limits,
                0 if proven.bytecode is None else proven.bytecode.packed,
            ),
        ),
        excluded=proven.choice.excluded,
        runtime_packages=proven.choice.comparison,
        engine=_engine(plan, order),
        fit=proven.fit,
    )
    return _kept(report, bundle, tools.store)


def _kept(report: Report, bundle: Bundle, store: Store) -> Report:
    """The report is in the store, for `lbuild size --dropped`; where it cannot be, the bundle is no worse."""
    try:
        mark = mark_of(report.drops, report.excluded or {})
        if not is_kept(store, bundle.sha256, mark):
            keep_report(store, bundle.sha256, report_as_json(report), mark)
    except StoreError as error:
        told = (
            f"{error.summary}: {', '.join(error.evidence)}; `lbuild size --dropped` will not know this build"
        )
        return replace(report, warnings=(*report.warnings, told))
    return report


def _dry(order: Order, tools: Tools, log: StageLog) -> Report:
    with log.stage("resolve") as detail:
        resolution = resolve_order(order, tools)
        detail.append(count(len(resolution.pins), "package"))
    from builder.proof.last_resort import is_last_resort  # it takes names of wheels apart

    doubtful = [
        pin.file.filename for pin in resolution.pins if is_last_resort(pin.file.filename, order.target)
    ]
    to_fetch(order, resolution.pins)
    told = told_early(order, resolution.pins)
    return replace(
        _report(order, resolution, log),
        warnings=() if told is None else (told,),
        notes=tuple(f"`{name}` is only taken if its files prove to load" for name in doubtful),
    )


def _report(order: Order, resolution: Resolution, log: StageLog) -> Report:
    return Report(
        resolution=resolution,
        target_chosen_by=order.target_chosen_by,
        stages=tuple(log.stages),
        bundle=None,
        layout=order.link.layout.value,
    )


def _slim(profile: SlimProfile) -> Slim:
    return Slim(
        profile=profile.base.value,
        also=tuple(sorted(profile.also)),
        without=tuple(sorted(profile.without)),
        keep=tuple(each.text for each in profile.keep),
        drop=tuple(each.text for each in profile.drop),
    )


def _compiled(proven: Proven, store: Store) -> Iterator[Compiled]:
    """The packages whose wheels were compiled here; a wheel of an index was not, so nobody asks about it."""
    made = {
        pin.name for pin in proven.resolution.pins if not pin.file.is_wheel or pin.file.direct is not None
    }
    if not made:
        return
    from builder.build import provenance_of

    for wheel in proven.choice.wheels:
        story = provenance_of(store, wheel.sha256) if wheel.name in made else None
        if story is not None:
            yield Compiled(
                package=f"{wheel.name} {wheel.version}",
                wheel=wheel.filename,
                backend=story.backend,
                reason=story.reason,
                refused=story.refused,
                log=story.log,
                seconds=story.seconds,
                requirements=story.requirements,
                notes=story.notes,
            )


def _source(order: Order) -> tuple[SourceFile, ...]:
    if order.source is None:
        return ()
    from builder.link.source import read_source  # its ignore rules take 30 ms to import

    return read_source(order.source, order.output)


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


def _written(plan: BundlePlan, output: Path, order: Order, store: Store) -> Bundle:
    if order.as_directory:
        from builder.link.directory import write_directory  # 6 ms of threads that a zip does without

        if not order.paranoid:
            return write_directory(plan, output)
        from builder.link.proofreading import proofread_folder

        return write_directory(plan, output, partial(proofread_folder, plan))
    compress: Pack = pack
    if _is_smallest(order):
        from builder.fragments.pressing import packer

        compress = packer(store)
    if not order.paranoid:
        return write_zip(plan, output, compress=compress)
    from builder.link.proofs import proofread

    return write_zip(plan, output, proofread(plan, store), compress=compress)


def _is_smallest(order: Order) -> bool:
    """Whether members are compressed anew; a folder has none."""
    return order.optimize is Optimize.SIZE and not order.as_directory


def build_lock(order: Order, tools: Tools, output: Path) -> Report:
    """The resolution of `order` is written at `output` as a lock file."""
    from builder.locked import lock_text

    log = StageLog(tools.on_stage)
    check_file_output(output)
    resolution, _ = proven_resolution(order, tools, log)
    with log.stage("lock") as detail:
        text = lock_text(resolution, tools.reading.inputs.requests, output, tools).encode()
        with replacing_file(output, len(text)) as file:
            file.write(text)
        detail.append(str(output))
    return replace(_report(order, resolution, log), lock=output)


def _engine(plan: BundlePlan, order: Order) -> str | None:
    """What compressed the members that are not as a wheel brought them."""
    if all(isinstance(file.content, FromWheel) and file.content.overlay is None for file in plan.files):
        return None
    return engine(SMALLEST if _is_smallest(order) else LEVEL)
