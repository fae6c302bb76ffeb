"""Bytes on their way to an output: written by one thread, hashed by another, held in a few small buffers.

hashlib and write() both release the interpreter's lock, so the hash costs next to no time on a second core.
Buffers are reused and files are never mapped, so memory does not grow with the bundle.
"""

import hashlib
from io import FileIO
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Protocol

from prebuilt_index.errors import StoreError

BUFFER_SIZE = 256 * 1024
BUFFERS = 4
OPEN_WHEELS = 24
"""Fewer than any limit of open files; members sort so that one wheel's files mostly stand together."""


class Writable(Protocol):
    """An unbuffered binary file."""

    def write(self, data: memoryview, /) -> int | None: ...


class HashedStream:
    """A sequential output with the sha256 of all that went into it.

    Use as a context manager; `hexdigest` is right after a clean exit.
    """

    def __init__(self, file: Writable) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self._empty: SimpleQueue[memoryview] = SimpleQueue()
        self._full: SimpleQueue[tuple[memoryview, int] | None] = SimpleQueue()
        for _ in range(BUFFERS):
            self._empty.put(memoryview(bytearray(BUFFER_SIZE)))
        self._buffer = self._empty.get()
        self._used = 0
        self._hasher = Thread(target=self._digest, name="lbuild-hash", daemon=True)
        self.length = 0
        """Bytes so far."""

    def __enter__(self) -> "HashedStream":
        self._hasher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            self._full.put(None)
            self._hasher.join()

    @property
    def hexdigest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Append `data`."""
        size = len(data)
        if size <= BUFFER_SIZE - self._used:
            self._buffer[self._used : self._used + size] = data
            self._used += size
        else:
            self._write_split(memoryview(data))
        self.length += size

    def copy(self, wheel: "WheelReader", offset: int, size: int) -> None:
        """Append `size` bytes of a wheel's file from `offset`."""
        self.length += size
        while size:
            room = BUFFER_SIZE - self._used
            if not room:
                self._flush()
                room = BUFFER_SIZE
            piece = size if size < room else room
            wheel.read_into(self._buffer[self._used : self._used + piece], offset)
            self._used += piece
            offset += piece
            size -= piece

    def _write_split(self, data: memoryview) -> None:
        while data:
            if self._used == BUFFER_SIZE:
                self._flush()
            piece = data[: BUFFER_SIZE - self._used]
            self._buffer[self._used : self._used + len(piece)] = piece
            self._used += len(piece)
            data = data[len(piece) :]

    def _flush(self) -> None:
        """Hand the buffer to the hasher, write it meanwhile, and take an empty one."""
        full, used = self._buffer, self._used
        self._full.put((full, used))
        write_all(self._file, full[:used])
        self._buffer = self._empty.get()
        self._used = 0

    def _digest(self) -> None:
        while (item := self._full.get()) is not None:
            buffer, used = item
            self._hash.update(buffer[:used])
            self._empty.put(buffer)


def write_all(file: Writable, data: memoryview) -> None:
    """All of `data` is written, in as many calls as the system needs."""
    while data:
        data = data[file.write(data) or 0 :]


class WheelReader:
    """One wheel's file, read at any offset."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = FileIO(path)
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error

    def read_into(self, buffer: memoryview, offset: int) -> None:
        """Fill `buffer` with the bytes at `offset`.

        Raises StoreError when the file cannot be read or ends early. Seek and read rather than `preadv`: it
        is as fast, and every system has it.
        """
        try:
            self._file.seek(offset)
            while buffer:
                got = self._file.readinto(buffer)
                if not got:
                    raise _unreadable(self._path, "it is shorter than it was when it was verified")
                buffer = buffer[got:]
        except OSError as error:
            raise _unreadable(self._path, error.strerror or str(error)) from error

    def close(self) -> None:
        self._file.close()


class WheelReaders:
    """The readers of several wheels and overlays, only a few of them open at once; to be closed."""

    def __init__(self) -> None:
        self._open: dict[Path, WheelReader] = {}

    def __getitem__(self, path: Path) -> WheelReader:
        reader = self._open.get(path)
        if reader is None:
            if len(self._open) >= OPEN_WHEELS:
                self._open.pop(next(iter(self._open))).close()
            reader = self._open[path] = WheelReader(path)
        return reader

    def close(self) -> None:
        for reader in self._open.values():
            reader.close()
        self._open.clear()


def _unreadable(path: Path, reason: str) -> StoreError:
    return StoreError(
        f"`{path.name}` cannot be read from the store",
        evidence=[f"`{path}`: {reason}"],
        hint="Build again, after `lbuild cache verify` if nobody was cleaning the cache meanwhile",
    )
