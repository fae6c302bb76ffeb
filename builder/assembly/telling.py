"""What a plan means for the functions, in words: why something lies where it does, and what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.errors import TooLargeError
from builder.link.limits import unpacked_sizes
from builder.report.sizes import human

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.assembly.asking import Asked
    from builder.assembly.values import FunctionPart, Linked
    from builder.layers.values import LayerPlan

_SHOWN = 10


def reasons(asked: Asked, plan: LayerPlan) -> dict[str, dict[str, str]]:
    """Function to distribution to why it lies in the function's own bundle."""
    users: dict[str, list[str]] = {}
    for consumer in asked.question.consumers:
        for name in consumer.needs:
            users.setdefault(name, []).append(consumer.name)
    layered = {name for layer in plan.layers for name in layer.items}
    often = {item.name for item in asked.question.items if item.changes_often}
    told: dict[str, dict[str, str]] = {}
    for consumer in asked.question.consumers:
        told[consumer.name] = {}
        for name in plan.own[consumer.name] if asked.demands[consumer.name].shares else ():
            if name in consumer.bound:
                why = "it lies beside the function's source"
            elif name in layered:
                why = "its layer holds what the function does not need, or would be one too many"
            elif name in often:
                why = "it changes often"
            elif len(users[name]) == 1:
                why = "no other function needs it, and it is too small to be worth a layer"
            else:
                why = "it is too small to be worth a layer"
            told[consumer.name][name] = why
    return told


def too_large(part: FunctionPart, linked: Linked) -> TooLargeError | None:
    """What to say of a function that unpacks, with its layers, to more than Lambda takes."""
    limit = part.target.runtime.limits.unzipped_bytes
    own = unpacked_sizes(part.plan)
    layers = {each.name: unpacked_sizes(each.plan) for each in linked.layers if each.name in part.layers}
    total = sum(own.values()) + sum(sum(sizes.values()) for sizes in layers.values())
    if total < limit:
        return None
    whole = unpacked_sizes(part.whole)
    alone = sum(whole.values())
    evidence = [f"{total:,} bytes with its layers, {total - limit + 1:,} too many"]
    evidence += [f"layer `{name}`: {human(sum(sizes.values()))}" for name, sizes in sorted(layers.items())]
    if alone >= limit:
        evidence += _largest(whole)
        hint = "Leave out what is never imported with `exclude`, or split the function; layers count too"
        return TooLargeError(
            f"`{part.name}` unpacks to {human(alone)} even alone, and Lambda takes less than {human(limit)}",
            evidence=evidence,
            hint=hint,
        )
    return TooLargeError(
        f"`{part.name}` with its layers unpacks to {human(total)}, and Lambda takes less than {human(limit)}",
        evidence=evidence,
        hint="Name fewer layers for it: each counts as a whole",
    )


def _largest(sizes: Mapping[str, int]) -> list[str]:
    ranked = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    return [f"`{owner}`: {human(size)}" for owner, size in ranked[:_SHOWN]]
