"""ELF files read in a process of its own, so that a hostile one ends or stalls only its reader.

One worker is enough: it takes half a second to import lief, and then a millisecond for a file of any size.
"""

import contextlib
import os
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from manylinux.elf.facts import Binary, Unreadable
from manylinux.elf.frames import FACTS, LAYOUT, read_frame, write_frame
from manylinux.elf.kinds import HEAD, foreign, is_elf
from manylinux.elf.records import FACTS_VERSION, from_record
from manylinux.errors import EnvironmentFault

MEMORY = 320 * 1024 * 1024
"""Bytes of address space of a worker: 80 MB are enough for any library measured."""

LAYOUT_MEMORY = 2 * 1024 * 1024 * 1024
"""The same for one that looks at layouts: lief holds a whole file, some times over."""

SECONDS = 30.0
"""For one file, however busy the machine is."""

_START_SECONDS = 60.0


def worker_command(memory: int = MEMORY) -> tuple[str, ...]:
    """What starts a worker limited to `memory` bytes."""
    return (sys.executable, "-P", "-m", "manylinux.elf.worker", str(memory))


class ElfReaders:
    """Reads compiled files, starting a worker at the first ELF file and another where one ended.

    Threads may share it; they are served in turn. As a context manager it ends its worker.
    """

    def __init__(self, *, command: Sequence[str] | None = None, seconds: float = SECONDS) -> None:
        self._command = tuple(command or worker_command())
        self._seconds = seconds
        self._worker: _Worker | None = None
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

    def _running(self) -> "_Worker":
        if self._worker is None:
            self._worker = _Worker(self._command)
        return self._worker

    def _end(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None


class _Worker:
    """One process and its pipes."""

    def __init__(self, command: Sequence[str]) -> None:
        # A file, as a pipe that no one empties would stop a worker that has much to say.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said
            )
        except OSError as error:
            self._said.close()
            raise _cannot_start([str(error)]) from error
        self._ready = False
        self.late = False
        """It was ended because the time was over."""

    def ask(self, request: bytes, seconds: float) -> bytes | None:
        """The answer; None where it ended before, or `seconds` were over and it was made to."""
        if not self._ready:
            self._await_ready()
        try:
            write_frame(_pipe(self._process.stdin), request)
        except OSError:
            return None
        return self._answer(seconds)

    def close(self) -> None:
        """The process has ended and its pipes are closed."""
        # It holds nothing that would be lost, and would take a tenth of a second to end by itself.
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):  # What it did not read is lost with it.
            _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()
        self._said.close()

    def _await_ready(self) -> None:
        greeting = self._answer(_START_SECONDS)
        if greeting != str(FACTS_VERSION).encode():
            self._said.seek(0)
            raise _cannot_start(self._said.read().decode("utf-8", "backslashreplace").splitlines()[-3:])
        self._ready = True

    def _answer(self, seconds: float) -> bytes | None:
        self.late = False
        timer = threading.Timer(seconds, self._stop)
        timer.start()
        try:
            return read_frame(_pipe(self._process.stdout))
        finally:
            timer.cancel()
            timer.join()

    def _stop(self) -> None:
        self.late = True
        self._process.kill()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("the worker was started without pipes")
    return stream


def _cannot_start(evidence: Sequence[str]) -> EnvironmentFault:
    return EnvironmentFault(
        "The process that reads ELF files cannot be started",
        evidence=evidence,
        hint="Install lbuild anew: `python -c 'import lief'` must work",
    )
