"""One region's part of a deployment, layers before functions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from builder.deployers.aws.bucket import demand_ready, sent
from builder.deployers.aws.functions import FunctionDoor
from builder.deployers.aws.layers import publish_layer
from builder.deployers.aws.values import Action, Step
from builder.errors import ExpiredTokenError, NoAwsCredentialsError
from manylinux.errors import LbuildError

if TYPE_CHECKING:
    from threading import Event

    from builder.deployers.aws.bucket import Sent
    from builder.deployers.aws.port import Account
    from builder.deployers.aws.settling import Patience
    from builder.deployers.aws.values import Deployment, FunctionWish, LayerWish, Terms, Zip
    from builder.ports import Progress

TASK = "upload"
_HOPELESS = (ExpiredTokenError, NoAwsCredentialsError)
"""After these no other request of the region is sent."""
_NO_USE = "the credentials do not work"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region, and how things are brought there."""

    name: str
    account: Account
    terms: Terms
    limit: int
    """Bytes from which on a zip goes through the bucket."""
    progress: Progress
    patience: Patience
    stop: Event
    """Once it is set, nothing more is begun."""

    def bring(self, deployment: Deployment) -> tuple[Step, ...]:
        """What became of each layer and function; with `dry_run` what would."""
        return _Work(region=self).steps_of(deployment)

    def looking(self) -> Region:
        """The same region, of which only is looked what is there."""
        return replace(self, terms=replace(self.terms, dry_run=True))

    def send(self, zip_: Zip) -> Sent:
        """Make a zip's bytes available to Lambda. Raises LbuildError."""
        if zip_.size >= self.limit:
            self.progress.add_total(TASK, zip_.size)
        return sent(zip_, self.terms, self.account.objects, self.limit, partial(self.progress.advance, TASK))


@dataclass(slots=True, kw_only=True)
class _Work:
    """What has been done so far."""

    region: Region
    steps: list[Step] = field(default_factory=list)
    arns: dict[str, str] = field(default_factory=dict)
    """Of layers that are there, by name."""
    hopeless: bool = False

    def steps_of(self, deployment: Deployment) -> tuple[Step, ...]:
        planned = frozenset(each.name for each in deployment.layers)
        for layer in deployment.layers:
            if not self.region.stop.is_set():
                self._layer(layer)
        for function in deployment.functions:
            if not self.region.stop.is_set():
                self._function(function, planned)
        return tuple(self.steps)

    def _layer(self, wish: LayerWish) -> None:
        if self.hopeless:
            self._leave("layer", wish.name, _NO_USE)
            return
        region = self.region
        try:
            step = publish_layer(wish, region.terms, region.account.functions, partial(region.send, wish.zip))
            self._look_at_bucket(wish.zip, step)
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
        layers = None if wish.layers is None else tuple(map(self._arn, wish.layers))
        door = FunctionDoor(
            service=self.region.account.functions,
            terms=self.region.terms,
            send=partial(self.region.send, wish.zip),
            patience=self.region.patience,
        )
        try:
            step = door.deploy(replace(wish, layers=layers))
            self._look_at_bucket(wish.zip, step)
        except LbuildError as error:
            self._fail("function", wish.name, error)
        else:
            self.steps.append(step)

    def _arn(self, layer: str) -> str:
        return self.arns.get(layer) or layer.replace("{region}", self.region.name)

    def _look_at_bucket(self, zip_: Zip, step: Step) -> None:
        """A dry run tells too whether the zip could be sent."""
        region = self.region
        if region.terms.dry_run and step.sends:
            demand_ready(zip_, region.terms, region.account.objects, region.limit)

    def _fail(self, kind: str, name: str, error: LbuildError) -> None:
        self.hopeless = isinstance(error, _HOPELESS)
        self.steps.append(Step(kind=kind, name=name, action=Action.FAILED, error=error))

    def _leave(self, kind: str, name: str, reason: str) -> None:
        self.steps.append(Step(kind=kind, name=name, action=Action.LEFT, reason=reason))
