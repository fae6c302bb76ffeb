"""What of a function on Lambda is not as it is to be; pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from builder.deployers.aws.values import FunctionWish

OF_CODE = frozenset({"code", "architecture"})
"""What UpdateFunctionCode changes; UpdateFunctionConfiguration changes the rest."""
_DEFAULT = "x86_64"


def differences(wish: FunctionWish, now: Mapping[str, Any]) -> tuple[str, ...]:
    """`code`, `architecture`, `runtime`, `handler`, `layers`: those in which `now` differs.

    `now` is the answer of GetFunctionConfiguration. After a change that failed, the code is sent again.
    """
    found = {
        "code": now["CodeSha256"] != wish.zip.code_sha256 or has_failed(now),
        "architecture": wish.architecture is not None and architecture_of(now) != wish.architecture,
        "runtime": wish.runtime is not None and now.get("Runtime") != wish.runtime,
        "handler": wish.handler is not None and now.get("Handler") != wish.handler,
        "layers": wish.layers is not None and layers_of(now) != wish.layers,
    }
    return tuple(name for name, differs in found.items() if differs)


def has_failed(now: Mapping[str, Any]) -> bool:
    """Whether Lambda could not make a working function of the last change."""
    return "Failed" in {now.get("LastUpdateStatus"), now.get("State")}


def is_changing(now: Mapping[str, Any]) -> bool:
    """Whether Lambda is still at it."""
    return now.get("LastUpdateStatus") == "InProgress" or now.get("State") == "Pending"


def architecture_of(now: Mapping[str, Any]) -> str:
    return str(next(iter(now.get("Architectures") or (_DEFAULT,))))


def layers_of(now: Mapping[str, Any]) -> tuple[str, ...]:
    """ARNs of its layer versions, in Lambda's order."""
    return tuple(layer["Arn"] for layer in now.get("Layers") or ())


def removed_layers(wish: FunctionWish, now: Mapping[str, Any]) -> tuple[str, ...]:
    """ARNs of layers of which the function is to have no version any more."""
    if wish.layers is None:
        return ()
    names = {_layer(arn) for arn in wish.layers}
    return tuple(arn for arn in layers_of(now) if _layer(arn) not in names)


def _layer(arn: str) -> str:
    """A layer without its version; what is no ARN is the name of one that will be published."""
    parts = arn.split(":")
    return parts[6] if len(parts) > 6 else arn


def settings_of(wish: FunctionWish, changed: Iterable[str]) -> dict[str, Any]:
    """Parameters of UpdateFunctionConfiguration for those of `changed` that are its."""
    every = {
        "runtime": ("Runtime", wish.runtime),
        "handler": ("Handler", wish.handler),
        "layers": ("Layers", list(wish.layers or ())),
    }
    return dict(each for name, each in every.items() if name in changed)


def as_before(wish: FunctionWish, before: Mapping[str, Any]) -> FunctionWish:
    """The wish to have the settings of `before` again."""
    return replace(
        wish, runtime=before.get("Runtime"), handler=before.get("Handler"), layers=layers_of(before)
    )
