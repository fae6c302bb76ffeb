"""Sources compiled by the target's own interpreter, in processes that live as long as there is work."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from builder.bytecode.kept import PROGRAM
from builder.bytecode.values import Compiled, Refused
from builder.errors import CompilerError
from builder.interpreter.values import Interpreter
from manylinux.worker import Worker, WorkerFault

LARGEST: Final = 4 * 1024 * 1024
"""Bytes of a source. What is larger is data, and may need more memory than `MEMORY`: it is not compiled."""
TOO_LARGE: Final = Refused(reason=f"its source is larger than {LARGEST:,} bytes")
SECONDS: Final = 60.0
"""For one source, however busy the machine is: a Python compiles some megabytes in a second."""
MEMORY: Final = 2 << 30
"""Bytes of address space of a process: what it takes grows to several hundred times the size of a literal."""


class Compilers:
    """Processes of one interpreter, as many as there are threads that compile at a time; to be closed."""

    def __init__(
        self,
        interpreter: Interpreter,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
    ) -> None:
        self.interpreter = interpreter
        self._seconds = seconds
        self._memory = memory
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Nothing: what will be asked for need not be known before."""

    def compile(self, path: str, source: bytes) -> Compiled | Refused:
        """The content of a `.pyc` with an unchecked hash, the same bytes for each build of a patch release.

        `path`: what the code says it comes from. Importing from beside a source, Python puts that source's
        real path in its place; without sources, tracebacks show it as it is. Raises CompilerError when the
        interpreter does not start, or is no longer what it was.
        """
        if len(source) > LARGEST:
            return TOO_LARGE
        request = path.encode("utf-8", "surrogateescape") + b"\0" + source
        # Something else may have ended the process (the kernel, short of memory): the source is tried again.
        for _ in range(2):
            with self._worker() as worker:
                answer = worker.ask(request, self._seconds)
                late = worker.late
            if answer is not None:
                return compiled(answer)
            if late:
                return Refused(reason=f"it takes more than {self._seconds:g} s to compile", settled=False)
        return Refused(reason="it ends the process that compiles it", settled=False)

    def close(self) -> None:
        """No process is left; none may be compiling."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        """A process of the caller's own; it is kept when it still answers."""
        with self._lock:
            worker = self._idle.pop() if self._idle else None
        try:
            worker = worker or self._started()
            yield worker
        except WorkerFault as fault:
            raise self._cannot_start(fault) from fault
        finally:
            if worker is not None:
                self._put_back(worker)

    def _started(self) -> Worker:
        interpreter = self.interpreter
        text = PROGRAM.read_text(encoding="utf-8")
        words = [os.fspath(interpreter.path), "-I", "-S", "-B", "-c", text, str(self._memory)]
        greeting = interpreter.magic.to_bytes(2, "little") + interpreter.build.encode()
        return Worker(words, greeting)

    def _put_back(self, worker: Worker) -> None:
        # An answer that no one waited for would be taken for the next source's.
        if worker.answered:
            with self._lock:
                self._idle.append(worker)
        else:
            worker.close()

    def _cannot_start(self, fault: WorkerFault) -> CompilerError:
        return CompilerError(
            f"`{self.interpreter.path}` cannot compile the bundle's modules",
            evidence=fault.evidence,
            hint="Build again if it was replaced meanwhile, or without bytecode: `--bytecode none`",
        )


def compiled(answer: bytes) -> Compiled | Refused:
    """What the program that compiles said of a source."""
    if answer[:1] == b"+":
        return Compiled(content=answer[5:], seconds=int.from_bytes(answer[1:5], "big") / 1e6)
    return Refused(reason=answer[1:].decode("utf-8", "replace").splitlines()[0][:200])
