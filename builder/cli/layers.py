"""`lbuild layers`: which layers a project's functions would share, and why."""

import json
from typing import Any

import click

from builder.choices.project_choices import ProjectChoices
from builder.choices.wishes import Wishes
from builder.cli.build import PLAN
from builder.cli.options import CACHE, INDEX, RESOLVE, TALK, TalkChoices, options, without_inputs
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from builder.composing.project import run_project


@click.command(name="layers", cls=Sectioned)
@options(PLAN, RESOLVE, INDEX, CACHE, TALK)
def command(**keywords: Any) -> None:
    """Show the layers that the project's functions would share, what they save and why; write nothing."""
    from builder.assembly.json_form import assembly_as_json
    from builder.assembly.text import summary
    from builder.cli.terminal import Terminal

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    given = {name: keywords[name] for name in ("output", "bytecode", "previous", "allow", "project")}
    choices = ProjectChoices(**given, layers=True, dry_run=True)
    assembly = run_project(Wishes.of(without_inputs(keywords)), choices, terminal)
    terminal.say(summary(assembly, everything=True, planned_only=True))
    for line in assembly.notes:
        terminal.note(line)
    if talk.as_json:
        tell(json.dumps(assembly_as_json(assembly, planned_only=True), indent=2))
