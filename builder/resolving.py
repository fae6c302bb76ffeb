"""How a resolution is had: remembered, read from a lock, or worked out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from builder import memo
from manylinux.errors import NetworkError, NoSolutionError
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from builder.model import Resolution
    from builder.order import Order, Tools
    from builder.ports import IndexFacts, RememberingFacts
    from manylinux.target import Target


def resolve_order(order: Order, tools: Tools, refused: Mapping[str, str] | None = None) -> Resolution:
    """The resolution an order stands for: remembered, read from its lock, or worked out.

    `refused`: names of files that were taken before and do not load, each with the reason; what is worked out
    without them is remembered in place of what had them.
    """
    known = None if refused else _known(order, tools)
    if known is not None and not tools.ask_again and known[1].stands_alone(tools.now()):
        return known[0]
    if known is not None:
        evidence = memo.renewed(known[1], tools.reading.inputs.requests, tools.facts)
        if evidence is not None:
            _keep(order, tools, known[0], evidence)
            return known[0]
    resolution, evidence = _worked_out(order, tools, refused or {})
    if order.wish:
        _keep(order, tools, resolution, memo.with_inputs(evidence, tools.disk, tools.environ))
    return resolution


def _keep(order: Order, tools: Tools, resolution: Resolution, evidence: memo.Evidence) -> None:
    record = memo.write(resolution, replace(evidence, seen_at=tools.now()))
    tools.store.put(Bucket.RESOLUTIONS, order.wish, record)


def _known(order: Order, tools: Tools) -> tuple[Resolution, memo.Evidence] | None:
    """What is remembered of the wish, if the inputs are as they were."""
    record = tools.store.get(Bucket.RESOLUTIONS, order.wish) if order.wish else None
    if record is None:
        return None
    resolution, evidence = memo.read(record, order.target)
    return (resolution, evidence) if memo.inputs_unchanged(evidence, tools.disk, tools.environ) else None


def _worked_out(order: Order, tools: Tools, refused: Mapping[str, str]) -> tuple[Resolution, memo.Evidence]:
    check_python(order.target, tools.reading.inputs.requires_python)
    if tools.reading.locks or order.locked:
        from builder.locked import locked_resolution

        return locked_resolution(order, tools)
    witness = memo.Witness(tools.facts)
    try:
        return _resolved(order, tools, witness, refused), witness.evidence()
    except NoSolutionError:
        if not _has_changed(witness.evidence(), tools.facts):
            raise
    witness = memo.Witness(tools.facts)
    return _resolved(order, tools, witness, refused), witness.evidence()


def _resolved(order: Order, tools: Tools, facts: IndexFacts, refused: Mapping[str, str]) -> Resolution:
    from builder.resolve import resolve

    inputs = tools.reading.inputs
    options = replace(tools.options, preferred=order.preferred, excluded=refused)
    return resolve(inputs.requests, inputs.constraints, order.target, options, facts)


def _has_changed(evidence: memo.Evidence, facts: RememberingFacts) -> bool:
    """Whether a page that an earlier run asked for is another by now: the version just published is on it."""
    projects = facts.doubt(evidence.projects)
    witness = memo.Witness(facts)
    try:
        witness.stamps(projects)
    except NetworkError:
        # The pages are fresh by their own account: without a network the answer they gave stands.
        return False
    return any(evidence.pages[project] != digest for project, digest in witness.evidence().pages.items())


def check_python(target: Target, requires_python: str | None) -> None:
    """Raises ResolutionImpossibleError when the project of a pyproject.toml does not run on the target."""
    if target.satisfies_python(requires_python):
        return
    from builder.errors import ResolutionImpossibleError

    runtime = target.runtime
    raise ResolutionImpossibleError(
        f"The project needs Python {requires_python}, and `{runtime.id}` has {runtime.python_release}",
        hint="Choose another runtime with `--runtime`, or change the `requires-python` of what is built",
    )


def demand_no_lock(tools: Tools) -> None:
    """Raises UsageError when a lock is among the inputs: it says what was chosen, and no longer why."""
    if not tools.reading.locks:
        return
    from manylinux.errors import UsageError

    raise UsageError(
        f"`{tools.reading.locks[0]}` is a lock, which does not say why its versions were chosen",
        hint="Name the requirements that it was made of",
    )
