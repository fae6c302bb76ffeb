"""From pins to verified wheels: what the store has is taken as it is, the rest is had in parallel.

No network is spoken to and no thread started when every wheel is there already, as in each warm build.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.ports import Silent
from prebuilt_index.errors import MetadataMismatchError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from packaging.utils import NormalizedName

    from builder.fetch.crew import Pulse
    from builder.model import Pin
    from builder.ports import Progress
    from prebuilt_index.artefacts import IndexFile
    from prebuilt_index.wheel_archive import VerifiedWheel

TASK = "fetch"
"""What this work is called to a Progress; its unit is bytes."""


def _nothing_built(sha256: str, project: NormalizedName) -> None:
    """No wheel was built of any sdist before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What fetching asks of the world. All but `recall` and `built` are called from several threads."""

    recall: Callable[[str, str], VerifiedWheel | None]
    """By sha256 and file name: the wheel, if the store holds it and it was verified before."""
    built: Callable[[str, NormalizedName], tuple[str, str] | None] = _nothing_built
    """By an sdist's sha256 and its project: sha256 and file name of the wheel that was built of it before."""
    obtain: Callable[[IndexFile, Callable[[int], None]], tuple[Path, str, str]]
    """A wheel's path in the store, file name and sha256: downloaded and as promised, or built of an sdist.

    It tells how many more bytes came, or 0 while it builds, several times a second; telling may raise, and so
    stop it.
    """
    verify: Callable[[Path, str, str, Callable[[], None]], VerifiedWheel]
    """By path, file name and sha256. Raises IntegrityError, and what the last argument raises, which it calls
    several times a second."""
    promised: Callable[[IndexFile], bytes | None]
    """The core metadata the resolution relied on, if it is known apart from the wheel."""
    compare: Callable[[bytes, bytes], None]
    """Raises MetadataMismatchError when the metadata that was promised and the one that came differ."""


def fetch(
    pins: Sequence[Pin],
    supply: Supply,
    *,
    progress: Progress | None = None,
    workers: int = 8,
) -> tuple[VerifiedWheel, ...]:
    """The pins' wheels, in the pins' order, every byte of them checked.

    The first failure stops the rest; faults of content that show up until all has stopped are told together.
    Raises what the supply raises.
    """
    here = {at: wheel for at, pin in enumerate(pins) if (wheel := _recalled(pin, supply))}
    for at, wheel in here.items():
        _check(pins[at], wheel, supply)
    if len(here) < len(pins):
        missing = sorted((at for at in range(len(pins)) if at not in here), key=lambda at: _order(pins[at]))
        got = _gathered([pins[at] for at in missing], supply, progress or Silent(), workers)
        here.update(zip(missing, got, strict=True))
    return tuple(here[at] for at in range(len(pins)))


def _recalled(pin: Pin, supply: Supply) -> VerifiedWheel | None:
    sha256, filename = pin.file.hashes.get("sha256"), pin.file.filename
    if sha256 is None:
        return None
    if not pin.file.is_wheel:
        built = supply.built(sha256, pin.name)
        if built is None:
            return None
        sha256, filename = built
    return supply.recall(sha256, filename)


def _gathered(pins: Sequence[Pin], supply: Supply, progress: Progress, workers: int) -> list[VerifiedWheel]:
    """The wheels of these pins, started in this order, each verified while others are still under way."""
    from builder.fetch.crew import gather  # threads are for cold builds

    def job(pin: Pin) -> Callable[[Pulse], VerifiedWheel]:
        def work(pulse: Pulse) -> VerifiedWheel:
            def on_bytes(amount: int) -> None:
                pulse()
                if amount and pin.file.size is None:
                    progress.add_total(TASK, amount)
                if amount:
                    progress.advance(TASK, amount)

            wheel = supply.verify(*supply.obtain(pin.file, on_bytes), pulse.last)
            _check(pin, wheel, supply)
            return wheel

        return work

    progress.start(TASK, sum(pin.file.size or 0 for pin in pins))
    try:
        return gather([job(pin) for pin in pins], workers)
    finally:
        progress.finish(TASK)


def _order(pin: Pin) -> tuple[bool, float]:
    """Builds first, as they take longest, then files by size, unknown sizes first."""
    return pin.file.is_wheel, -(pin.file.size or float("inf"))


def _check(pin: Pin, wheel: VerifiedWheel, supply: Supply) -> None:
    """The wheel is what the resolution took it for. Raises MetadataMismatchError."""
    if (wheel.name, wheel.version) != (pin.name, pin.version):
        raise MetadataMismatchError(
            f"`{pin.file.filename}` is not of `{pin.name}` {pin.version}",
            evidence=(f"it is of `{wheel.name}` {wheel.version}",),
            hint="Tell the project's maintainers, or require another version",
        )
    promised = supply.promised(pin.file)
    if promised is not None and promised != wheel.metadata:
        supply.compare(promised, wheel.metadata)
