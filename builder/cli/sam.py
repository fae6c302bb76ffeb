"""`lbuild sam LOGICAL_ID`: what a recipe of `sam build` calls."""

from pathlib import Path
from typing import Any

import click

from builder.choices.wishes import Wishes
from builder.cli.making import MAKING, bundle_choices
from builder.cli.options import FILE, INPUTS, TALK, TARGET, TalkChoices, options
from builder.cli.sections import Sectioned

SAM = (
    click.argument("logical_id", metavar="LOGICAL_ID"),
    click.option(
        "-t",
        "--template",
        type=FILE,
        metavar="FILE",
        help="The template.  [template.yaml, where `sam build` was called]",
    ),
    click.option(
        "--artifacts",
        type=FILE,
        envvar="ARTIFACTS_DIR",
        show_envvar=True,
        metavar="FOLDER",
        help="Where to, as `sam build` says.",
    ),
    click.option(
        "--source",
        type=FILE,
        metavar="FOLDER",
        help="The app's own code.  [a function's CodeUri; none for a layer]",
    ),
    click.option(
        "--layer-path",
        type=click.Choice(["python", "site-packages"]),
        help="Where a layer has it: python/, or python/lib/python3.X/site-packages/.  [python]",
    ),
)


@click.command(name="sam", cls=Sectioned)
@options(SAM, INPUTS, TARGET, MAKING, TALK)
def command(*, logical_id: str, template: Path | None, artifacts: Path | None, **keywords: Any) -> None:
    """Build the function or layer LOGICAL_ID of a SAM template, in a recipe of `BuildMethod: makefile`.

    Runtime, architecture and folder are read from the template, `Globals` included, and REQUIREMENTS from
    the folder: its requirements.txt or pyproject.toml, unless others are named.

    \b
      build-Api:
      <TAB>lbuild sam Api
    """
    from builder.cli.show import show_report
    from builder.cli.terminal import Terminal
    from builder.deployers.sam.recipe import Recipe, build_recipe

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    recipe = Recipe(name=logical_id, artifacts=artifacts, template=template)
    report = build_recipe(recipe, Wishes.of(keywords), bundle_choices(keywords), terminal)
    show_report(report, terminal, as_json=talk.as_json)
