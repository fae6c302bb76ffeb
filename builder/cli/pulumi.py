"""`lbuild pulumi`: the module with which a Pulumi program gets its bundles."""

from typing import Any

import click

from builder.cli.options import VERBOSITY, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.disk import from_here


@click.command(name="pulumi", cls=Sectioned)
@options(VERBOSITY)
def command(**keywords: Any) -> None:
    """Write lbuild_pulumi.py into the Pulumi project in the current folder.

    A program in Python imports it: `bundle(...)` builds and returns what a function or a layer of
    pulumi_aws wants, a FileArchive among it. A later lbuild writes it again; a file of that name that
    lbuild did not write stays.
    """
    from builder.cli.terminal import Terminal
    from builder.deployers.pulumi.project import MODULE, write_helper

    talk = TalkChoices.of({"as_json": False, **keywords})
    wrote = write_helper(from_here())
    Terminal(talk.verbosity).say([f"wrote {MODULE}" if wrote else f"{MODULE} is as it should be"])
