"""Which functions of a pool cannot have one lock, when all of it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.errors import NoCommonLockError
from builder.resolving import resolve_order
from manylinux.errors import NoSolutionError, SeveralErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.assembly.values import Bench, Pool
    from builder.project.values import FixedLayer, Function
    from manylinux.errors import LbuildError

    Asker = Function | FixedLayer


def common_lock_error(pool: Pool, bench: Bench, error: NoSolutionError) -> LbuildError:
    """What to tell of `error`, which resolving the whole pool ended with.

    A function that cannot be resolved by itself has its own error. Otherwise the first that cannot join
    those before it is told with the one that it cannot stand beside, if there is a single one.
    """
    askers = pool.askers
    alone = [found for each in askers if (found := _failure(pool, bench, [each])) is not None]
    if alone:
        return alone[0] if len(alone) == 1 else SeveralErrors(alone)
    for number in range(1, len(askers)):
        if _failure(pool, bench, askers[: number + 1]) is None:
            continue
        late = askers[number]
        for early in askers[:number]:
            found = _failure(pool, bench, [early, late])
            if found is not None:
                return _told(pool, [early, late], found)
        return _told(pool, askers[: number + 1], error)
    return error


def _told(pool: Pool, askers: Sequence[Asker], error: NoSolutionError) -> NoCommonLockError:
    names = [f"`{each.name}`" for each in askers]
    together = f"{', '.join(names[:-1])} and {names[-1]}"
    return NoCommonLockError(
        f"{together} cannot have one lock on `{pool.target.id}`",
        evidence=[error.summary, *error.evidence],
        hint="Change what one of them asks for, or let them have separate locks: put them into different "
        f"groups, such as a table `groups.{askers[-1].name}` with `functions = ['{askers[-1].name}']`",
    )


def _failure(pool: Pool, bench: Bench, askers: Sequence[Asker]) -> NoSolutionError | None:
    """Why these cannot be resolved together; of one alone, with its name."""
    wanted = tuple(dict.fromkeys(each.wanted for each in askers))
    try:
        resolve_order(bench.order(wanted, pool.target), bench.together(wanted, pool.target))
    except NoSolutionError as error:
        if len(askers) == 1:
            error.evidence = (f"asked for by `{askers[0].name}`", *error.evidence)
        return error
    return None
