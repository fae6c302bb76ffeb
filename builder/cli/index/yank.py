"""`lbuild index yank WHAT...`: wheels that nobody should newly take (PEP 592)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from builder.cli.index.options import INDEX
from builder.cli.streams import mention

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from prebuilt_index.tree.entry import Entry


@click.command(name="yank")
@click.argument("words", nargs=-1, required=True, metavar="FILENAME|PROJECT==VERSION...")
@INDEX
@click.option("--reason", default="", metavar="TEXT", help="Why, in one line; installers show it.")
@click.option("--undo", is_flag=True, help="Offer them again.")
def command(*, words: tuple[str, ...], root: Path, reason: str, undo: bool) -> None:
    """Yank wheels: they stay where they are, and only who names their very version still gets them."""
    from manylinux.errors import SeveralErrors, UsageError
    from prebuilt_index.tree.entry import is_plain
    from prebuilt_index.tree.reading import entries
    from prebuilt_index.tree.upkeep import set_yanked

    if not is_plain(reason):
        raise UsageError("`--reason` is not one line of text", evidence=[f"it is {reason!r:.200}"])
    if undo and reason:
        raise UsageError("`--undo` and `--reason` contradict each other", hint="Give one of them")
    chosen = [_chooser(word) for word in words]
    found = entries(root)
    errors = [
        UsageError(f"`{root}` has no wheel `{word}`", hint="`lbuild index list` names them")
        for word, choose in zip(words, chosen, strict=True)
        if not any(map(choose, found))
    ]
    SeveralErrors.raise_any(errors)
    changed = set_yanked(
        root, lambda entry: any(choose(entry) for choose in chosen), None if undo else reason
    )
    _tell(changed, "offered again" if undo else "yanked")


def _chooser(word: str) -> Callable[[Entry], bool]:
    """Whether an entry is meant by a word. Raises UsageError."""
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.utils import canonicalize_name

    from manylinux.errors import UsageError
    from prebuilt_index.simple.versions import version_of

    if word.endswith(".whl"):
        return lambda entry: entry.filename == word
    try:
        requirement = Requirement(word)
    except InvalidRequirement as error:
        raise UsageError(
            f"`{word}` is neither the name of a wheel nor PROJECT==VERSION", evidence=[str(error)]
        ) from error
    if not requirement.specifier:
        raise UsageError(
            f"`{word}` names no version", hint=f"Write `{word}==VERSION`, or `{word}>=0` for all of them"
        )
    name = canonicalize_name(requirement.name)

    def meant(entry: Entry) -> bool:
        version = version_of(entry.filename)
        return (
            entry.project == name
            and version is not None
            and requirement.specifier.contains(version, prereleases=True)
        )

    return meant


def _tell(changed: Sequence[Entry], what: str) -> None:
    for entry in changed:
        mention(f"{what}: {entry.filename}")
    if not changed:
        mention("nothing to change")
