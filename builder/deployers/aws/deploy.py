"""A deployment in many regions at once; what became of it in each, whatever happened in others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from builder.deployers.aws.bucket import demand_bucket, sent
from builder.deployers.aws.functions import FunctionDoor
from builder.deployers.aws.layers import publish_layer
from builder.deployers.aws.settling import Patience
from builder.deployers.aws.values import Action, RegionOutcome, Step
from builder.errors import ExpiredTokenError, NoAwsCredentialsError
from manylinux.errors import LbuildError, SeveralErrors
from manylinux.runtimes import default_runtime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.deployers.aws.bucket import Sent
    from builder.deployers.aws.port import Account
    from builder.deployers.aws.values import Deployment, FunctionWish, LayerWish, Terms, Zip
    from builder.ports import Progress

AT_ONCE = 4
"""Regions; each may hold a zip of 50 MB in memory, several times over while it is sent."""
_HOPELESS = (ExpiredTokenError, NoAwsCredentialsError)
"""After these no other request of the region is sent."""
_NO_USE = "the credentials do not work"
TASK = "upload"


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
    limits = default_runtime().limits
    stop = Event()
    _demand_sendable(deployment, terms, limits.direct_upload_bytes)
    progress.start(TASK)
    try:
        with ThreadPoolExecutor(min(AT_ONCE, len(accounts)), thread_name_prefix="deploy") as pool:
            work = [
                _Region(
                    region=region,
                    account=account,
                    terms=terms,
                    limit=limits.direct_upload_bytes,
                    progress=progress,
                    patience=patience or Patience(),
                    stop=stop,
                )
                for region, account in accounts.items()
            ]
            try:
                return tuple(pool.map(partial(_Region.outcome, deployment=deployment), work))
            except BaseException:
                # An interruption: what is being changed is finished, and no more is begun.
                stop.set()
                raise
    finally:
        progress.finish(TASK)


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


@dataclass(slots=True, kw_only=True)
class _Region:
    """One region's part of the work."""

    region: str
    account: Account
    terms: Terms
    limit: int
    progress: Progress
    patience: Patience
    stop: Event
    steps: list[Step] = field(default_factory=list)
    arns: dict[str, str] = field(default_factory=dict)
    """Of layers that are there, by name."""
    hopeless: bool = False

    def outcome(self, deployment: Deployment) -> RegionOutcome:
        for layer in deployment.layers:
            if not self.stop.is_set():
                self._layer(layer)
        for function in deployment.functions:
            if not self.stop.is_set():
                self._function(function, frozenset(each.name for each in deployment.layers))
        return RegionOutcome(region=self.region, steps=tuple(self.steps))

    def _layer(self, wish: LayerWish) -> None:
        if self.hopeless:
            self._leave("layer", wish.name, _NO_USE)
            return
        try:
            step = publish_layer(wish, self.terms, self.account.functions, partial(self._send, wish.zip))
        except LbuildError as error:
            self._fail("layer", wish.name, error)
            return
        self.steps.append(step)
        # Of a version that a dry run did not make, the function's layer is another than any it may have.
        self.arns[wish.name] = step.arn or wish.name

    def _function(self, wish: FunctionWish, planned: frozenset[str]) -> None:
        missing = [name for name in wish.layers or () if name in planned and name not in self.arns]
        if self.hopeless or missing:
            reason = _NO_USE if self.hopeless else f"its layer `{missing[0]}` is not there"
            self._leave("function", wish.name, reason)
            return
        layers = None if wish.layers is None else tuple(self.arns.get(name, name) for name in wish.layers)
        door = FunctionDoor(
            service=self.account.functions,
            terms=self.terms,
            send=partial(self._send, wish.zip),
            patience=self.patience,
        )
        try:
            self.steps.append(door.deploy(replace(wish, layers=layers)))
        except LbuildError as error:
            self._fail("function", wish.name, error)

    def _send(self, zip_: Zip) -> Sent:
        if zip_.size >= self.limit:
            self.progress.add_total(TASK, zip_.size)
        return sent(zip_, self.terms, self.account.objects, self.limit, partial(self.progress.advance, TASK))

    def _fail(self, kind: str, name: str, error: LbuildError) -> None:
        self.hopeless = isinstance(error, _HOPELESS)
        self.steps.append(Step(kind=kind, name=name, action=Action.FAILED, error=error))

    def _leave(self, kind: str, name: str, reason: str) -> None:
        self.steps.append(Step(kind=kind, name=name, action=Action.LEFT, reason=reason))
