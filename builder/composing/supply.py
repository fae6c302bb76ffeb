"""What fetching asks of the world, answered by the world at hand: one thread pool inflates for all wheels."""

import os
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from builder.fetch import Supply, fetch
from builder.ports import Progress
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.index.metadata_key import metadata_key
from prebuilt_index.store import Bucket, Store
from prebuilt_index.wheel_archive.cached import load, load_or_verify

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from packaging.utils import NormalizedName

    from builder.facts import World
    from builder.model import Pin
    from prebuilt_index.wheel_archive import VerifiedWheel


def fetch_with(
    world: "Callable[[], World]",
    store: Store,
    learn: "Callable[[VerifiedWheel, Callable[[], None]], object]",
    progress: Progress,
    pins: "Sequence[Pin]",
    builders: "Callable[[NormalizedName], Iterable[str]]",
) -> "tuple[VerifiedWheel, ...]":
    """The wheels of `pins`, every byte of them checked; `world` is asked for what the store does not hold.

    `builders`, by project: what beside pure Python may have built its sdists before. `learn` is
    called with each that is new, and a pulse as `fetch` has it.
    """
    inflaters = _Inflaters()

    def recall(sha256: str, filename: str) -> "VerifiedWheel | None":
        path = store.blob(sha256)
        return None if path is None else load(store, path, filename, sha256)

    def built(sha256: str, project: "NormalizedName") -> tuple[str, str] | None:
        from builder.build import built_before

        # Made only when asked for: what is pure is found before.
        made = built_before(store, sha256, (each for each in builders(project)))
        return None if made is None else (made.sha256, made.filename)

    def obtain(file: IndexFile, on_bytes: Callable[[int], None]) -> tuple[Path, str, str]:
        return world().obtain(file, on_bytes)

    def verify(path: Path, filename: str, sha256: str, pulse: Callable[[], None]) -> "VerifiedWheel":
        wheel = load_or_verify(store, path, filename, sha256, executor=inflaters.executor(), pulse=pulse)
        # Here, where other wheels are still under way.
        learn(wheel, pulse)
        return wheel

    def compare(promised: bytes, shipped: bytes) -> None:
        from prebuilt_index.wheel_archive.identity import compare_metadata  # parses both: rarely needed

        compare_metadata(promised, shipped)

    def promised(file: IndexFile) -> bytes | None:
        return store.get(Bucket.METADATA, metadata_key(file) or "")

    supply = Supply(
        recall=recall, built=built, obtain=obtain, verify=verify, promised=promised, compare=compare
    )
    try:
        return fetch(pins, supply, progress=progress)
    finally:
        inflaters.close()


class _Inflaters:
    """As many threads as there are processors, started by the first wheel that has to be verified."""

    def __init__(self) -> None:
        self._executor: Executor | None = None
        self._lock = threading.Lock()

    def executor(self) -> "Executor":
        with self._lock:
            if self._executor is None:
                from concurrent.futures import ThreadPoolExecutor

                self._executor = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="inflate")
            return self._executor

    def close(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)
