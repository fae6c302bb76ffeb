"""ELF files read in a process of its own, so that a hostile one ends or stalls only its reader.

One worker is enough: it takes half a second to import lief, and then a millisecond for a file of any size.
"""

import os
import stat
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import manylinux
from manylinux.elf.facts import Binary, Unreadable
from manylinux.elf.frames import FACTS, LAYOUT
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.elf.records import FACTS_VERSION, from_record
from manylinux.errors import EnvironmentFault
from manylinux.worker import Worker, WorkerFault

MEMORY = 320 * 1024 * 1024
"""Bytes of address space of a worker: 80 MB are enough for any library measured."""

LAYOUT_MEMORY = 2 * 1024 * 1024 * 1024
"""The same for one that looks at layouts: lief holds a whole file, some times over."""

SECONDS = 30.0
"""For one file, however busy the machine is."""


_BEGIN = """
import runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("manylinux", sys.argv.pop())
sys.modules["manylinux"] = module = module_from_spec(spec)
spec.loader.exec_module(module)
runpy.run_module("manylinux.elf.worker", run_name="__main__")
"""
"""The worker of this very package, whatever else PYTHONPATH leads to."""


def worker_command(memory: int = MEMORY) -> tuple[str, ...]:
    """What starts a worker limited to `memory` bytes."""
    return (sys.executable, "-P", "-c", _BEGIN, str(memory), str(manylinux.__file__))


class ElfReaders:
    """Reads compiled files, starting a worker at the first ELF file and another where one ended.

    Threads may share it; they are served in turn. As a context manager it ends its worker.
    """

    def __init__(self, *, command: Sequence[str] | None = None, seconds: float = SECONDS) -> None:
        self._command = tuple(command or worker_command())
        self._seconds = seconds
        self._worker: Worker | None = None
        self._turn = threading.Lock()

    def start(self) -> None:
        """A worker is starting, to be ready when the first file comes; EnvironmentFault where none can."""
        with self._turn:
            self._running()

    def read(self, path: Path) -> Binary | None:
        """What the file at `path` says; None where it is no compiled code, nor a file.

        Raises OSError where it cannot be opened, EnvironmentFault where no worker can be started.
        """
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            head = file.read(HEAD)
        if not is_elf(head):
            return foreign(head)
        with self._turn:
            return self._read(path)

    def read_all(self, paths: Iterable[Path]) -> Iterator[tuple[Path, Binary]]:
        """The compiled files among `paths`, in order, each when it has been read; raises as `read`."""
        for path in paths:
            found = self.read(path)
            if found is not None:
                yield path, found

    def layout_fault(self, path: Path) -> str | None:
        """What is wrong with where things lie in the ELF file at `path`, if anything is: lief's word.

        A second opinion on a file that was written anew; wants a worker with LAYOUT_MEMORY. Raises as `read`.
        """
        with self._turn:
            answer = self._answer(LAYOUT, path)
        return answer.reason if isinstance(answer, Unreadable) else answer.decode() or None

    def close(self) -> None:
        """The worker has ended."""
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, path: Path) -> Binary:
        answer = self._answer(FACTS, path)
        return answer if isinstance(answer, Unreadable) else from_record(answer)

    def _answer(self, wanted: bytes, path: Path) -> bytes | Unreadable:
        # Something else may have ended the worker (the kernel, short of memory): the file is tried again.
        for _ in range(2):
            worker = self._running()
            try:
                answer = worker.ask(wanted + os.fsencode(path.absolute()), self._seconds)
            except WorkerFault as fault:
                self._end()
                raise _cannot_start(fault) from fault
            except BaseException:
                # An answer that no one waited for would be taken for the next file's.
                self._end()
                raise
            if answer is not None:
                return answer
            self._end()
            if worker.late:
                return Unreadable(reason=f"takes more than {self._seconds:g} s to read")
        return Unreadable(reason="corrupt: it ends the process that reads it")

    def _running(self) -> Worker:
        if self._worker is None:
            try:
                self._worker = Worker(self._command, str(FACTS_VERSION).encode())
            except WorkerFault as fault:
                raise _cannot_start(fault) from fault
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _cannot_start(fault: WorkerFault) -> EnvironmentFault:
    return EnvironmentFault(
        "The process that reads ELF files cannot be started",
        evidence=fault.evidence,
        hint="Install lbuild anew: `python -c 'import lief'` must work",
    )
