"""`lbuild try BUNDLE --handler app.handler`: the bundle, run here as Lambda would run it."""

from typing import Any

import click

from builder.choices.try_choices import TryChoices
from builder.choices.wishes import CacheChoices, IndexChoices
from builder.cli.options import (
    CACHE,
    FILE,
    INDEX,
    TALK,
    Amount,
    TalkChoices,
    options,
)
from builder.cli.sections import Sectioned
from builder.cli.streams import mention

TRY = (
    click.argument("bundles", nargs=-1, type=FILE, metavar="BUNDLE..."),
    click.option("--handler", metavar="MODULE.FUNCTION", help="What Lambda calls, such as app.handler."),
    click.option("--event", type=FILE, metavar="FILE", help="The event, as JSON.  [{}]"),
    click.option(
        "--layer", "layers", multiple=True, type=FILE, metavar="LAYER", help="A layer; later ones win."
    ),
    click.option(
        "--imports",
        is_flag=True,
        help="Import every package and module at the top, instead of calling a handler.",
    ),
    click.option(
        "--runtime",
        metavar="NAME",
        help="Lambda runtime, such as python3.13.  [what its compiled modules are for, else the newest]",
    ),
    click.option(
        "--repeat",
        type=click.IntRange(1, 1000),
        default=1,
        metavar="N",
        help="Start it N times; with several bundles in turn.",
    ),
    click.option(
        "--timeout",
        type=Amount(0, 900, min_open=True),
        default=None,
        metavar="SECONDS",
        help="Time for the call  [3]; with --imports for each module  [10, as Lambda's init].",
    ),
    click.option(
        "--env", "variables", multiple=True, metavar="NAME[=VALUE]", help="A variable; NAME: this shell's."
    ),
    click.option("--in-container", is_flag=True, help="Run it in a container, not in a Python found here."),
    click.option("--image", metavar="IMAGE", help="The container's image.  [AWS's own of the runtime]"),
)


@click.command(name="try", cls=Sectioned)
@options(TRY, INDEX, CACHE, TALK)
def command(**keywords: Any) -> int:
    """Run a bundle here as Lambda would: its folders, sys.path, environment, runtime client and errors.

    Several bundles are compared. Exit status 4: it does not load; 7: it loads, and the handler fails.
    """
    from builder.cli.terminal import Terminal
    from builder.cli.try_show import show_outcome
    from builder.composing.trying import run_try

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    outcome = run_try(
        TryChoices.of(keywords),
        IndexChoices.of(keywords),
        CacheChoices.of(keywords),
        terminal,
        hear=_pass_on,
        hear_again=_pass_on if talk.verbosity > 0 else _forget,
    )
    return show_outcome(outcome, terminal, as_json=talk.as_json)


def _pass_on(line: bytes) -> None:
    # The runtime parts the lines of one message so that a log takes them as one.
    text = line.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    mention(text, nl=False)


def _forget(line: bytes) -> None:
    """What a function prints in its second start and later was told in its first."""
