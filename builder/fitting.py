"""A bundle that is too large, planned anew with other options: to make it fit, or to tell what would help.

Every figure is the size of a real plan; nothing is estimated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder.budget.data import data_parts
from builder.budget.steps import Step, least
from builder.budget.telling import Measured, fit_note, too_large
from builder.bytecode.mode import Mode
from builder.link.limits import unpacked_sizes
from builder.link.placement import Layout
from builder.link.runtime_packages import FAMILY, FITS
from builder.model import Slimming
from builder.report.sizes import human
from builder.report.values import Fit
from manylinux.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from collections.abc import Set as AbstractSet

    from builder.budget.limit import Limit
    from builder.choosing import Planned
    from builder.errors import TooLargeError
    from builder.model import BundlePlan
    from builder.order import Order, StageLog


class Fitting:
    """One bundle under several options, each planned once."""

    def __init__(
        self, order: Order, limit: Limit, planned: Planned, make: Callable[[Order], Planned]
    ) -> None:
        """`planned` is the bundle of `order`, which is beyond `limit`; `make` plans another order."""
        self._order = order
        self._limit = limit
        self._make = make
        self._refused: list[str] = []
        self._made: dict[AbstractSet[Step], Planned] = {frozenset(): planned}
        self._steps = [step for step in _open_steps(order, planned.plan) if self._can_be_had(step)]

    def best(self, log: StageLog) -> tuple[Planned, Fit] | None:
        """The bundle with the least risky options that suffice; None when none do."""
        before = self._size(frozenset())
        with log.stage("fit") as detail:
            steps = least(self._steps, self._size, self._limit.most)
            if steps is None:
                detail.append("no option suffices")
                return None
            planned = self._with(frozenset(steps))
            detail.append(f"{human(planned.size)} with {', '.join(steps)}")
        options = tuple(map(str, steps))
        note = fit_note(steps, before, planned.size, self._limit)
        fit = Fit(limit=self._limit.size, before=before, after=planned.size, options=options)
        return replace(planned, notes=(*planned.notes, note)), fit

    def error(self) -> TooLargeError:
        """What to tell of the bundle as it was ordered."""
        plan, before = self._with(frozenset()).plan, self._size(frozenset())
        saved = {step: before - self._size(frozenset({step})) for step in self._steps}
        together = before - self._size(frozenset(self._steps))
        library = Layout.of(self._order.link.layout, self._order.target.runtime.python).library
        measured = Measured(
            limit=self._limit,
            sizes=unpacked_sizes(plan),
            saved=saved,
            together=together,
            # Of what is left with them all: what an option leaves out need not be named.
            data=data_parts(self._with(frozenset(self._steps)).plan, library),
            refused=tuple(self._refused),
        )
        return too_large(measured, tried=self._order.fit)

    def _size(self, steps: AbstractSet[Step]) -> int:
        return self._with(steps).size

    def _with(self, steps: AbstractSet[Step]) -> Planned:
        if Step.SMALL in steps:
            steps = steps - {Step.SAFE}
        if steps not in self._made:
            self._made[steps] = self._make(_applied(self._order, steps))
        return self._made[steps]

    def _can_be_had(self, step: Step) -> bool:
        """Whether it is a way at all: not where bytecode without sources is the smaller, or the runtime's
        packages do not fit; whatever else is a matter of will."""
        if step is Step.BYTECODE:
            return self._size(frozenset({step})) < self._size(frozenset())
        if step is not Step.RUNTIME:
            return True
        try:
            self._size(frozenset({step}))
        except NetworkError as error:
            self._refused.append(f"`{step}`, because it cannot be judged: {error.summary}")
            return False
        rows = self._with(frozenset({step})).choice.comparison
        missed = [f"{row.project}: {row.verdict}" for row in rows if row.verdict != FITS]
        if missed:
            self._refused.append(f"`{step}`, {missed[0]}")
        return not missed


def _open_steps(order: Order, plan: BundlePlan) -> Iterator[Step]:
    """What `order` does not ask for yet, least risky first."""
    if order.bytecode in (Mode.ALL, Mode.ONLY):
        yield Step.BYTECODE
    if order.slimming.base is Slimming.NONE:
        yield Step.SAFE
    if not order.exclude_runtime_packages and any(wheel.name in FAMILY for wheel in plan.wheels):
        yield Step.RUNTIME
    if order.slimming.base is not Slimming.SMALL:
        yield Step.SMALL


def _applied(order: Order, steps: AbstractSet[Step]) -> Order:
    """`order` with these options too."""
    if Step.BYTECODE in steps:
        order = replace(order, bytecode=Mode.AUTO)
    if Step.RUNTIME in steps:
        order = replace(order, exclude_runtime_packages=True)
    if Step.SMALL in steps:
        return replace(order, slimming=replace(order.slimming, base=Slimming.SMALL))
    if Step.SAFE in steps:
        return replace(order, slimming=replace(order.slimming, base=Slimming.SAFE))
    return order
