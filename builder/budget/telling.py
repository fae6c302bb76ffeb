"""What is said of a bundle that is too large, and of one that was made to fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.errors import TooLargeError
from builder.report.sizes import human
from builder.report.text import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from builder.budget.data import DataPart
    from builder.budget.limit import Limit
    from builder.budget.steps import Step

_SHOWN = 10
"""As many packages have a line each."""
_PARTS = 3
"""As many parts of data are suggested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A bundle that does not fit, and what each step would save, all of it measured."""

    limit: Limit
    sizes: Mapping[str, int]
    """Owner to unpacked bytes."""
    saved: Mapping[Step, int]
    """Bytes that the bundle would be smaller by, with this step alone."""
    together: int
    """The same with all steps."""
    data: Sequence[DataPart] = ()
    refused: Sequence[str] = ()
    """Steps that cannot be had, each with the reason."""

    @property
    def total(self) -> int:
        return sum(self.sizes.values())

    @property
    def too_many(self) -> int:
        """Bytes above what fits."""
        return self.total - self.limit.most


def too_large(measured: Measured, *, tried: bool) -> TooLargeError:
    """The error: the largest packages, and what would help, most first. `tried`: `--fit` was given."""
    return TooLargeError(
        f"The bundle unpacks to {human(measured.total)}, and {measured.limit}",
        evidence=[
            f"{measured.total:,} bytes, {measured.too_many:,} too many",
            *_largest(measured.sizes),
            *_ways(measured),
            *(f"no way: {reason}" for reason in measured.refused),
        ],
        hint=" ".join(_hints(measured, tried=tried)),
    )


def fit_note(steps: Sequence[Step], before: int, after: int, limit: Limit) -> str:
    """What `--fit` did."""
    options = ", ".join(f"`{step}` ({step.what})" for step in steps)
    return f"`--fit` applied {options}: {human(after)} instead of {human(before)}, and {limit}"


def _largest(sizes: Mapping[str, int]) -> list[str]:
    ranked = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"`{owner}`: {human(size)}" for owner, size in ranked[:_SHOWN]]
    rest = ranked[_SHOWN:]
    return [*shown, f"{len(rest)} more: {human(sum(size for _, size in rest))}"] if rest else shown


def _ways(measured: Measured) -> Iterator[str]:
    """A line for each option that helps, largest saving first, then one for those that lbuild can apply."""
    ways = [(saved, f"`{step}`", step.what) for step, saved in measured.saved.items() if saved > 0]
    options = len(ways)
    for part in measured.data[:_PARTS]:
        ways.append((part.size, f"`--drop '{part.project}:{part.glob}'`", "data, if nothing reads it"))
    if not ways:
        yield "no option makes it smaller"
        return
    yield f"what makes it smaller; {human(measured.too_many)} have to go:"
    ways.sort(key=lambda way: (-way[0], way[1]))
    rows = [(f"  {human(saved)}", option, _judged(saved, what, measured)) for saved, option, what in ways]
    if options > 1:
        told = "enough" if measured.together >= measured.too_many else "not enough"
        which = "together, without `--drop`" if measured.data else "together"
        rows.append((f"  {human(measured.together)}", which, told))
    yield from table(rows, right=frozenset({0}))


def _judged(saved: int, what: str, measured: Measured) -> str:
    return f"enough: {what}" if saved >= measured.too_many else what


def _hints(measured: Measured, *, tried: bool) -> Iterator[str]:
    if tried:
        yield "What `--fit` may do does not suffice."
    elif measured.together >= measured.too_many:
        yield "`--fit` applies the least risky of these that suffice."
    yield "Leave out what is never imported with `--exclude PROJECT`,"
    if measured.limit.is_lambdas:
        yield "or build for a container image, which holds 10 GB, with `--no-limit -o build/`."
        yield "Layers do not help: a function and its layers share this limit."
    else:
        yield "or move packages into a layer of their own (`--exclude` here, `--layer` there):"
        yield "Lambda's own limit counts a function and its layers together."
