"""`[tool.lbuild.slim]`: a profile of the user's own.

[tool.lbuild.slim]
profile = "safe"                    # what the rest is held against; `--slim` on the command line replaces it
without = ["strip"]                 # rules of it that do not hold
also = ["documentation"]            # rules that hold too
keep = ["pandas/tests/io/**"]       # GLOB or PROJECT:GLOB
drop = ["scipy:scipy/datasets/**"]  # PROJECT:GLOB
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from builder.errors import ConfigurationError
from builder.model import Slimming
from builder.project.tables import unknown
from builder.slim.globs import GlobFault
from builder.slim.profile import SlimProfile
from builder.slim.rules import rules
from builder.slim.selecting import Selector, parse_drop, parse_keep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WHERE = "tool.lbuild.slim"
KEYS = ("profile", "without", "also", "keep", "drop")


def slim_table(table: object, source: str) -> SlimProfile:
    """The profile in the file `source`. Raises ConfigurationError for what it does not understand."""
    if not isinstance(table, dict):
        raise ConfigurationError(
            f"`{WHERE}` in {source} is not a table",
            hint=f'Write `profile = "small"` below `[{WHERE}]`',
        )
    for key in sorted(set(table) - set(KEYS)):
        raise unknown(f"`[{WHERE}]` in {source} has no key `{key}`", key, KEYS)
    without, also = _rules(table, "without", source), _rules(table, "also", source)
    for rule in sorted(without & also):
        raise ConfigurationError(f"`{WHERE}` in {source} names `{rule}` in both `without` and `also`")
    return SlimProfile(
        base=_base(table.get("profile", Slimming.SAFE.value), source),
        without=without,
        also=also,
        keep=_selectors(table, "keep", parse_keep, source),
        drop=_selectors(table, "drop", parse_drop, source),
    )


def _base(name: object, source: str) -> Slimming:
    names = [each.value for each in Slimming]
    if name not in names:
        raise unknown(f"`{WHERE}.profile` in {source} is `{name}`, which is no profile", name, names)
    return Slimming(name)


def _rules(table: Mapping[str, Any], key: str, source: str) -> frozenset[str]:
    names = _texts(table, key, source)
    for name in names:
        if name not in rules():
            raise unknown(
                f"`{WHERE}.{key}` in {source} names a rule `{name}`, which there is not",
                name,
                tuple(rules()),
            )
    return frozenset(names)


def _selectors(
    table: Mapping[str, Any], key: str, parse: Callable[[str], Selector], source: str
) -> tuple[Selector, ...]:
    found = []
    for text in _texts(table, key, source):
        try:
            found.append(parse(text))
        except GlobFault as fault:
            raise ConfigurationError(
                f"`{WHERE}.{key}` in {source}: `{text}` {fault}", hint=fault.hint
            ) from fault
    return tuple(found)


def _texts(table: Mapping[str, Any], key: str, source: str) -> tuple[str, ...]:
    texts = table.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigurationError(
            f"`{WHERE}.{key}` in {source} is not a list of texts", hint=f'Write `{key} = ["..."]`'
        )
    return tuple(dict.fromkeys(texts))
