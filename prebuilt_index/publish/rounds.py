"""How often something is tried because others publish too."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Final

from prebuilt_index.errors import PublishError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prebuilt_index.publish.place import Place

_MOST: Final = 100
_NAP: Final = 0.02
_LONGEST_NAP: Final = 2.0
"""Seconds."""


def rounds(place: Place) -> Iterator[int]:
    """Rounds, with longer and longer naps between them; then PublishError."""
    for number in range(_MOST):
        if number:
            time.sleep(random.uniform(0, min(_LONGEST_NAP, _NAP * 2 ** min(number, 10))))
        yield number
    raise PublishError(
        f"Others publish to `{place.url}` all the time",
        evidence=[f"{_MOST} times somebody was faster"],
        hint="What was sent stays there; publish again later, so that pages name it",
    )
