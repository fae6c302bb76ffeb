"""What commands that deploy to AWS have in common: options, and how their outcome is shown."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from builder.choices.wishes import FromOptions
from builder.cli.streams import tell
from manylinux.errors import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.cli.options import Decorator, TalkChoices
    from builder.cli.terminal import Terminal
    from builder.deployers.aws.values import Deployment, RegionOutcome, Terms

AWS: Sequence[Decorator] = (
    click.option(
        "--region",
        "regions",
        multiple=True,
        metavar="NAME",
        help="AWS region; several are done at once.  [the configured one]",
    ),
    click.option("--profile", metavar="NAME", help="Profile of AWS's configuration.  [AWS_PROFILE]"),
    click.option(
        "--name-prefix", default="", metavar="TEXT", help="Before each name of the manifest, on Lambda."
    ),
    click.option(
        "--s3-bucket",
        metavar="NAME",
        help="Bucket for zips of 50 MB and more, of each region if `{region}` stands in its name.",
    ),
    click.option("--s3-prefix", metavar="TEXT", default="lbuild/", help="How their keys begin.  [lbuild/]"),
    click.option("--dry-run", is_flag=True, help="Look what is there, and show; upload and change nothing."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsChoices(FromOptions):
    """Where to, and how."""

    regions: tuple[str, ...]
    profile: str | None
    name_prefix: str
    s3_bucket: str | None
    s3_prefix: str
    dry_run: bool


def run_deployment(deployment: Deployment, choices: AwsChoices, terms: Terms, talk: TalkChoices) -> int:
    """Bring it there, show what became of it in every region; the exit status, of the first error if any."""
    from builder.cli.terminal import Terminal
    from builder.deployers.aws.client import open_accounts
    from builder.deployers.aws.deploy import deploy

    terminal = Terminal(talk.verbosity)
    accounts = open_accounts(choices.regions, choices.profile)
    with terminal.progress() as progress:
        outcomes = deploy(deployment, accounts, terms, progress)
    return _show(outcomes, terms, terminal, talk)


def _show(outcomes: Sequence[RegionOutcome], terms: Terms, terminal: Terminal, talk: TalkChoices) -> int:
    from builder.cli.terminal import show_error
    from builder.deployers.aws.text import outcome_as_json, outcome_text, outcome_warnings
    from builder.report.json_form import status_of

    terminal.say(outcome_text(outcomes, dry_run=terms.dry_run))
    for line in outcome_warnings(outcomes, dry_run=terms.dry_run):
        terminal.warn(line)
    errors = [error for outcome in outcomes for error in outcome.errors]
    for error in errors:
        show_error(error, as_json=False)
    if talk.as_json:
        tell(json.dumps(outcome_as_json(outcomes, dry_run=terms.dry_run), indent=2))
    return status_of(errors[0]) if errors else int(ExitStatus.OK)
