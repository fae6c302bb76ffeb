"""`lbuild init`: a first lbuild.toml, inferred from what is there."""

import json
from typing import Any

import click

from builder.cli.options import TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from builder.disk import from_here

INIT = (click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing."),)


@click.command(name="init", cls=Sectioned)
@options(INIT, TALK)
def command(*, dry_run: bool, **keywords: Any) -> None:
    """Write a first lbuild.toml by looking at what is there, and say what was inferred.

    Looked at are SAM templates, serverless.yml, .chalice/config.json, zappa_settings.json, cdk.json and
    folders with requirements.txt or pyproject.toml.
    """
    from builder.cli.terminal import Terminal
    from builder.link.output import replacing_file
    from builder.project.beginning.begin import begin
    from builder.project.finding import OWN

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    folder = from_here()
    beginning = begin(folder)
    terminal.say(beginning.inferred)
    for note in beginning.notes:
        terminal.note(note)
    if not dry_run:
        content = beginning.text.encode()
        with replacing_file(folder / OWN, len(content)) as file:
            file.write(content)
        terminal.say([f"wrote {OWN}; look it over, then `lbuild build`"])
    if talk.as_json:
        form = {"text": beginning.text, "inferred": beginning.inferred, "notes": beginning.notes}
        tell(json.dumps({"schema": 1, **form}, indent=2))
    elif dry_run:
        tell(beginning.text.rstrip("\n"))
