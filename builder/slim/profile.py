"""What of wheels may stay out of a bundle: one of the three profiles, and what a user wants otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.model import Slimming

if TYPE_CHECKING:
    from collections.abc import Set

    from builder.slim.selecting import Selector

STRIP = "strip"
"""The rule that makes compiled files smaller instead of leaving them out."""
REGZIP = "regzip"
"""The same of gzip files, where a bundle is to be as small as it gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlimProfile:
    """Which rules hold in a bundle, and which files are kept or left out whatever they say."""

    base: Slimming = Slimming.SAFE
    also: frozenset[str] = frozenset()
    """Rules beside those of `base`."""
    without: frozenset[str] = frozenset()
    """Rules of `base` that do not hold."""
    keep: tuple[Selector, ...] = ()
    """These stay as they are, whatever else is said."""
    drop: tuple[Selector, ...] = ()
    """These stay out."""

    @property
    def rules(self) -> Set[str]:
        """Names of the rules that hold. Reads their table, which a warm build does without."""
        from builder.slim.rules import rules_of

        return (rules_of(self.base) | self.also) - self.without

    @property
    def strips(self) -> bool:
        """Whether `strip` holds."""
        return self._holds(STRIP)

    @property
    def regzips(self) -> bool:
        """Whether `regzip` holds."""
        return self._holds(REGZIP)

    def _holds(self, rule: str) -> bool:
        """Of one that both `safe` and `small` have."""
        return rule not in self.without and (self.base is not Slimming.NONE or rule in self.also)

    @property
    def has_rules(self) -> bool:
        """Whether any may hold."""
        return self.base is not Slimming.NONE or not self.also <= self.without

    @property
    def is_idle(self) -> bool:
        """Nothing can stay out, and there is nothing to say of what is named."""
        return not self.has_rules and not self.drop and not self.keep

    @property
    def key(self) -> list[object]:
        """All that decides, for keys of what is kept."""
        texts = [[each.text for each in selectors] for selectors in (self.keep, self.drop)]
        return [self.base, sorted(self.also), sorted(self.without), *texts]


NOTHING = SlimProfile(base=Slimming.NONE)
