"""`lbuild index build`: wheels made by recipes, for an index."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from builder.cli.index.options import INDEX as INDEX_FOLDER
from builder.cli.index.options import ONLY_RECIPES, RECIPES, TARGETS, wishes_of
from builder.cli.options import CACHE, FILE, INDEX, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell
from builder.disk import from_here

if TYPE_CHECKING:
    from pathlib import Path

    from builder.cli.terminal import Terminal
    from builder.farm.values import Job, Row

BUILD = (
    click.argument("projects", nargs=-1, metavar="[PROJECT]..."),
    INDEX_FOLDER,
    RECIPES,
    ONLY_RECIPES,
    *TARGETS,
    click.option(
        "--all",
        "everything",
        is_flag=True,
        help="Also what is offered already: every target of every recipe.",
    ),
    click.option(
        "--rebuild-changed",
        "rebuild",
        is_flag=True,
        help="Also what is there, where its recipe, a library or the compiler changed since; "
        "under the next build tag.",
    ),
    click.option(
        "--jobs", type=click.IntRange(1, 256), metavar="N", help="Builds at once.  [half the processors]"
    ),
    click.option("--scheduler", metavar="dask:ADDRESS", help="Hand builds to the workers of a Dask cluster."),
    click.option(
        "--emulated",
        multiple=True,
        metavar="PYTHON=DIR",
        help="Run smoke tests of the other architecture with qemu, in a system in DIR that has that Python.",
    ),
    click.option("--no-smoke", is_flag=True, help="Run no smoke test; wheels are audited all the same."),
    click.option(
        "--sources", type=FILE, metavar="DIR", help="Folder with archives of libraries that recipes build."
    ),
    click.option("--dry-run", is_flag=True, help="Show what would be built."),
)


@click.command(name="build", cls=Sectioned)
@options(BUILD, INDEX, CACHE, TALK)
@click.pass_context
def command(context: click.Context, /, **keywords: Any) -> None:
    """Build the wheels that recipes describe, and that an index lacks.

    Each is repaired, audited and tried in the target's Python before it enters the index. What is there
    already is not built again: after an interruption the same command goes on. Where it would be made in
    another way now, that is told. Exit status 5 if some failed.
    """
    from builder.cli.terminal import Terminal

    talk = TalkChoices.of(keywords)
    terminal = Terminal(talk.verbosity)
    if keywords["dry_run"]:
        _show_plan(keywords, terminal, as_json=talk.as_json)
        return
    rows = _built(keywords, terminal)
    if talk.as_json:
        from builder.farm.json_form import rows_as_json

        tell(json.dumps(rows_as_json(rows), indent=2))
    else:
        from builder.farm.text import summary

        for line in summary(rows):
            tell(line)
    context.exit(_status(rows))


def _built(keywords: dict[str, Any], terminal: Terminal) -> tuple[Row, ...]:
    from builder.farm.run import build_index
    from builder.farm.values import Site

    wishes = wishes_of(keywords)
    site = Site(
        wishes=wishes,
        sources=None if keywords["sources"] is None else from_here(keywords["sources"]),
        emulated=_emulated(keywords["emulated"]),
        smoke=not keywords["no_smoke"],
    )
    return build_index(_order(keywords), site, _Telling(terminal), terminal)


def _show_plan(keywords: dict[str, Any], terminal: Terminal, *, as_json: bool) -> None:
    from builder.farm.json_form import plan_as_json
    from builder.farm.run import foreseen
    from builder.farm.text import plan_text

    plan = foreseen(_order(keywords), wishes_of(keywords), terminal)
    if as_json:
        tell(json.dumps(plan_as_json(plan), indent=2))
        return
    for line in plan_text(plan):
        tell(line)


def _order(keywords: dict[str, Any]) -> Any:
    from builder.choices.meanings import project_name
    from builder.cli.index.options import wanted_targets
    from builder.composing.cache_folder import cache_folder
    from builder.farm.run import Order
    from prebuilt_index.recipes import read_catalogue

    catalogue = read_catalogue(keywords["recipes"], own=not keywords["only_recipes"])
    if keywords["projects"]:
        catalogue = catalogue.only(map(project_name, keywords["projects"]))
    return Order(
        root=from_here(keywords["root"]),
        logs=from_here(cache_folder(keywords["cache_dir"])) / "logs" / "index",
        catalogue=catalogue,
        wanted=wanted_targets(keywords["runtimes"], keywords["architectures"]),
        everything=keywords["everything"],
        rebuild=keywords["rebuild"],
        jobs=keywords["jobs"] or max(1, (os.cpu_count() or 1) // 2),
        scheduler=keywords["scheduler"],
    )


def _emulated(texts: tuple[str, ...]) -> dict[str, Path]:
    from manylinux.errors import UsageError
    from manylinux.runtimes import find_runtime

    found = {}
    for text in texts:
        python, equals, folder = text.partition("=")
        if not equals or not os.path.isdir(folder):
            raise UsageError(f"`--emulated {text}` names no Python and a folder", hint="Write `3.13=FOLDER`")
        found[find_runtime(python).python] = from_here(folder)
    return found


def _status(rows: tuple[Row, ...]) -> int:
    from manylinux.errors import ExitStatus

    return int(ExitStatus.BUILD if any(row.fault is not None for row in rows) else ExitStatus.OK)


@dataclass(slots=True)
class _Telling:
    """Says what goes on: a line for each step that is over, and how many there are."""

    terminal: Terminal
    total: int = 0
    done: int = field(default=0)

    def begins(self, jobs: int) -> None:
        self.total = jobs

    def submitted(self, job: Job) -> None:
        self.terminal.detail(f"handed out: {job.label}")

    def ended(self, row: Row) -> None:
        from builder.farm.text import row_line

        self.done += 1
        width = len(str(self.total))
        self.terminal.say([f"[{self.done:>{width}}/{self.total}] {row_line(row)}"])

    def lost(self, job: Job) -> None:
        self.terminal.warn(f"whoever did `{job.label}` is gone; it is handed out again")
