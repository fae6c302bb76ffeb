"""Where fragments are made: what is known of a wheel, read when it is new and kept."""

from __future__ import annotations

import os
import threading
from functools import partial
from typing import TYPE_CHECKING

from builder.fragments.kept import (
    keep_binaries,
    keep_overlay,
    keep_scan,
    keep_sound,
    kept_binaries,
    kept_overlay,
    kept_scan,
    kept_sound,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from builder.ports import Progress
    from builder.slim.profile import SlimProfile
    from builder.slim.values import WheelScan
    from manylinux.elf.facts import Binary
    from manylinux.elf.layouts import LayoutReader
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel


TASK = "slim"
"""What this work is called to a Progress; its unit is bytes of wheels."""


class Workshop:
    """What is known of wheels, from the store or read now. Threads may share it; to be closed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[str, Binary]] = {}
        self._layouts: LayoutReader | None = None

    def binaries(
        self, wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None
    ) -> Mapping[str, Binary]:
        """What the wheel's compiled files say, by their path in it. Raises as `read_binaries`."""
        found = self._known.get(wheel.sha256) or kept_binaries(self._store, wheel)
        if found is None:
            from builder.fragments.compiled import read_binaries  # a warm build reads no file

            found = read_binaries(wheel, pulse)
            keep_binaries(self._store, wheel, found)
        self._known[wheel.sha256] = found
        return found

    def stripped(
        self, wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None
    ) -> tuple[Mapping[str, Member], Path | None]:
        """The wheel's members that are smaller without what no loader reads, and the overlay they lie in."""
        kept = kept_overlay(self._store, wheel)
        if kept is not None:
            return kept
        from builder.fragments.compiled import read_binaries
        from builder.fragments.overlay import OverlayMaker

        known = kept_binaries(self._store, wheel)
        with self._store.receive() as incoming:
            maker = OverlayMaker(incoming, wheel)
            found = read_binaries(wheel, pulse, maker.take)
            path = incoming.commit() if maker.members else None
            keep_overlay(self._store, wheel, incoming.sha256, maker.members)
        if known is None:
            keep_binaries(self._store, wheel, found)
        self._known[wheel.sha256] = found
        return maker.members, path

    def scan(self, wheel: VerifiedWheel) -> WheelScan:
        """What the wheel's code mentions, and what of it may go. Raises StoreError."""
        kept = kept_scan(self._store, wheel)
        if kept is not None:
            return kept
        from builder.fragments.scanning import scanned

        scan = scanned(wheel)
        keep_scan(self._store, wheel, scan)
        return scan

    def layout_faults(
        self, wheel: VerifiedWheel, members: Mapping[str, Member], overlay: Path
    ) -> Mapping[str, str]:
        """What lief says against `members` of the wheel's overlay, by path: nothing of those that are sound.

        That one is sound is kept; what is not is looked at again every time.
        """
        sound = kept_sound(self._store, wheel)
        doubtful = {path: member for path, member in members.items() if member.sha256 not in sound}
        if not doubtful:
            return {}
        from builder.fragments.layouts import faults_of
        from manylinux.elf.layouts import LayoutReader

        with self._lock:
            if self._layouts is None:
                self._layouts = LayoutReader()
        faults = faults_of(doubtful, overlay, self._layouts.fault)
        passed = {member.sha256 for path, member in doubtful.items() if path not in faults}
        keep_sound(self._store, wheel, sound | passed)
        return faults

    def slim(
        self, wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None, *, strip: bool = True
    ) -> None:
        """All that slimming asks of a wheel is known from now on; what stripping gives, with `strip`."""
        if strip:
            self.stripped(wheel, pulse)
        else:
            self.binaries(wheel, pulse)
        pulse()
        self.scan(wheel)

    def learning(self, profile: SlimProfile) -> Callable[[VerifiedWheel, Callable[[], None]], object]:
        """What learns of a new wheel all that a bundle with this profile will ask."""
        return partial(self.slim, strip=profile.strips) if profile.has_rules else self.binaries

    def slim_all(self, wheels: Sequence[VerifiedWheel], progress: Progress, *, strip: bool = True) -> None:
        """The same of several wheels, by as many threads as there are processors; nothing if all is known."""
        new = [wheel for wheel in wheels if not self._is_slim(wheel, strip=strip)]
        if not new:
            return
        from concurrent.futures import ThreadPoolExecutor

        def work(wheel: VerifiedWheel) -> None:
            self.slim(wheel, strip=strip)
            progress.advance(TASK, wheel.size)

        progress.start(TASK, sum(wheel.size for wheel in new))
        try:
            with ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="slim") as pool:
                list(pool.map(work, sorted(new, key=lambda wheel: -wheel.size)))
        finally:
            progress.finish(TASK)

    def _is_slim(self, wheel: VerifiedWheel, *, strip: bool) -> bool:
        is_read = kept_overlay if strip else kept_binaries
        return is_read(self._store, wheel) is not None and kept_scan(self._store, wheel) is not None

    def close(self) -> None:
        """No process of it is left."""
        with self._lock:
            if self._layouts is not None:
                self._layouts.close()
            self._layouts = None
