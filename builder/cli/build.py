"""`lbuild build [NAME...]`: a project's functions, with the layers they share."""

import json
from typing import Any

import click

from builder.bytecode.mode import Mode
from builder.choices.project_choices import ProjectChoices
from builder.choices.wishes import Wishes
from builder.cli.options import CACHE, FILE, INDEX, RESOLVE, TALK, TalkChoices, options, without_inputs
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from builder.composing.project import run_project
from builder.model import Optimize

PLAN = (
    click.option("-o", "--output", type=FILE, metavar="FOLDER", help="Where to.  [dist, or the project's]"),
    click.option(
        "--bytecode",
        type=click.Choice([Mode.NONE.value, Mode.AUTO.value, Mode.ALL.value]),
        help="Compiled modules beside the sources: none, as many as there is room for, or all.  [auto]",
    ),
    click.option(
        "--previous",
        type=FILE,
        metavar="MANIFEST",
        help="The build whose layers stay where they are.  [the output folder's]",
    ),
    click.option(
        "--allow",
        multiple=True,
        metavar="CODE",
        help="Build although the audit found errors of this code, such as missing-library.",
    ),
    click.option(
        "--project",
        type=FILE,
        metavar="FILE",
        help="The functions are those of FILE, TOML or JSON; `-` is JSON on standard input.  "
        "[the current folder's]",
    ),
)
"""What a plan depends on, written or not."""
BUILD = (
    click.argument("names", nargs=-1, metavar="[NAME]..."),
    *PLAN,
    click.option(
        "--layers/--no-layers",
        default=None,
        help="Put what functions have in common into layers.  [as the project says]",
    ),
    click.option(
        "--optimize",
        type=click.Choice([each.value for each in Optimize]),
        default=Optimize.SPEED.value,
        help="Copy compressed bytes as they are, or compress all anew as small as it gets.  [speed]",
    ),
    click.option(
        "--paranoid", is_flag=True, help="Have lief check what was stripped; read again what was written."
    ),
    click.option("--locked", is_flag=True, help="Fail unless the project's lock files hold what is needed."),
    click.option("--upgrade", is_flag=True, help="Forget the versions that the lock files hold."),
    click.option("--dry-run", is_flag=True, help="Plan and show; write nothing."),
)


@click.command(name="build", cls=Sectioned)
@options(BUILD, RESOLVE, INDEX, CACHE, TALK)
def command(**keywords: Any) -> None:
    """Build all functions of a project, or each NAME, and the layers they share.

    The project is described in `[tool.lbuild]` of pyproject.toml, or in lbuild.toml.
    """
    from builder.assembly.text import summary
    from builder.cli.terminal import Terminal

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    choices = ProjectChoices.of(keywords)
    assembly = run_project(Wishes.of(without_inputs(keywords)), choices, terminal)
    for linked in assembly.pools:
        for line in (*linked.locked.resolution.warnings, *linked.warnings):
            terminal.warn(line)
    terminal.say(summary(assembly, everything=talk.verbose, planned_only=choices.dry_run))
    for line in assembly.notes:
        terminal.note(line)
    if talk.as_json:
        from builder.assembly.json_form import assembly_as_json

        tell(json.dumps(assembly_as_json(assembly, planned_only=choices.dry_run), indent=2))
