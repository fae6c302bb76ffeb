"""`lbuild REQUIREMENTS... -o OUTPUT`: a bundle."""

from typing import Any

import click

from builder.bytecode.mode import Mode
from builder.choices.bundle_choices import HOST, BundleChoices
from builder.choices.wishes import Wishes
from builder.cli.options import (
    CACHE,
    FILE,
    INDEX,
    INPUTS,
    RESOLVE,
    TALK,
    TARGET,
    TalkChoices,
    options,
)
from builder.cli.sections import Sectioned
from builder.model import Optimize, Slimming

PLACE = (
    click.option("-o", "--output", metavar="PATH", help="A zip (name.zip), or a folder (name/)."),
    click.option("--layer", is_flag=True, help="A Lambda layer: everything below python/."),
    click.option(
        "--layer-path",
        type=click.Choice(["python", "site-packages"]),
        help="python/, or python/lib/python3.X/site-packages/.  [python]",
    ),
    click.option(
        "--source", type=FILE, metavar="FOLDER", help="The app's own code, put beside the packages."
    ),
)
CONTENT = (
    click.option("--scripts", is_flag=True, help="Keep console scripts, in bin/."),
    click.option("--exclude", multiple=True, metavar="PROJECT", help="Leave PROJECT out of the bundle."),
    click.option(
        "--exclude-runtime-packages", is_flag=True, help="Leave boto3 and family out, if the runtime's fit."
    ),
    click.option("--no-limit", is_flag=True, help="Ignore Lambda's size limits (for container images)."),
    click.option(
        "--max-size",
        metavar="SIZE",
        help="Demand that the bundle unpacks to no more, such as 200MB; says nothing of the zip's own size.",
    ),
    click.option(
        "--fit",
        is_flag=True,
        help="Where the bundle is too large, apply what makes it fit: less bytecode, "
        "--exclude-runtime-packages, --slim small; as little of it as suffices.",
    ),
    click.option(
        "--locked", type=FILE, metavar="LOCK", help="Build LOCK; fail if REQUIREMENTS no longer match it."
    ),
    click.option(
        "--slim",
        type=click.Choice([each.value for each in Slimming]),
        help="What to leave out: nothing, or what nothing that runs can miss.  [pyproject.toml's, or safe]",
    ),
    click.option(
        "--keep", multiple=True, metavar="[PROJECT:]GLOB", help="Files of wheels that stay as they are."
    ),
    click.option(
        "--drop", multiple=True, metavar="PROJECT:GLOB", help="Leave files of PROJECT out of the bundle."
    ),
    click.option(
        "--paranoid", is_flag=True, help="Have lief check what was stripped; read again what was written."
    ),
    click.option(
        "--bytecode",
        type=click.Choice([each.value for each in Mode]),
        default=Mode.AUTO.value,
        help="Compiled modules beside the sources: none, as many as there is room for, all; or only them.  "
        "[auto]",
    ),
    click.option(
        "--compile-in",
        metavar="host|container|IMAGE",
        default=HOST,
        help="Whose Python makes the bytecode: this machine's, or that of a container image (container: the "
        "runtime's own).  [host]",
    ),
    click.option(
        "--optimize",
        type=click.Choice([each.value for each in Optimize]),
        default=Optimize.SPEED.value,
        help="Copy compressed bytes as they are, or compress all anew as small as it gets.  [speed]",
    ),
    click.option(
        "--allow",
        multiple=True,
        metavar="CODE",
        help="Build although the audit found errors of this code, such as missing-library.",
    ),
)
"""What a bundle holds, whoever asks for it and wherever it goes."""
DRY = (click.option("--dry-run", is_flag=True, help="Resolve and show; download and write nothing."),)


@click.command(name="bundle", cls=Sectioned, headings={"Output": (*PLACE, *DRY), "Content": CONTENT})
@options(INPUTS, PLACE, CONTENT, DRY, TARGET, RESOLVE, INDEX, CACHE, TALK)
def command(**keywords: Any) -> None:
    """Build a bundle.

    REQUIREMENTS are requirements files, pyproject.toml, locks (pylock.toml, uv.lock, poetry.lock,
    Pipfile.lock), scripts with metadata (PEP 723), wheels, sdists, folders, URLs or requirements such as
    'scipy<2'.
    """
    from builder.cli.show import show_report
    from builder.cli.terminal import Terminal
    from builder.composing.compose import run_bundle

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    report = run_bundle(Wishes.of(keywords), BundleChoices.of(keywords), terminal)
    show_report(report, terminal, as_json=talk.as_json)
