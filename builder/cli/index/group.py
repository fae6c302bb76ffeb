"""`lbuild index`: its commands, each imported when it runs."""

import click

from builder.cli.group import LazyGroup

COMMANDS = {
    "add": ("builder.cli.index.add", "Add wheels: files, folders, or what builds left in the cache"),
    "build": ("builder.cli.index.build", "Build wheels by recipes, for an index"),
    "gaps": (
        "builder.cli.index.gaps",
        "Tell which projects have no wheel that loads, and what could make one",
    ),
    "list": ("builder.cli.index.list_", "List the wheels of an index, and where they come from"),
    "publish": ("builder.cli.index.publish", "Publish an index to a folder or a bucket"),
    "serve": ("builder.cli.index.serve", "Serve an index over HTTP, with a page to browse"),
    "yank": ("builder.cli.index.yank", "Yank wheels, or offer them again"),
    "verify": ("builder.cli.index.verify", "Check everything: files, entries and pages"),
}


@click.group(name="index", cls=LazyGroup, modules=COMMANDS)
def command() -> None:
    """Keep an index of wheels: add, list, check and publish them."""
