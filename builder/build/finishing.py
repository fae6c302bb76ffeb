"""What a backend made becomes a wheel for the target: grafted, retagged by evidence, judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manylinux.repair import REPAIR_VERSION, LibrarySource, repair

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from manylinux.backends.port import Made
    from manylinux.repair import Promise
    from manylinux.target import Target

VERSION = f"repair {REPAIR_VERSION}"
"""Part of the key of what was finished."""


def finished(made: Made, promise: Promise, target: Target, folder: Path) -> tuple[Path, Sequence[str]]:
    """The wheel in `folder`, and what is to be told of it. Raises what `repair` raises."""
    libraries = LibrarySource.of(*made.libraries) if made.libraries else None
    repaired = repair(made.wheel, target, folder, libraries, promise=promise)
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
