"""Where bytecode is made: taken from the store, or compiled now by as many processes as there are cores."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from builder.bytecode.kept import file_key, keep_overlay, kept_overlay, packed, unpacked, wheel_key
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Executor
    from types import TracebackType
    from typing import Self

    from builder.bytecode.compiling import Compilers
    from builder.bytecode.values import Overlay, Refused
    from builder.interpreter.values import Interpreter
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel


class BytecodeWorkshop:
    """The bytecode of one interpreter. Not shared by threads; to be closed."""

    def __init__(
        self,
        store: Store,
        interpreter: Interpreter,
        pulse: Callable[[int], None] = lambda size: None,
    ) -> None:
        """`pulse` is called from any thread when a source of so many bytes has been compiled."""
        self._store = store
        self.interpreter = interpreter
        self._pulse = pulse
        self._tools: tuple[Compilers, Executor] | None = None

    def wheel(self, wheel: VerifiedWheel, sources: Mapping[str, Member]) -> Overlay:
        """The bytecode of some members of `wheel`: `sources` are modules, by the library path of each.

        Raises EnvironmentFault when the interpreter does not run, StoreError, and HashMismatchError when the
        wheel has changed. What could not be settled (see `Refused`) is tried again by the next run.
        """
        key = wheel_key(sources, self.interpreter)
        overlay = kept_overlay(self._store, key)
        if overlay is None:
            from builder.bytecode.overlaying import make_overlay  # a warm build compiles nothing

            _, executor = self._crew()
            tag = self.interpreter.cache_tag
            overlay, settled = make_overlay(wheel, sources, tag, self._compile, executor, self._store)
            if settled:
                keep_overlay(self._store, key, overlay)
        return overlay

    def files(self, sources: Mapping[str, bytes]) -> Mapping[str, bytes | Refused]:
        """The bytecode of loose sources, by their library paths: the content of each `.pyc`, or why none."""
        keys = {
            path: file_key(path, hashlib.sha256(source).hexdigest(), self.interpreter)
            for path, source in sources.items()
        }
        made: dict[str, bytes | Refused] = {}
        missing = []
        for path, key in keys.items():
            record = self._store.get(Bucket.BYTECODE, key)
            if record is None:
                missing.append(path)
            else:
                made[path] = unpacked(record)
        for path, outcome in self._compiled({path: sources[path] for path in missing}):
            made[path] = outcome
            if isinstance(outcome, bytes) or outcome.settled:
                self._store.put(Bucket.BYTECODE, keys[path], packed(outcome))
        return made

    def close(self) -> None:
        """No process is left."""
        if self._tools is not None:
            compilers, executor = self._tools
            executor.shutdown(cancel_futures=True)
            compilers.close()
            self._tools = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _compiled(self, sources: Mapping[str, bytes]) -> Iterator[tuple[str, bytes | Refused]]:
        if sources:
            _, executor = self._crew()
            yield from zip(sources, executor.map(self._compile, sources, sources.values()), strict=True)

    def _compile(self, path: str, source: bytes) -> bytes | Refused:
        outcome = self._crew()[0].compile(path, source)
        self._pulse(len(source))
        return outcome

    def _crew(self) -> tuple[Compilers, Executor]:
        if self._tools is None:
            from concurrent.futures import ThreadPoolExecutor

            from builder.bytecode.compiling import Compilers

            executor = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="compile")
            self._tools = Compilers(self.interpreter), executor
        return self._tools
