"""Where bytecode is made: taken from the store, or compiled now by as many processes as there are cores."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from builder.bytecode.kept import file_key, keep_overlay, kept_overlay, packed, unpacked, wheel_key
from builder.bytecode.values import Compiled
from builder.ports import Progress, Silent
from prebuilt_index.store import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from types import TracebackType
    from typing import Self

    from builder.bytecode.compiling import Compilers
    from builder.bytecode.in_container import ContainerPython
    from builder.bytecode.values import Overlay, Refused
    from builder.interpreter.values import Interpreter
    from prebuilt_index.store import Store
    from prebuilt_index.wheel_archive import Member, VerifiedWheel

TASK = "compile"
"""What this work is called to a Progress; its unit is bytes of sources."""


class BytecodeWorkshop:
    """The bytecode of one interpreter. Not shared by threads; to be closed."""

    def __init__(
        self,
        store: Store,
        interpreter: Interpreter,
        progress: Progress | None = None,
        compilers: ContainerPython | None = None,
    ) -> None:
        """`compilers`: what compiles, where it is no process of this machine; it is closed with the rest."""
        self._store = store
        self._compilers = compilers
        self.interpreter = interpreter
        self._progress = progress or Silent()
        self._tools: tuple[Compilers | ContainerPython, Executor] | None = None

    def wheel(self, wheel: VerifiedWheel, sources: Mapping[str, Member]) -> Overlay:
        """The bytecode of some members of one wheel; see `wheels`."""
        (overlay,) = self.wheels([(wheel, sources)])
        return overlay

    def wheels(self, wanted: Sequence[tuple[VerifiedWheel, Mapping[str, Member]]]) -> list[Overlay]:
        """The bytecode of some members of each wheel: modules, by the library path of each.

        Raises CompilerError when the interpreter does not run, StoreError, and HashMismatchError when the
        wheel has changed. What could not be settled (see `Refused`) is tried again by the next run.
        """
        kept = [self.kept(sources) for _, sources in wanted]
        new = [sources for overlay, (_, sources) in zip(kept, wanted, strict=True) if overlay is None]
        with self._told(sum(member.size for sources in new for member in sources.values())):
            return [
                overlay or self._made(wheel, sources)
                for overlay, (wheel, sources) in zip(kept, wanted, strict=True)
            ]

    def kept(self, sources: Mapping[str, Member]) -> Overlay | None:
        """The bytecode of some members of a wheel where it was made earlier."""
        return kept_overlay(self._store, wheel_key(sources, self.interpreter))

    def files(self, sources: Mapping[str, bytes]) -> Mapping[str, Compiled | Refused]:
        """The bytecode of loose sources by their library paths, or why there is none."""
        keys = {
            path: file_key(path, hashlib.sha256(source).hexdigest(), self.interpreter)
            for path, source in sources.items()
        }
        made: dict[str, Compiled | Refused] = {}
        missing = []
        for path, key in keys.items():
            record = self._store.get(Bucket.BYTECODE, key)
            if record is None:
                missing.append(path)
            else:
                made[path] = unpacked(record)
        for path, outcome in self._compiled({path: sources[path] for path in missing}):
            made[path] = outcome
            if isinstance(outcome, Compiled) or outcome.settled:
                self._store.put(Bucket.BYTECODE, keys[path], packed(outcome))
        return made

    def close(self) -> None:
        """No process is left."""
        if self._tools is not None:
            compilers, executor = self._tools
            executor.shutdown(cancel_futures=True)
            compilers.close()
            self._tools = None
        elif self._compilers is not None:
            self._compilers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _made(self, wheel: VerifiedWheel, sources: Mapping[str, Member]) -> Overlay:
        from builder.bytecode.overlaying import make_overlay  # a warm build compiles nothing

        compilers, executor = self._crew()
        if self._compilers is not None:
            from builder.link.contents import read_content

            compilers.prepare({path: read_content(wheel.path, each) for path, each in sources.items()})
        tag = self.interpreter.cache_tag
        overlay, settled = make_overlay(wheel, sources, tag, self._compile, executor, self._store)
        if settled:
            keep_overlay(self._store, wheel_key(sources, self.interpreter), overlay)
        return overlay

    def _compiled(self, sources: Mapping[str, bytes]) -> Iterator[tuple[str, Compiled | Refused]]:
        with self._told(sum(map(len, sources.values()))):
            if sources:
                compilers, executor = self._crew()
                compilers.prepare(sources)
                yield from zip(sources, executor.map(self._compile, sources, sources.values()), strict=True)

    def _compile(self, path: str, source: bytes) -> Compiled | Refused:
        outcome = self._crew()[0].compile(path, source)
        self._progress.advance(TASK, len(source))
        return outcome

    @contextmanager
    def _told(self, size: int) -> Iterator[None]:
        """Progress shows the work of the block: sources of `size` bytes, or none."""
        if not size:
            yield
            return
        self._progress.start(TASK, size)
        try:
            yield
        finally:
            self._progress.finish(TASK)

    def _crew(self) -> tuple[Compilers | ContainerPython, Executor]:
        if self._tools is None:
            from concurrent.futures import ThreadPoolExecutor

            from builder.bytecode.compiling import Compilers

            executor = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="compile")
            self._tools = self._compilers or Compilers(self.interpreter), executor
        return self._tools
