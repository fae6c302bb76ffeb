"""How a test tells a hang from a busy machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PATIENCE: Final = 60.0
"""Seconds: what takes few alone takes less on any busy machine; what nobody is to wait for takes longer."""
FOR_EVER: Final = 600.0
"""Seconds that a thing lasts which nobody is to wait for."""


@contextmanager
def no_hang() -> Iterator[None]:
    """What is done inside waits for nothing that lasts FOR_EVER, and does nothing that takes as long."""
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < PATIENCE, "it hangs"
