"""How large a bundle may be, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.report.sizes import human

if TYPE_CHECKING:
    from manylinux.runtime import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a bundle may unpack to, counted over its files."""

    size: int
    """Bytes, as the one who sets the limit says it."""
    most: int
    """Bytes of the largest bundle that fits."""
    is_lambdas: bool
    """Nobody can raise it; else it is the user's."""

    def __str__(self) -> str:
        if self.is_lambdas:
            return f"Lambda takes less than {human(self.size)}"
        return f"`--max-size` allows {human(self.size)}"


def limit_on(lambdas: Limits, wished: int | None, *, limited: bool) -> Limit | None:
    """The narrower of Lambda's limit, where `limited`, and the user's, where there is one; None without both.

    Lambda wants less than its limit; a user is content with exactly theirs.
    """
    limits = []
    if limited:
        size = lambdas.unzipped_bytes
        limits.append(Limit(size=size, most=size - 1, is_lambdas=True))
    if wished is not None:
        limits.append(Limit(size=wished, most=wished, is_lambdas=False))
    return min(limits, key=lambda limit: limit.most, default=None)
