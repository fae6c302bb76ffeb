"""Resolutions that come from lock files, and lock files that come from resolutions."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder.errors import InvalidLockError, LockOutOfDateError
from builder.lock import (
    UV_LOCK,
    Place,
    mismatches,
    read_lock,
    read_pylock,
    resolution_from_pylock,
    to_pylock,
    without_hash,
    write,
)
from builder.memo import Evidence, Witness
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.pylock import Pylock
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from builder.model import Inputs, Pin, Request, Resolution
    from builder.order import Order, Tools


def target_of_lock(content: bytes) -> tuple[str, str] | None:
    """Runtime and architecture that lbuild made a lock for; None for others' locks and broken ones."""
    try:
        noted = tomllib.loads(content.decode())["tool"]["lbuild"]
        return str(noted["runtime"]), str(noted["arch"])
    except (ValueError, KeyError, TypeError, RecursionError):  # nested too deep
        return None


def locked_resolution(order: Order, tools: Tools) -> tuple[Resolution, Evidence]:
    """What the lock among the inputs, or the one of `--locked`, says for the target.

    Raises LockOutOfDateError when `--locked` names a lock that the requirements do not match any more.
    """
    inputs, locks = tools.reading.inputs, tools.reading.locks
    if order.locked is not None and not locks:
        path = order.locked.absolute()
    elif len(locks) == 1 and order.locked is None and not inputs.requests:
        path = locks[0]
    else:
        raise UsageError(
            "A lock file is built alone",
            evidence=[f"locks: {', '.join(f'`{lock}`' for lock in locks)}"],
            hint="Give the lock as the only input, or requirements and `--locked LOCK`",
        )
    place = Place(source=_shown(path), folder=path.parent)
    try:
        pylock = read_lock(
            _content(path, place, tools),
            path.name,
            place.source,
            order.target.environment(),
            tools.reading.extras,
            tools.reading.groups,
        )
    except InvalidLockError as error:
        error.hint = error.hint or "Make it again where it comes from, here with `lbuild lock`"
        raise
    if order.locked is not None:
        _demand_match(pylock, order, inputs, place)
    witness = Witness(tools.facts)
    strict = tools.options.strict_tags
    # What a lock beside requirements was made with is theirs to choose, and lbuild's own holds nothing else.
    given = tools.reading if order.locked is None and path.name.lower() != UV_LOCK else None
    resolution = resolution_from_pylock(
        pylock,
        order.target,
        place,
        witness.direct,
        extras=given.extras if given else (),
        groups=(*(pylock.default_groups or ()), *given.groups) if given and given.groups else None,
        strict_tags=strict,
    )
    return resolution, witness.evidence()


def versions_of_lock(path: Path, order: Order) -> Mapping[NormalizedName, Version]:
    """The versions an existing lock holds for the target; none when there is no lock, or one for others."""
    if not os.path.isfile(path):
        return {}
    from builder.lock.selecting import select

    place = Place(source=_shown(path), folder=path.absolute().parent)
    try:
        pylock = read_pylock(path.read_bytes(), place.source)
    except OSError as error:
        raise _unreadable(place, error) from error
    except InvalidLockError as error:
        error.hint = "Mend it, or lock without what it holds: `--upgrade`"
        raise
    try:
        chosen = select(pylock, order.target, place)
    except InvalidLockError:
        return {}  # made for another target: it is going to be replaced
    return {name: package.version for name, (package, _) in chosen.items() if package.version is not None}


def lock_text(resolution: Resolution, requests: Sequence[Request], path: Path, tools: Tools) -> str:
    """The text of a lock at `path`; files for which no index gives a hash are fetched to have one."""
    unknown = [pin for pin in without_hash(resolution) if pin.file.is_wheel]
    digests = {wheel.filename: wheel.sha256 for wheel in tools.fetch(unknown)} if unknown else {}
    pins = tuple(_with_hash(pin, digests) for pin in resolution.pins)
    place = Place(source=_shown(path), folder=path.absolute().parent)
    return write(to_pylock(replace(resolution, pins=pins), requests, place))


def _with_hash(pin: Pin, digests: Mapping[str, str]) -> Pin:
    digest = digests.get(pin.file.filename)
    return pin if digest is None else replace(pin, file=replace(pin.file, hashes={"sha256": digest}))


def _content(path: Path, place: Place, tools: Tools) -> bytes:
    try:
        return tools.disk.read(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise _unreadable(place, error) from error


def _unreadable(place: Place, error: Exception) -> InvalidLockError:
    return InvalidLockError(
        f"`{place.source}` cannot be read",
        evidence=[getattr(error, "strerror", None) or str(error)],
        hint="Make one with `lbuild lock`",
    )


def _demand_match(pylock: Pylock, order: Order, inputs: Inputs, place: Place) -> None:
    is_uv = place.source.lower().endswith(UV_LOCK)
    reasons = mismatches(pylock, order.target, inputs.requests, inputs.constraints, place)
    if reasons:
        raise LockOutOfDateError(
            f"`{place.source}` is not what the requirements ask for",
            evidence=reasons,
            hint=f"Lock again with `{'uv' if is_uv else 'lbuild'} lock`",
        )


def _shown(path: Path) -> str:
    """As a person would write it: relative when it lies below the current folder."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
