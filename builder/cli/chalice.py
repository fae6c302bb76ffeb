"""`lbuild chalice`: what the next `chalice package` or `chalice deploy` takes."""

from pathlib import Path
from typing import Any

import click

from builder.choices.wishes import Wishes
from builder.cli.making import MAKING, bundle_choices
from builder.cli.options import FILE, INPUTS, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.disk import from_here

CHALICE = (
    click.option("--stage", metavar="NAME", help="Chalice's stage.  [dev]"),
    click.option("--project-dir", type=FILE, metavar="FOLDER", help="The project.  [the current folder]"),
    click.option(
        "--chalice",
        "program",
        type=FILE,
        metavar="PROGRAM",
        help="The `chalice` that will run; its Python is Lambda's runtime.  [on PATH]",
    ),
    click.option("--vendor", is_flag=True, help="Fill vendor/ instead of Chalice's layer."),
    click.option(
        "--layer-path",
        type=click.Choice(["python", "site-packages"]),
        help="python/, or python/lib/python3.X/site-packages/.  [site-packages, as Chalice has it]",
    ),
)


@click.command(name="chalice", cls=Sectioned)
@options(CHALICE, INPUTS, MAKING, TALK)
def command(
    *, stage: str | None, project_dir: Path | None, program: Path | None, vendor: bool, **keywords: Any
) -> None:
    """Build the layer of a Chalice project (`automatic_layer`) and put it where Chalice looks for its own.

    REQUIREMENTS are those of the project's requirements.txt unless others are named. Run it before `chalice
    package` or `chalice deploy`, again whenever requirements.txt or vendor/ changed.

    With `--vendor` everything goes to vendor/, for projects without a layer; requirements.txt must be empty.
    """
    from builder.cli.show import show_report
    from builder.cli.terminal import Terminal
    from builder.deployers.chalice.project import ChaliceJob, build_for_chalice

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    folder = from_here(project_dir or "")
    job = ChaliceJob(project=folder, stage=stage, program=program, vendor=vendor)
    wishes = Wishes.of({"runtime": None, "arch": None, **keywords})
    report = build_for_chalice(job, wishes, bundle_choices(keywords), terminal)
    show_report(report, terminal, as_json=talk.as_json)
