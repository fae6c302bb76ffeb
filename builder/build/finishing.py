"""What a backend made becomes a wheel for the target: grafted, retagged by evidence, judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.errors import GraftError
from manylinux.repair import REPAIR_VERSION, LibrarySource, repair

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from manylinux.backends.port import Made
    from manylinux.repair import Promise
    from manylinux.target import Target

VERSION = f"repair {REPAIR_VERSION}"
"""Part of the key of what was finished."""


def finished(
    made: Made,
    promise: Promise,
    target: Target,
    folder: Path,
    permits: Callable[[str], bool] = lambda needed: True,
) -> tuple[Path, Sequence[str]]:
    """The wheel in `folder`, and what is to be told of it.

    `permits`: whether a library of this name may be put into it. Raises GraftError, and what `repair` raises.
    """
    libraries = LibrarySource.of(*made.libraries) if made.libraries else None
    repaired = repair(made.wheel, target, folder, libraries, promise=promise)
    if refused := [each for each in repaired.grafted if not permits(each.needed)]:
        raise GraftError(
            f"`{repaired.filename}` would bring libraries that its recipe does not name",
            evidence=[
                f"`{each.needed}`, from {_place(each.source, made.libraries)}, for {', '.join(each.asked_by)}"
                for each in refused
            ],
            hint="Name them in `grafts`, and their licences in `licences`, if they may be handed on",
        )
    grafted = [
        f"brings `{each.needed}`, from {_place(each.source, made.libraries)}" for each in repaired.grafted
    ]
    return repaired.path, grafted


def _place(library: Path, libraries: Sequence[Path]) -> str:
    """Where a library was in the system that it comes from, of which a part may lie in a folder."""
    for root in libraries:
        if root.is_dir() and library.is_relative_to(root):
            return f"/{library.relative_to(root).as_posix()}"
    return str(library)
