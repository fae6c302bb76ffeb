"""`lbuild index`: its commands, each imported when it runs."""

import click

from builder.cli.group import LazyGroup

COMMANDS = {
    "list": ("builder.cli.index.list_", "List the wheels of an index, and where they come from"),
}


@click.group(name="index", cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """Keep an index of wheels: add, list, check and publish them."""
