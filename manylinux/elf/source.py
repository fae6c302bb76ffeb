"""Bytes read here and there, within their bounds."""

import os
from abc import ABC, abstractmethod
from typing import BinaryIO


class MalformedError(ValueError):
    """A file breaks the ELF format; the text is the reason an Unreadable gives."""


class Source(ABC):
    """Bytes of which any range can be read; what lies beyond them cannot."""

    size: int
    """How many there are."""

    def read(self, offset: int, size: int, what: str) -> bytes:
        """Exactly `size` bytes from `offset`; raises MalformedError, naming `what`, where there are fewer."""
        self.check(offset, size, what)
        content = self._at(offset, size)
        if len(content) != size:
            raise MalformedError(f"changed while it was read: no {what}")
        return content

    def check(self, offset: int, size: int, what: str) -> None:
        """Raise MalformedError unless there are `size` bytes from `offset`."""
        if offset + size > self.size:
            raise MalformedError(f"cut off: {what} would end at byte {offset + size} of {self.size}")

    @abstractmethod
    def _at(self, offset: int, size: int) -> bytes:
        """The bytes there, which lie within `self.size`."""


class FileSource(Source):
    """The bytes of one open file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def _at(self, offset: int, size: int) -> bytes:
        self._file.seek(offset)
        return self._file.read(size)


class MemorySource(Source):
    """Bytes in memory, or mapped there; only what is asked for is copied."""

    def __init__(self, content: memoryview) -> None:
        self._content = content
        self.size = content.nbytes

    def _at(self, offset: int, size: int) -> bytes:
        return bytes(self._content[offset : offset + size])
