"""Which symbol versions a runtime does not have, and what they are called where the host has them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from manylinux.policy.policy import Policy

NAMED = {"GLIBC_ABI_DT_RELR": ((2, 36), "GLIBC_@RI_DT_RELR")}
"""Versions that are no numbers, to the release that has them first, and to what hides them: a name with the
same hash, as the loader has this one's in its code. All other such versions are old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceilings:
    """The newest version of each family that a runtime has."""

    newest: Mapping[str, tuple[int, ...]] = field(hash=False)

    def has(self, version: str) -> bool:
        """Whether the runtime has a version such as `GLIBC_2.27`; of families without a ceiling, all."""
        family, _, number = version.partition("_")
        ceiling = self.newest.get(family)
        wanted = NAMED[version][0] if version in NAMED else numbers(number)
        return ceiling is None or wanted is None or wanted <= ceiling

    def hidden(self, version: str) -> str:
        """The name under which the runtime's copy of a library has a version: of the same length, and another
        where the runtime does not have it.
        """
        if self.has(version):
            return version
        if version in NAMED:
            return NAMED[version][1]
        family, _, number = version.partition("_")
        return f"{family}_9{number[1:]}"


def ceilings_of(policy: Policy) -> Ceilings:
    """What a policy says is there today."""
    newest = {**policy.newest, **policy.today}
    return Ceilings(newest={family: numbers(version) or () for family, version in newest.items()})


def numbers(text: str) -> tuple[int, ...] | None:
    """`2.27` as numbers; None where it is none."""
    parts = text.split(".")
    return tuple(map(int, parts)) if all(part.isdecimal() for part in parts) else None
