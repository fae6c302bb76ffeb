"""`lbuild inspect FILE...`: what is in a bundle, whoever made it, and whether it loads."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from builder.choices.wishes import TargetChoices
from builder.cli.options import FILE, TALK, TARGET, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from manylinux.errors import ExitStatus

if TYPE_CHECKING:
    from pathlib import Path

INSPECT = (
    click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE..."),
    click.option("--all", "everything", is_flag=True, help="Notes too, and every path."),
)


@click.command(name="inspect", cls=Sectioned)
@options(INSPECT, TARGET, TALK)
def command(*, files: tuple[Path, ...], everything: bool, **keywords: Any) -> int:
    """Look into a zip, layer, wheel or folder, made by any tool: what it holds, and whether it would load.

    Several files are a function and its layers. Exit status 4: something does not load; 1: too large.
    """
    from builder.cli.pictures import encodable
    from builder.cli.terminal import Terminal, wants_colour
    from builder.composing.inspecting import run_inspect
    from builder.inspection.json_form import inspection_as_json
    from builder.inspection.judging import OF_SIZE
    from builder.inspection.text import inspection_text
    from builder.report.cells import printable
    from manylinux.audit.finding import Severity

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    inspection = run_inspect(files, TargetChoices.of(keywords), terminal)
    if talk.as_json:
        tell(json.dumps(inspection_as_json(inspection), indent=2))
    else:
        colour = wants_colour(sys.stdout, os.environ)
        for line in map(printable, inspection_text(inspection, everything=everything or talk.verbose)):
            tell(encodable(_styled(line) if colour else line, sys.stdout))
    errors = {finding.code for finding in inspection.findings if finding.severity is Severity.ERROR}
    if errors - OF_SIZE:
        return ExitStatus.INTEGRITY
    return ExitStatus.NO_SOLUTION if errors else ExitStatus.OK


def _styled(line: str) -> str:
    head, bracket, rest = line.partition("[")
    colours = {"error": "red", "warning": "yellow", "note": "cyan"}
    if not bracket or head not in colours:
        return line
    code, separator, told = rest.partition(":")
    return click.style(f"{head}[{code}{separator}", fg=colours[head], bold=True) + told
