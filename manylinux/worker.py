"""A process of its own for work on what others made: it may crash or stall, and nothing else does.

It greets with one frame when it is ready; then it answers each frame with one.
"""

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from typing import IO

from manylinux.elf.frames import read_frame, write_frame

_START_SECONDS = 60.0


class WorkerFault(Exception):  # noqa: N818 - it is told as an EnvironmentFault
    """A worker cannot be started, or is not the one that was meant."""

    def __init__(self, evidence: Sequence[str]) -> None:
        super().__init__(*evidence)
        self.evidence = tuple(evidence)
        """What it said last, a line each."""


class Worker:
    """One process and its pipes; to be closed."""

    def __init__(self, command: Sequence[str], greeting: bytes) -> None:
        """The process is starting. Raises WorkerFault."""
        self._greeting = greeting
        # A file, as a pipe that no one empties would stop a worker that has much to say.
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said
            )
        except OSError as error:
            self._said.close()
            raise WorkerFault([str(error)]) from error
        self._ready = False
        self.late = False
        """It was ended because the time was over."""
        self.answered = False
        """It gave its last answer whole, and may be asked again."""

    def ask(self, request: bytes, seconds: float) -> bytes | None:
        """The answer; None where it ended before, or `seconds` were over and it was made to.

        Raises WorkerFault where it does not greet as it should.
        """
        self.answered = False
        if not self._ready:
            self._await_ready()
        answer = self._within(seconds, request)
        self.answered = answer is not None
        return answer

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
        greeting = self._within(_START_SECONDS)
        if greeting != self._greeting:
            self._said.seek(0)
            said = self._said.read().decode("utf-8", "backslashreplace").splitlines()[-3:]
            raise WorkerFault(said or [f"it greets with {greeting!r}, not with {self._greeting!r}"])
        self._ready = True

    def _within(self, seconds: float, request: bytes | None = None) -> bytes | None:
        self.late = False
        timer = threading.Timer(seconds, self._stop)
        timer.start()
        try:
            if request is not None:
                write_frame(_pipe(self._process.stdin), request)
            return read_frame(_pipe(self._process.stdout))
        except OSError:
            return None
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
