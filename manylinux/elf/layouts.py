"""A second opinion on files that were written anew: lief's, asked in a process of its own.

A hostile file ends or stalls only its reader. Nothing is started before the first question: it takes half a
second to import lief.
"""

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import manylinux
from manylinux.elf.frames import GREETING
from manylinux.errors import EnvironmentFault
from manylinux.worker import Worker, WorkerFault

MEMORY = 2 * 1024 * 1024 * 1024
"""Bytes of address space of the process: lief holds a whole file, some times over."""

SECONDS = 120.0
"""For one file, however busy the machine is."""


_BEGIN = """
import runpy, sys
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("manylinux", sys.argv.pop())
sys.modules["manylinux"] = module = module_from_spec(spec)
spec.loader.exec_module(module)
runpy.run_module("manylinux.elf.layout_worker", run_name="__main__")
"""
"""The worker of this very package, whatever else PYTHONPATH leads to."""


def worker_command() -> tuple[str, ...]:
    """What starts the process."""
    return (sys.executable, "-P", "-c", _BEGIN, str(MEMORY), str(manylinux.__file__))


class LayoutReader:
    """Asks lief about one file after the other, starting its process at the first, and anew where it ended.

    Threads may share it; they are served in turn. As a context manager it ends its process.
    """

    def __init__(self, *, command: Sequence[str] | None = None, seconds: float = SECONDS) -> None:
        self._command = tuple(command or worker_command())
        self._seconds = seconds
        self._worker: Worker | None = None
        self._turn = threading.Lock()

    def fault(self, path: Path) -> str | None:
        """What is wrong with where things lie in the ELF file at `path`, if anything is: lief's word.

        Raises EnvironmentFault where the process cannot be started.
        """
        with self._turn:
            return self._answer(path)

    def close(self) -> None:
        """The process has ended."""
        with self._turn:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _answer(self, path: Path) -> str | None:
        # Something else may have ended the worker (the kernel, short of memory): the file is tried again.
        for _ in range(2):
            worker = self._running()
            try:
                answer = worker.ask(os.fsencode(path.absolute()), self._seconds)
            except WorkerFault as fault:
                self._end()
                raise _cannot_start(fault) from fault
            except BaseException:
                # An answer that no one waited for would be taken for the next file's.
                self._end()
                raise
            if answer is not None:
                return answer.decode() or None
            self._end()
            if worker.late:
                return f"takes more than {self._seconds:g} s to read"
        return "corrupt: it ends the process that reads it"

    def _running(self) -> Worker:
        if self._worker is None:
            try:
                self._worker = Worker(self._command, GREETING)
            except WorkerFault as fault:
                raise _cannot_start(fault) from fault
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


def _cannot_start(fault: WorkerFault) -> EnvironmentFault:
    return EnvironmentFault(
        "The process that looks at the layout of ELF files cannot be started",
        evidence=fault.evidence,
        hint="Install lbuild anew: `python -c 'import lief'` must work",
    )
