"""Resolved, fetched, planned and proved to load; and once more without the files that cannot.

A file name promises what its wheel needs of the runtime; the bytes of its compiled files decide. A wheel of
an index that loads nowhere on the target is left out and the resolution goes on without it. What was pointed
at, or stands in a lock, is an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from builder.auditing import audited
from builder.budget.wheels import check_wheels, listed_size
from builder.bytecode.mode import Mode
from builder.bytecode.names import SOURCELESS
from builder.choosing import Planned, choose, to_fetch
from builder.link.contents import read_content
from builder.link.plan import plan_bundle
from builder.model import LinkOptions
from builder.order import StageLog
from builder.report.sizes import count, human
from builder.resolving import resolve_order

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from builder.choosing import Choice
    from builder.fitting import Fitting
    from builder.model import BundlePlan, Pin, Resolution, Slimmed, SourceFile
    from builder.order import Order, Tools
    from builder.proof.verdict import Verdict
    from builder.report.values import Bytecode, Fit
    from manylinux.audit.finding import Finding
    from prebuilt_index.wheel_archive import VerifiedWheel

ROUNDS = 50
"""Each leaves out at least one file; as many that are not what their names say are no accident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A bundle that is planned and would load."""

    resolution: Resolution
    choice: Choice
    plan: BundlePlan
    findings: tuple[Finding, ...]
    """What is left to be said of its compiled files, worst first."""
    notes: tuple[str, ...]
    fit: Fit | None = None
    bytecode: Bytecode | None = None
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Refused:
    """Files that turned out not to load, and what was said of each."""

    reasons: dict[str, str] = field(default_factory=dict)

    def learn(self, pins: Sequence[Pin], plan: BundlePlan, verdict: Verdict, *, fixed: bool) -> bool:
        """Whether a round without these files is worth it; none is where files are fixed, as by a lock."""
        names = {wheel.filename: wheel.name for wheel in plan.wheels}
        files = {pin.name: pin.file for pin in pins}
        found: dict[str, str] = {}
        for filename, finding in verdict.refused.items():
            file = files[names[filename]]
            if fixed or file.direct is not None:
                return False
            found[file.filename] = f"its `{finding.path}` {_in_one_line(finding)}"
        new = found.keys() - self.reasons.keys()
        self.reasons |= found
        return bool(new) and len(self.reasons) <= ROUNDS


def _in_one_line(finding: Finding) -> str:
    return finding.evidence[0] if finding.evidence else finding.code


def proven_bundle(order: Order, tools: Tools, log: StageLog, source: Sequence[SourceFile]) -> Proven:
    """The first resolution whose bundle loads; WillNotLoadError where one does not and none is left."""
    refused = Refused()
    while True:
        with log.stage("resolve") as detail:
            resolution = resolve_order(order, tools, refused.reasons)
            detail.append(count(len(resolution.pins), "package"))
            detail.extend(filter(None, [told_early(order, resolution.pins)]))
        with log.stage("fetch") as detail:
            wheels = tools.fetch(to_fetch(order, resolution.pins))
            detail.append(human(sum(wheel.size for wheel in wheels)))
        make = partial(_planned, tools=tools, resolution=resolution, wheels=wheels, source=source)
        planned = make(order, log)
        fitting = _fitting(order, planned, make)
        fitted = fitting.best(log) if fitting is not None and order.fit else None
        planned, fit = fitted or (planned, None)
        plan = planned.plan
        with log.stage("audit") as detail:
            verdict = audited(plan, order, tools)
            detail.append(count(len(verdict.findings), "finding"))
        if not verdict.errors:
            if fitting is not None and fit is None:
                raise fitting.error()
            return Proven(
                resolution=resolution,
                choice=planned.choice,
                plan=plan,
                findings=verdict.findings,
                notes=(*verdict.notes, *planned.notes),
                warnings=planned.warnings,
                fit=fit,
                bytecode=planned.bytecode,
            )
        fixed = bool(order.locked or tools.reading.locks)
        if not refused.learn(resolution.pins, plan, verdict, fixed=fixed):
            from builder.proof.telling import will_not_load

            raise will_not_load(verdict.errors, order.target)


def told_early(order: Order, pins: Sequence[Pin]) -> str | None:
    """What the listed sizes of `pins` say of the bundle. Raises TooLargeError where it cannot fit."""
    limit = order.limit
    # Of what `--drop` leaves out of a wheel its size says nothing.
    globs = order.slimming.drop
    left = [pin for pin in pins if pin.name not in order.exclude]
    left = [pin for pin in left if not any(glob.concerns(pin.name) for glob in globs)]
    if limit is None or listed_size(pin.file for pin in left) <= limit.most:
        return None
    if order.exclude_runtime_packages or order.fit:
        from builder.link.runtime_packages import FAMILY

        left = [pin for pin in left if pin.name not in FAMILY]
    return check_wheels([pin.file for pin in left], limit)


def _fitting(order: Order, planned: Planned, make: Callable[[Order, StageLog], Planned]) -> Fitting | None:
    """Other options for a bundle that is too large; None for one that fits."""
    limit = order.limit
    if limit is None or planned.size <= limit.most:
        return None
    from builder.fitting import Fitting

    quiet = StageLog(lambda stage: None)
    return Fitting(order, limit, planned, lambda other: make(other, quiet))


def _planned(
    order: Order,
    log: StageLog,
    *,
    tools: Tools,
    resolution: Resolution,
    wheels: Sequence[VerifiedWheel],
    source: Sequence[SourceFile],
) -> Planned:
    """Every path of the bundle, what is to be told of its bytecode, and what was left out and why."""
    choice = choose(order, tools, resolution, wheels)

    def plan_with(slimmed: Mapping[str, Slimmed], made: Mapping[str, bytes]) -> BundlePlan:
        return plan_bundle(choice.wheels, source, order.target, order.link, read_content, slimmed, made)

    with log.stage("slim") as detail:
        slim = tools.slimmed(choice.wheels, source, order.slimming)
        if order.bytecode is Mode.NONE:
            plan = plan_with(slim.by_wheel, {})
            detail.append(_left_out(plan))
            return Planned(choice=choice, plan=plan, notes=slim.notes, warnings=slim.warnings)
        from builder.bytecoding import Bytecoding

        find = tools.bytecode_workshop
        coding = Bytecoding(order, choice.wheels, source, slim.by_wheel, find, tools.store)
        known = coding.known()
        plan = plan_with(slim.by_wheel, {}) if known is None else plan_with(known.slimmed, known.made)
        detail.append(_left_out(plan))
    with log.stage("compile") as detail:
        made = coding.make(plan) if known is None else known
        if known is None and made.figures:
            plan = plan_with(made.slimmed, made.made)
        detail.append(count(made.figures.modules if made.figures else 0, "module"))
    return Planned(
        choice=choice,
        plan=plan,
        notes=(*slim.notes, made.note),
        warnings=slim.warnings,
        bytecode=made.figures,
    )


def _left_out(plan: BundlePlan) -> str:
    """What slimming alone leaves out, whether or not sources have given way to their bytecode."""
    return f"{human(sum(drop.size for drop in plan.drops if drop.rule != SOURCELESS))} left out"


def proven_resolution(order: Order, tools: Tools, log: StageLog) -> tuple[Resolution, Mapping[str, str]]:
    """A resolution whose files of last resort have proved to load; and those that did not, with the reasons.

    Nothing but files of last resort is fetched for it.
    """
    from builder.proof.auditing import audit_plan
    from builder.proof.last_resort import is_last_resort

    refused = Refused()
    while True:
        with log.stage("resolve") as detail:
            resolution = resolve_order(order, tools, refused.reasons)
            detail.append(count(len(resolution.pins), "package"))
        doubtful = [pin for pin in resolution.pins if is_last_resort(pin.file.filename, order.target)]
        if not doubtful:
            return resolution, refused.reasons
        with log.stage("audit") as detail:
            plan = plan_bundle(tools.fetch(doubtful), (), order.target, LinkOptions(), read_content)
            verdict = audit_plan(plan, order.target, LinkOptions().layout, order.allow, tools.binaries, {})
            detail.append(count(len(verdict.findings), "finding"))
        if not verdict.refused:
            return resolution, refused.reasons
        if not refused.learn(doubtful, plan, verdict, fixed=False):
            from builder.proof.telling import will_not_load

            raise will_not_load(verdict.errors, order.target)
