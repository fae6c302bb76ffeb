"""`lbuild diff OLD NEW`: what changed between two bundles."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from builder.cli.options import FILE, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from manylinux.errors import ExitStatus

if TYPE_CHECKING:
    from pathlib import Path

DIFF = (
    click.argument("old", type=FILE, metavar="OLD"),
    click.argument("new", type=FILE, metavar="NEW"),
    click.option("--exit-code", "by_status", is_flag=True, help="Exit with 1 when a file differs."),
)


@click.command(name="diff", cls=Sectioned)
@options(DIFF, TALK)
def command(*, old: Path, new: Path, by_status: bool, **keywords: Any) -> int:
    """Show what changed between two zips, layers, wheels or folders, made by any tool.

    + is new, - is gone, ~ is another; what changed little is folded, -v shows all.
    """
    from builder.cli.pictures import columns_for, show
    from builder.cli.unread import tell_unread
    from builder.inspection.diff_text import diff_text
    from builder.inspection.difference import compare
    from builder.inspection.opening import list_part

    talk = TalkChoices.of(keywords)
    parts = [list_part(given, checksums=True) for given in (old, new)]
    for part in parts:
        tell_unread(part)
    difference = compare(*parts)
    if talk.as_json:
        from builder.inspection.json_form import difference_as_json

        tell(json.dumps(difference_as_json(difference), indent=2))
    else:
        show(diff_text(difference, columns=columns_for(sys.stdout, os.environ), everything=talk.verbose))
    return ExitStatus.NO_SOLUTION if by_status and not difference.is_empty else ExitStatus.OK
