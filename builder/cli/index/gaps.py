"""`lbuild index gaps`: which projects have no wheel that loads, and what could make one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from builder.cli.index.options import ONLY_RECIPES, RECIPES, TARGETS, wishes_of
from builder.cli.options import CACHE, FILE, INDEX, TALK, TalkChoices, options
from builder.cli.sections import Sectioned
from builder.cli.streams import tell

if TYPE_CHECKING:
    from pathlib import Path

    from packaging.utils import NormalizedName

    from manylinux.target import Target

GAPS = (
    click.argument("projects", nargs=-1, metavar="[PROJECT]..."),
    click.option(
        "--list",
        "file",
        type=FILE,
        metavar="FILE",
        help="Names of projects, one a line; `#` begins a comment.",
    ),
    *TARGETS,
    RECIPES,
    ONLY_RECIPES,
    click.option(
        "--no-sdists",
        is_flag=True,
        help="Do not download sdists to see whether a backend could compile them.",
    ),
)


@click.command(name="gaps", cls=Sectioned)
@options(GAPS, INDEX, CACHE, TALK)
def command(**keywords: Any) -> None:
    """Tell which projects have no wheel that loads on a runtime, and what could make one.

    Of each project the newest version for the runtime's Python counts. Without PROJECT it asks about
    much-used projects with native code, and about all runtimes that AWS supports.
    """
    from builder.cli.terminal import Terminal
    from builder.composing.gaps import run_gaps
    from builder.gaps.text import gaps_as_json, gaps_text
    from prebuilt_index.recipes import read_catalogue

    talk = TalkChoices.of(keywords)
    targets = _targets(keywords)
    catalogue = read_catalogue(keywords["recipes"], own=not keywords["only_recipes"])
    rows = run_gaps(
        _projects(keywords["projects"], keywords["file"]),
        targets,
        catalogue,
        wishes_of(keywords),
        Terminal(talk.verbosity),
        look=not keywords["no_sdists"],
    )
    if talk.as_json:
        tell(json.dumps(gaps_as_json(rows), indent=2))
        return
    for line in gaps_text(rows, targets, everything=talk.verbose):
        tell(line)


def _targets(keywords: dict[str, Any]) -> list[Target]:
    """Those that are named; else every one that AWS supports today."""
    import datetime

    from builder.cli.index.options import wanted_targets
    from manylinux.errors import UsageError
    from manylinux.runtime import Status
    from manylinux.runtimes import runtimes
    from manylinux.target import Target

    today = datetime.datetime.now(tz=datetime.UTC).date()
    wanted = wanted_targets(keywords["runtimes"], keywords["architectures"])
    found = [
        target
        for runtime in runtimes()
        if keywords["runtimes"] or runtime.status_on(today) is Status.SUPPORTED
        for architecture in runtime.architectures
        if wanted(target := Target(runtime=runtime, architecture=architecture))
    ]
    if not found:
        raise UsageError("No runtime has that architecture", hint="`lbuild runtimes` lists them")
    return found


def _projects(names: tuple[str, ...], file: Path | None) -> list[NormalizedName]:
    """Those that are named, and those in the file; else the list that comes with lbuild."""
    from importlib.resources import files

    from builder.choices.meanings import project_name
    from builder.errors import InputNotFoundError

    if file is None and not names:
        return _listed(files("builder.gaps").joinpath("projects.txt").read_text(encoding="utf-8"))
    found = [project_name(name) for name in names]
    if file is not None:
        try:
            found += _listed(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputNotFoundError(f"The list `{file}` cannot be read", evidence=[str(error)]) from error
    return list(dict.fromkeys(found))


def _listed(text: str) -> list[NormalizedName]:
    from builder.choices.meanings import project_name

    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return list(dict.fromkeys(project_name(line) for line in lines if line))
