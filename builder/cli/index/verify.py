"""`lbuild index verify`: is all of an index what it says?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from builder.cli.index.options import INDEX
from builder.cli.options import TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from manylinux.errors import ExitStatus

if TYPE_CHECKING:
    from pathlib import Path

VERIFY = (
    INDEX,
    click.option(
        "--repair",
        is_flag=True,
        help="Write pages anew first, as far as entries can be read; wheels are never touched.",
    ),
)


@click.command(name="verify", cls=Sectioned)
@options(VERIFY, TALK)
def command(*, root: Path, repair: bool, **keywords: Any) -> int:
    """Hash every file, verify every wheel, compare every page; exit status 4 if something is wrong."""
    from builder.cli.terminal import Terminal
    from prebuilt_index.tree.checking import verify
    from prebuilt_index.tree.upkeep import repair as mend_pages

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    if repair:
        mend_pages(root)
    with terminal.progress() as progress:
        progress.start("verify")
        verdict = verify(root, verified=lambda: progress.advance("verify", 1))
        progress.finish("verify")
    if talk.as_json:
        faults = [{"path": fault.path, "problem": fault.problem} for fault in verdict.faults]
        tell(json.dumps({"index": str(root), "wheels": len(verdict.entries), "faults": faults}, indent=2))
    else:
        for fault in verdict.faults:
            tell(f"{fault.path}: {fault.problem}")
    number, wrong = len(verdict.entries), len(verdict.faults)
    found = f"{wrong} {'fault' if wrong == 1 else 'faults'}" if wrong else "nothing is damaged"
    terminal.say([f"{number} {'wheel' if number == 1 else 'wheels'} looked at: {found}"])
    return ExitStatus.INTEGRITY if wrong else ExitStatus.OK
