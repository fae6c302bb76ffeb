"""`lbuild why PROJECT`: the explanation of one project of a resolution, on stdout."""

import json
import os
import sys
from dataclasses import replace
from typing import Any

import click

from builder.choices.wishes import Wishes
from builder.cli.options import CACHE, INDEX, INPUTS, RESOLVE, TALK, TARGET, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

WHY = (
    click.argument("project", metavar="PROJECT"),
    click.option("--all", "everything", is_flag=True, help="Every version, file and target on its own line."),
)


@click.command(name="why", cls=Sectioned)
@options(WHY, INPUTS, TARGET, RESOLVE, INDEX, CACHE, TALK)
def command(*, project: str, everything: bool, **keywords: Any) -> None:
    """Tell why PROJECT is in the resolution of REQUIREMENTS as it is: who asked, and why no newer version.

    Without REQUIREMENTS, those of PROJECT alone are looked at.
    """
    from builder.cli.terminal import Terminal, wants_colour
    from builder.composing.compose import run_why
    from builder.why import explanation_as_json, explanation_text

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    wishes = Wishes.of(keywords)
    if not wishes.inputs.words and not wishes.inputs.requirement_files:
        wishes = replace(wishes, inputs=replace(wishes.inputs, words=(project,)))
        project = _name_in(project)
    explanation = run_why(wishes, project, terminal)
    for line in explanation.warnings:
        terminal.warn(line)
    if talk.as_json:
        tell(json.dumps(explanation_as_json(explanation), indent=2))
        return
    colour = wants_colour(sys.stdout, os.environ)
    for line in explanation_text(explanation, everything=everything or talk.verbose):
        heading = colour and not line.startswith(" ")
        tell(click.style(_encodable(line), bold=True) if heading else _encodable(line))


def _name_in(requirement: str) -> str:
    """`numpy` of `numpy<2`; what is no requirement stays as it is, to be refused as no project's name."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(requirement).name
    except InvalidRequirement:
        return requirement


def _encodable(line: str) -> str:
    """The line with what standard output's encoding lacks written as escapes."""
    encoding = sys.stdout.encoding or "utf-8"
    return line.encode(encoding, "backslashreplace").decode(encoding)
