"""`lbuild lock REQUIREMENTS... -o pylock.toml`: the resolution, written down."""

import json
from pathlib import Path
from typing import Any

import click

from builder.choices.wishes import Wishes
from builder.cli.options import (
    CACHE,
    FILE,
    INDEX,
    INPUTS,
    RESOLVE,
    TALK,
    TARGET,
    TalkChoices,
    options,
)
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

LOCK = (
    click.option(
        "-o",
        "--output",
        type=FILE,
        metavar="FILE",
        default=Path("pylock.toml"),
        help="The lock file; versions it holds already are kept while they satisfy REQUIREMENTS.  "
        "[pylock.toml]",
    ),
    click.option("--upgrade", is_flag=True, help="Forget the versions the lock file holds."),
)


@click.command(name="lock", cls=Sectioned)
@options(INPUTS, LOCK, TARGET, RESOLVE, INDEX, CACHE, TALK)
def command(*, output: Path, upgrade: bool, **keywords: Any) -> None:
    """Choose versions and files for REQUIREMENTS, and write them down as a lock file (PEP 751).

    `lbuild LOCK -o bundle.zip` builds exactly that. REQUIREMENTS are the same as for `lbuild bundle`.
    """
    from builder.cli.terminal import Terminal
    from builder.composing.compose import run_lock
    from builder.report.json_form import report_as_json
    from builder.report.text import summary

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    report = run_lock(Wishes.of(keywords), output, upgrade=upgrade, talk=terminal)
    for line in report.resolution.warnings:
        terminal.warn(line)
    terminal.say([*summary(report), f"wrote {output}"])
    for line in report.resolution.notes:
        terminal.note(line)
    if talk.as_json:
        tell(json.dumps(report_as_json(report), indent=2))
