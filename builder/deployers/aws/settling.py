"""Waiting until Lambda has done what it was asked for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder.deployers.aws.differences import has_failed, is_changing
from builder.errors import NotReadyError, UpdateFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from builder.deployers.aws.port import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long, and how often is looked; in seconds."""

    limit: float = 300.0
    """Functions with SnapStart take minutes."""
    pause: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def settled(service: Service, name: str, patience: Patience, **parameters: Any) -> Mapping[str, Any]:
    """The function once no change of it is under way, whatever came of the last. Raises NotReadyError."""
    until = patience.clock() + patience.limit
    while True:
        now = service.ask("get_function_configuration", f"function `{name}`", FunctionName=name, **parameters)
        if not is_changing(now):
            return now
        if patience.clock() >= until:
            raise NotReadyError(
                f"The function `{name}` is not ready in {service.region} after {patience.limit:.0f} seconds",
                evidence=[f"State is {now.get('State')}, LastUpdateStatus is {now.get('LastUpdateStatus')}"],
                hint="Run it again: what is done already is not done again",
            )
        patience.sleep(patience.pause)


def succeeded(service: Service, name: str, patience: Patience, **parameters: Any) -> Mapping[str, Any]:
    """The function once its last change is done. Raises UpdateFailedError, NotReadyError."""
    now = settled(service, name, patience, **parameters)
    if has_failed(now):
        code = now.get("LastUpdateStatusReasonCode") or now.get("StateReasonCode") or "no code"
        reason = now.get("LastUpdateStatusReason") or now.get("StateReason") or "no reason was given"
        raise UpdateFailedError(
            f"Lambda could not make a working function of `{name}` in {service.region}",
            evidence=[f"{code}: {reason}"],
        )
    return now
