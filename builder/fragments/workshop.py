"""Where fragments are made: the reading process and its scratch files, had only when a wheel is new."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from builder.fragments.kept import (
    keep_binaries,
    keep_overlay,
    keep_scan,
    kept_binaries,
    kept_overlay,
    kept_scan,
)

if TYPE_CHECKING:
    import tempfile
    from collections.abc import Callable, Mapping

    from builder.slim.values import WheelScan
    from manylinux.elf.facts import Binary
    from manylinux.elf.workers import ElfReaders
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel


class Workshop:
    """What is known of wheels, from the store or read now. Threads may share it; to be closed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, Mapping[str, Binary]] = {}
        self._readers: ElfReaders | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None

    def prepare(self) -> None:
        """New wheels will come: what reads them is starting."""
        self._tools()[0].start()

    def binaries(
        self, wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None
    ) -> Mapping[str, Binary]:
        """What the wheel's compiled files say, by their path in it. Raises as `read_binaries`."""
        found = self._known.get(wheel.sha256) or kept_binaries(self._store, wheel)
        if found is None:
            from builder.fragments.compiled import read_binaries  # a warm build reads no file

            readers, folder = self._tools()
            scratch = folder / str(threading.get_ident())
            found = read_binaries(wheel, readers.read, scratch, pulse)
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

        readers, folder = self._tools()
        scratch = folder / str(threading.get_ident())
        known = kept_binaries(self._store, wheel)
        with self._store.receive() as incoming:
            maker = OverlayMaker(incoming)
            found = read_binaries(wheel, readers.read, scratch, pulse, maker.take)
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

    def slim(self, wheel: VerifiedWheel, pulse: Callable[[], None] = lambda: None) -> None:
        """All that slimming asks of a wheel is known from now on."""
        self.stripped(wheel, pulse)
        pulse()
        self.scan(wheel)

    def read(self, path: Path) -> Binary | None:
        """What one file says; None where it is no compiled code."""
        return self._tools()[0].read(path)

    def close(self) -> None:
        """No process and no scratch file of it is left."""
        with self._lock:
            if self._readers is not None:
                self._readers.close()
            if self._scratch is not None:
                self._scratch.cleanup()
            self._readers = self._scratch = None

    def _tools(self) -> tuple[ElfReaders, Path]:
        with self._lock:
            if self._readers is None or self._scratch is None:
                import tempfile

                from manylinux.elf.workers import ElfReaders

                self._readers = ElfReaders()
                self._scratch = tempfile.TemporaryDirectory(prefix="lbuild-")
            return self._readers, Path(self._scratch.name)
