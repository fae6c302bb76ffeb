"""Options that commands of `lbuild index` share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from builder.cli.options import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from builder.choices.wishes import Wishes
    from manylinux.target import Target

INDEX: Callable[[Any], Any] = click.option(
    "--index",
    "root",
    type=FILE,
    required=True,
    metavar="DIR",
    help="The index's folder.",
)
RECIPES: Callable[[Any], Any] = click.option(
    "--recipes",
    multiple=True,
    type=FILE,
    metavar="DIR",
    help="Folder with recipes; they go before lbuild's own.",
)
ONLY_RECIPES: Callable[[Any], Any] = click.option(
    "--only-recipes", is_flag=True, help="Leave lbuild's own recipes aside."
)
TARGETS: Sequence[Callable[[Any], Any]] = (
    click.option(
        "--runtime", "runtimes", multiple=True, metavar="NAME", help="Only for this one; may be repeated."
    ),
    click.option("--arch", "architectures", multiple=True, metavar="NAME", help="x86_64 or arm64.  [both]"),
)


def wanted_targets(runtimes: Sequence[str], architectures: Sequence[str]) -> Callable[[Target], bool]:
    """Which targets are meant: all where nothing is said. Raises UnknownRuntimeError and the like."""
    from manylinux.architecture import Architecture
    from manylinux.runtimes import find_runtime

    some_runtimes = frozenset(find_runtime(name).id for name in runtimes)
    some_architectures = frozenset(map(Architecture.parse, architectures))

    def wanted(target: Target) -> bool:
        of_runtime = not some_runtimes or target.runtime.id in some_runtimes
        return of_runtime and (not some_architectures or target.architecture in some_architectures)

    return wanted


def wishes_of(keywords: Mapping[str, Any]) -> Wishes:
    """Which indexes are asked, and which cache is used; nothing is required."""
    from builder.choices.wishes import (
        CacheChoices,
        IndexChoices,
        InputChoices,
        ResolveChoices,
        TargetChoices,
        Wishes,
    )

    return Wishes(
        inputs=InputChoices(),
        target=TargetChoices(),
        resolve=ResolveChoices(),
        index=IndexChoices.of(keywords),
        cache=CacheChoices.of(keywords),
    )
