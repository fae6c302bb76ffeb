"""Files of anyone's making opened and judged together, as a function and its layers."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from builder.choices.targets import choose_target
from builder.report.text import target_line
from manylinux.errors import UsageError
from manylinux.runtimes import runtimes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.choices.wishes import TargetChoices
    from builder.composing.talk import Talk
    from builder.inspection.values import Inspection, Part
    from manylinux.target import Target


def run_inspect(files: Sequence[Path], choices: TargetChoices, talk: Talk) -> Inspection:
    """What is to be said of `files` as one function; the target is told."""
    if not files:
        raise UsageError("There is nothing to inspect", hint="Name a zip, a layer, a wheel or a folder")
    from builder.inspection.inspect import inspect_parts
    from builder.inspection.opening import open_parts
    from manylinux.elf.read import read_compiled

    with tempfile.TemporaryDirectory(prefix="lbuild-") as scratch:
        parts = open_parts(files, read_compiled, Path(scratch, "library"))
    return inspect_parts(parts, _target(parts, choices, talk))


def _target(parts: Sequence[Part], choices: TargetChoices, talk: Talk) -> Target:
    """The target as chosen, else the one the parts were made for, else the default; told."""
    from builder.inspection.guess import architecture_of, python_of

    python, architecture = python_of(parts), architecture_of(parts)
    known = {runtime.python: runtime.id for runtime in runtimes()}
    guessed = None if choices.runtime else known.get(python or "")
    chosen = choose_target(
        replace(choices, runtime=choices.runtime or guessed, arch=choices.arch or architecture),
        (),
        datetime.now(tz=UTC).date(),
    )
    talk.say([target_line(chosen.target, "what it was made for" if guessed else chosen.by)])
    return chosen.target
