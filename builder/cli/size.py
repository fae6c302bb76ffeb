"""`lbuild size BUNDLE`: where the bytes of a bundle are, and what was left out of it."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from builder.cli.options import CACHE_FOLDER, FILE, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

if TYPE_CHECKING:
    from pathlib import Path

    from builder.inspection.dropped import Dropped

DEPTH = 2
SIZE = (
    click.argument("bundle", type=FILE, metavar="BUNDLE"),
    click.option(
        "--depth",
        type=click.IntRange(0, 100),
        metavar="LEVELS",
        default=DEPTH,
        help=f"Levels of folders below a distribution.  [{DEPTH}]",
    ),
    click.option("--dropped", "wants_dropped", is_flag=True, help="What lbuild left out when it built this."),
    click.option(
        "--report",
        type=FILE,
        metavar="FILE",
        help="For --dropped: the output of `lbuild ... --json`, where the cache does not know the build.",
    ),
    CACHE_FOLDER,
)


@click.command(name="size", cls=Sectioned)
@options(SIZE, TALK)
def command(
    *,
    bundle: Path,
    depth: int,
    wants_dropped: bool,
    report: Path | None,
    cache_dir: Path | None,
    **keywords: Any,
) -> None:
    """Show where the bytes of a zip, layer, wheel or folder are, made by any tool.

    What is small is folded; -v shows all.
    """
    talk = TalkChoices.of(keywords)
    if wants_dropped or report is not None:
        _show_dropped(bundle, report, cache_dir, talk)
    else:
        _show_size(bundle, depth, talk)


def _show_size(bundle: Path, depth: int, talk: TalkChoices) -> None:
    from builder.cli.pictures import columns_for, show
    from builder.cli.unread import tell_unread
    from builder.inspection.opening import list_part
    from builder.inspection.size_text import size_text
    from builder.inspection.tree import measure
    from manylinux.runtimes import default_runtime

    part = list_part(bundle)
    tell_unread(part)
    measured = measure(part, default_runtime().limits, depth)
    if talk.as_json:
        from builder.inspection.json_form import size_as_json

        tell(json.dumps(size_as_json(measured)))
        return
    show(size_text(measured, columns=columns_for(sys.stdout, os.environ), everything=talk.verbose))


def _show_dropped(bundle: Path, report: Path | None, cache_dir: Path | None, talk: TalkChoices) -> None:
    from builder.cli.pictures import columns_for, show
    from builder.inspection.digest import bundle_digest
    from builder.inspection.dropped_text import dropped_text
    from builder.inspection.json_form import dropped_as_json

    sha256 = bundle_digest(bundle)
    dropped = _kept(bundle, sha256, cache_dir) if report is None else _told(report, sha256)
    if talk.as_json:
        tell(json.dumps(dropped_as_json(bundle.name, sha256, dropped), indent=2))
        return
    columns = columns_for(sys.stdout, os.environ)
    show(dropped_text(bundle.name, dropped, columns=columns, everything=talk.verbose))


def _kept(bundle: Path, sha256: str, cache_dir: Path | None) -> Dropped:
    """What the cache knows. Raises NoReportError."""
    from builder.composing.cache_folder import cache_folder
    from builder.errors import NoReportError
    from builder.inspection.dropped import dropped_of
    from builder.report.keeping import report_of
    from prebuilt_index.store import Store

    with Store.open(cache_folder(cache_dir)) as store:
        form = report_of(store, sha256)
    if form is None:
        raise NoReportError(
            f"The cache has no report of the build of `{bundle}`",
            evidence=[f"sha256 {sha256}"],
            hint="Build it here with lbuild, or give `--report FILE`, the output of `lbuild ... --json`",
        )
    return dropped_of(form, "the report in the cache")


def _told(report: Path, sha256: str) -> Dropped:
    """What a file says. Raises NoReportError, InputNotFoundError, UsageError."""
    from builder.disk import read_whole
    from builder.errors import InputNotFoundError
    from builder.inspection.dropped import dropped_of, parse_report
    from manylinux.errors import UsageError

    try:
        text = read_whole(report).decode("utf-8", errors="replace")
    except FileNotFoundError as error:
        raise InputNotFoundError(f"There is no file `{report}`") from error
    except OSError as error:
        raise UsageError(f"`{report}` cannot be read", evidence=[error.strerror or str(error)]) from error
    return dropped_of(parse_report(text, str(report), sha256), str(report))
