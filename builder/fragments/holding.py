"""A bound on what threads hold in memory together."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

MOST = 128 * 1024 * 1024
"""Bytes of members, inflated; what the engine makes of them comes on top, a third of it in most bundles."""


class Hand:
    """Holds so many bytes at once. Threads share it."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held = 0
        self._changed = threading.Condition()

    @contextmanager
    def holding(self, size: int) -> Iterator[None]:
        """There is room inside the block; what is larger than all of it is held alone."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held or self._held + size <= self._most)
            self._held += size
        try:
            yield
        finally:
            with self._changed:
                self._held -= size
                self._changed.notify_all()
