"""What the command line and `[tool.lbuild.slim]` say of slimming, as one profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.choices.meanings import one_of
from builder.model import Slimming
from builder.slim.profile import SlimProfile
from manylinux.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.choices.bundle_choices import BundleChoices
    from builder.slim.selecting import Selector


def slim_profile(choices: BundleChoices, configured: SlimProfile) -> SlimProfile:
    """`--slim safe` and `--slim small` stand for the table's `profile`, and the rest of it holds.

    `--slim none` means every file: neither `also` nor `drop` of the table hold beside it. What `--keep` and
    `--drop` name is added. Raises UsageError.
    """
    every_file = choices.slim == Slimming.NONE
    return SlimProfile(
        base=configured.base if choices.slim is None else one_of(Slimming, choices.slim, "slim"),
        also=frozenset() if every_file else configured.also,
        without=configured.without,
        keep=(*configured.keep, *_selectors("--keep", choices.keep)),
        drop=(*(() if every_file else configured.drop), *_selectors("--drop", choices.drop)),
    )


def _selectors(option: str, texts: Sequence[str]) -> tuple[Selector, ...]:
    if not texts:
        return ()
    from builder.slim.globs import GlobFault
    from builder.slim.selecting import parse_drop, parse_keep

    parse = parse_drop if option == "--drop" else parse_keep
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append(parse(text))
        except GlobFault as fault:
            raise UsageError(f"`{option} {text}` {fault}", hint=fault.hint) from fault
    return tuple(found)
