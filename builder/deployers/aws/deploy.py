"""A deployment in many regions at once; what became of it in each, whatever happened in others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from builder.deployers.aws.bucket import demand_bucket
from builder.deployers.aws.region import TASK, Region
from builder.deployers.aws.settling import Patience
from builder.deployers.aws.values import Action, RegionOutcome, Step
from manylinux.errors import LbuildError, SeveralErrors
from manylinux.runtimes import default_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.deployers.aws.port import Account
    from builder.deployers.aws.values import Deployment, Terms
    from builder.ports import Progress

AT_ONCE = 4
"""Regions; each may hold a zip of 50 MB in memory, several times over while it is sent."""


def deploy(
    deployment: Deployment,
    accounts: Mapping[str, Account],
    terms: Terms,
    progress: Progress,
    patience: Patience | None = None,
) -> tuple[RegionOutcome, ...]:
    """What became of `deployment` in every region, in the order of `accounts`.

    Raises TooLargeError for what is known to be too large before anything is sent. What goes wrong later is
    in the outcomes; running it again does what is missing.
    """
    limit = default_runtime().limits.direct_upload_bytes
    stop = Event()
    _demand_sendable(deployment, terms, limit)
    progress.start(TASK)
    try:
        with ThreadPoolExecutor(min(AT_ONCE, len(accounts)), thread_name_prefix="deploy") as pool:
            regions = [
                Region(
                    name=name,
                    account=account,
                    terms=terms,
                    limit=limit,
                    progress=progress,
                    patience=patience or Patience(),
                    stop=stop,
                )
                for name, account in accounts.items()
            ]
            try:
                return tuple(pool.map(partial(_outcome, deployment), regions))
            except BaseException:
                # An interruption: what is being changed is finished, and no more is begun.
                stop.set()
                raise
    finally:
        progress.finish(TASK)


def _outcome(deployment: Deployment, region: Region) -> RegionOutcome:
    """What became of it; where a look shows that something cannot be done, nothing is begun."""
    steps = region.looking().bring(deployment)
    if any(step.error for step in steps):
        steps = tuple(_left(step) for step in steps)
    elif not (region.terms.dry_run or _is_done(steps, region.terms)):
        steps = region.bring(deployment)
    return RegionOutcome(region=region.name, steps=steps)


def _is_done(steps: tuple[Step, ...], terms: Terms) -> bool:
    """Whether what a look found is as it is to be; of versions and aliases it tells nothing."""
    every = all(step.action is Action.UNCHANGED for step in steps)
    return every and not (terms.publish or terms.alias)


def _left(step: Step) -> Step:
    """A step that was not begun, because another would fail."""
    if step.action in {Action.FAILED, Action.LEFT, Action.UNCHANGED}:
        return step
    return Step(kind=step.kind, name=step.name, action=Action.LEFT, reason="nothing was begun in this region")


def _demand_sendable(deployment: Deployment, terms: Terms, limit: int) -> None:
    """Faults of all files are told together."""
    errors: list[LbuildError] = []
    for zip_ in deployment.zips:
        try:
            if zip_.size >= limit:
                demand_bucket(zip_, terms, limit)
        except LbuildError as error:
            errors.append(error)
    SeveralErrors.raise_any(errors)
