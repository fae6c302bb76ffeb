"""For which runtime and architecture a run builds, and who says so."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from manylinux.architecture import Architecture
from manylinux.runtimes import default_runtime, find_runtime
from manylinux.target import Target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from builder.choices.wishes import TargetChoices


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTarget:
    """The target, who chose it, and what should be known of it."""

    target: Target
    by: str
    warning: str | None


def choose_target(
    choices: TargetChoices, words: Sequence[str], today: date, folder: Path | None = None
) -> ChosenTarget:
    """The target of a run: as chosen, as noted in the lock file among `words`, or the default.

    `words` are paths as seen from `folder`, the current one unless given.

    Raises UnknownRuntimeError and UnknownArchitectureError.
    """
    noted = _noted_in_lock(words, folder or Path())
    runtime_name = choices.runtime or (noted and noted[0])
    architecture_name = choices.arch or (noted and noted[1])
    runtime = find_runtime(runtime_name) if runtime_name else default_runtime()
    architecture = Architecture.parse(architecture_name) if architecture_name else Architecture.X86_64
    by = "newest supported runtime; choose with --runtime"
    if runtime_name:
        by = "--runtime" if choices.runtime else "the lock file"
    target = Target(runtime=runtime, architecture=architecture)
    return ChosenTarget(target=target, by=by, warning=runtime.warning_on(today))


def _noted_in_lock(words: Sequence[str], folder: Path) -> tuple[str, str] | None:
    """The target a lock among `words` was made for; whether it can be read is said when it is read."""
    for word in words:
        path = folder / word
        # os.path, because Path.is_file raises where "no" is meant: too long a name.
        if path.suffix == ".toml" and path.name.startswith("pylock") and os.path.isfile(path):
            from builder.locked import target_of_lock  # 60 ms of lock reading, for those who have one

            with suppress(OSError):
                return target_of_lock(path.read_bytes())
    return None
