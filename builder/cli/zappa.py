"""`lbuild zappa STAGE --archive ZIP`: what Zappa packaged, made anew."""

from pathlib import Path
from typing import Any

import click

from builder.choices.wishes import Wishes
from builder.cli.making import MAKING, bundle_choices
from builder.cli.options import FILE, INPUTS, TALK, TARGET, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.disk import from_here
from manylinux.errors import UsageError

ZAPPA = (
    click.argument("stage", required=False),
    click.option(
        "--archive", type=FILE, metavar="ZIP", help="What `zappa package` wrote; replaced in place."
    ),
    click.option("--write-callback", is_flag=True, help="Write lbuild_zappa.py, which does that for Zappa."),
    click.option(
        "--zappa",
        "program",
        type=FILE,
        metavar="PROGRAM",
        help="The `zappa` whose Python says version and runtime.  [on PATH]",
    ),
    click.option("--zappa-version", metavar="VERSION", help="Of the Zappa whose handler is in the archive."),
)


@click.command(name="zappa", cls=Sectioned)
@options(ZAPPA, INPUTS, TARGET, MAKING, TALK)
def command(
    *,
    stage: str | None,
    archive: Path | None,
    write_callback: bool,
    program: Path | None,
    zappa_version: str | None,
    **keywords: Any,
) -> None:
    """Make the archive that Zappa packaged anew: the app and Zappa's own files stay, packages are lbuild's.

    REQUIREMENTS are those of requirements.txt or pyproject.toml unless others are named; Zappa comes with
    them. After `lbuild zappa --write-callback`, once, Zappa does it whenever it packages.
    """
    from builder.cli.show import show_report
    from builder.cli.terminal import Terminal
    from builder.deployers.zappa.project import MODULE, ZappaJob, rebuild
    from builder.deployers.zappa.project import write_callback as write

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    if write_callback:
        wrote, todo = write(from_here())
        terminal.say([f"wrote {MODULE}" if wrote else f"{MODULE} is as it should be", *todo])
        return
    if stage is None or archive is None:
        raise UsageError(
            "A stage and its archive are needed",
            hint="`lbuild zappa dev --archive app.zip`, or `lbuild zappa --write-callback` once",
        )
    job = ZappaJob(
        stage=stage,
        archive=from_here(archive),
        project=from_here(),
        version=zappa_version,
        program=program,
    )
    report = rebuild(job, Wishes.of(keywords), bundle_choices(keywords), terminal)
    show_report(report, terminal, as_json=talk.as_json)
