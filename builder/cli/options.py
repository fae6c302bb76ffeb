"""The options that commands share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any, TypeVar

import click

from builder.choices.wishes import FromOptions

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Any], Any]


class FilePath(click.Path):
    """A path. The empty word is none: an unset variable leaves it, and it would be the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("an empty word names no file or folder.", param, ctx)
        return super().convert(value, param, ctx)


FILE = FilePath(path_type=Path)


class Amount(click.FloatRange):
    """A number in a range. `nan` is in none, though it is neither below nor above."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:  # as click types it
        number = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


INPUTS: Sequence[Decorator] = (
    click.argument("words", nargs=-1, metavar="[REQUIREMENTS]..."),
    click.option(
        "-r",
        "--requirement",
        "requirement_files",
        multiple=True,
        metavar="FILE",
        help="A requirements file, whatever its name.",
    ),
    click.option(
        "-c",
        "--constraint",
        "constraint_files",
        multiple=True,
        metavar="FILE",
        help="A constraints file: it limits versions and asks for nothing.",
    ),
    click.option(
        "--extra",
        "extras",
        multiple=True,
        metavar="NAME",
        help="An extra of the pyproject.toml or lock given.",
    ),
    click.option(
        "--group",
        "groups",
        multiple=True,
        metavar="NAME",
        help="A dependency group of the pyproject.toml or lock.",
    ),
    click.option("--require-hashes", is_flag=True, help="Demand a hash for every requirement."),
)
TARGET: Sequence[Decorator] = (
    click.option(
        "--runtime", metavar="NAME", help="Lambda runtime, such as python3.13.  [newest supported one]"
    ),
    click.option("--arch", metavar="NAME", help="x86_64 or arm64.  [x86_64]"),
)
RESOLVE: Sequence[Decorator] = (
    click.option("--pre", "allow_prereleases", is_flag=True, help="Take pre-releases too."),
    click.option(
        "--prefer",
        multiple=True,
        metavar="newest|PROJECT",
        help="newest: a newer version that must be built goes before an older one with a usable wheel. "
        "PROJECT: its file wins where two wheels fill one path.",
    ),
    click.option(
        "--exclude-newer", metavar="DATE", help="Ignore files uploaded at or after this date (ISO 8601)."
    ),
    click.option(
        "--only-binary", multiple=True, metavar="PROJECT", help="Never build PROJECT (`:all:`: anything)."
    ),
    click.option(
        "--no-binary", multiple=True, metavar="PROJECT", help="Never take a wheel of PROJECT (or `:all:`)."
    ),
    click.option(
        "--build",
        multiple=True,
        metavar="[PROJECT=]HOW",
        help="How to compile what has no usable wheel: auto, never, zig, docker or local.  [auto]",
    ),
    click.option(
        "--strict-tags",
        is_flag=True,
        help="Never take a wheel tagged for a newer glibc, though its files load and nothing else does.",
    ),
)
INDEX: Sequence[Decorator] = (
    click.option("-i", "--index-url", metavar="URL", help="The main index.  [pip's]"),
    click.option(
        "--extra-index-url",
        "extra_index_urls",
        multiple=True,
        metavar="URL",
        help="A further index, asked before the main one.",
    ),
    click.option(
        "--index-pin",
        "index_pins",
        multiple=True,
        metavar="PROJECT=URL",
        help="Take PROJECT from this index only.",
    ),
    click.option(
        "--prebuilt-index",
        "prebuilt_indexes",
        multiple=True,
        metavar="URL|DIR",
        help="An index of prebuilt wheels: they go before the own index's, version by version.",
    ),
    click.option(
        "-f", "--find-links", multiple=True, metavar="WHERE", help="A folder or page with wheels and sdists."
    ),
    click.option("--no-index", is_flag=True, help="Ask no index; use only --find-links."),
    click.option(
        "--trusted-host", "trusted_hosts", multiple=True, metavar="HOST", help="No TLS checks for HOST."
    ),
)
CACHE_FOLDER: Decorator = click.option(
    "--cache-dir",
    type=FILE,
    metavar="FOLDER",
    envvar="LBUILD_CACHE_DIR",
    help="The cache's folder.  [LBUILD_CACHE_DIR, else the user's cache]",
)
CACHE: Sequence[Decorator] = (
    CACHE_FOLDER,
    click.option("--no-cache", is_flag=True, help="Use a cache that ends with this run."),
    click.option("--offline", is_flag=True, help="Ask no server; use what the cache holds."),
    click.option("--refresh", is_flag=True, help="Ask indexes again, however fresh their answers are."),
)
VERBOSITY: Sequence[Decorator] = (
    click.option("-q", "--quiet", is_flag=True, help="Say only warnings and errors."),
    click.option("-v", "--verbose", is_flag=True, help="Say more."),
)
"""Of commands that have no report."""
TALK: Sequence[Decorator] = (
    click.option("--json", "as_json", is_flag=True, help="The whole report as JSON on stdout."),
    *VERBOSITY,
)


def options(*groups: Sequence[Decorator]) -> Callable[[Function], Function]:
    """The options of several groups on one command, in the order given."""

    def decorate(function: Function) -> Function:
        for group in reversed(groups):
            for option in reversed(group):
                function = option(function)
        return function

    return decorate


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkChoices(FromOptions):
    as_json: bool
    quiet: bool
    verbose: bool

    @property
    def verbosity(self) -> int:
        return -1 if self.quiet else int(self.verbose)


def without_inputs(keywords: dict[str, object]) -> dict[str, object]:
    """Keywords for `Wishes.of`, for a command whose inputs and targets a project names."""
    absent = {"words": (), "requirement_files": (), "constraint_files": (), "extras": (), "groups": ()}
    return {"require_hashes": False, "runtime": None, "arch": None, **absent, **keywords}
