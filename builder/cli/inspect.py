"""`lbuild inspect FILE...`: what is in a bundle, whoever made it, and whether it loads."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from builder.choices.wishes import TargetChoices
from builder.cli.options import FILE, TALK, TARGET, TalkChoices, options
from builder.cli.streams import tell
from manylinux.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.cli.terminal import Terminal
    from builder.inspection.values import Part
    from manylinux.target import Target

INSPECT = (
    click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE..."),
    click.option("--all", "everything", is_flag=True, help="Notes too, and every path."),
)
_OF_SIZE = frozenset({"too-large", "too-many-layers"})


@click.command(name="inspect")
@options(INSPECT, TARGET, TALK)
def command(*, files: tuple[Path, ...], everything: bool, **keywords: Any) -> int:
    """Look into a zip, layer, wheel or folder, made by any tool: what it holds, and whether it would load.

    Several files are a function and its layers. Exit status 4: something does not load; 1: too large.
    """
    from builder.cli.pictures import encodable
    from builder.cli.terminal import Terminal, wants_colour
    from builder.inspection.inspect import inspect_parts
    from builder.inspection.json_form import inspection_as_json
    from builder.inspection.opening import open_parts
    from builder.inspection.text import inspection_text
    from builder.report.cells import printable
    from manylinux.audit.finding import Severity
    from manylinux.elf.workers import ElfReaders

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    with ElfReaders() as readers, tempfile.TemporaryDirectory(prefix="lbuild-") as scratch:
        parts = open_parts(files, readers.read, Path(scratch, "library"))
    inspection = inspect_parts(parts, _target(parts, TargetChoices.of(keywords), terminal))
    if talk.as_json:
        tell(json.dumps(inspection_as_json(inspection), indent=2))
    else:
        colour = wants_colour(sys.stdout, os.environ)
        for line in map(printable, inspection_text(inspection, everything=everything or talk.verbose)):
            tell(encodable(_styled(line) if colour else line, sys.stdout))
    errors = {finding.code for finding in inspection.findings if finding.severity is Severity.ERROR}
    if errors - _OF_SIZE:
        return ExitStatus.INTEGRITY
    return ExitStatus.NO_SOLUTION if errors else ExitStatus.OK


def _target(parts: Sequence[Part], choices: TargetChoices, terminal: Terminal) -> Target:
    """The target as chosen, else the one the parts were made for, else the default; told."""
    from builder.choices.targets import choose_target
    from builder.inspection.guess import architecture_of, python_of
    from builder.report.text import target_line
    from manylinux.runtimes import runtimes

    python, architecture = python_of(parts), architecture_of(parts)
    known = {runtime.python: runtime.id for runtime in runtimes()}
    guessed = None if choices.runtime else known.get(python or "")
    chosen = choose_target(
        replace(choices, runtime=choices.runtime or guessed, arch=choices.arch or architecture),
        (),
        datetime.now(tz=UTC).date(),
    )
    terminal.say([target_line(chosen.target, "what it was made for" if guessed else chosen.by)])
    return chosen.target


def _styled(line: str) -> str:
    head, bracket, rest = line.partition("[")
    colours = {"error": "red", "warning": "yellow", "note": "cyan"}
    if not bracket or head not in colours:
        return line
    code, separator, told = rest.partition(":")
    return click.style(f"{head}[{code}{separator}", fg=colours[head], bold=True) + told
