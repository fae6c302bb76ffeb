"""A file read here and there, within its bounds."""

import os
from typing import BinaryIO


class MalformedError(ValueError):
    """A file breaks the ELF format; the text is the reason an Unreadable gives."""


class Source:
    """The bytes of one open file; what lies beyond them cannot be read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = os.fstat(file.fileno()).st_size

    def read(self, offset: int, size: int, what: str) -> bytes:
        """Exactly `size` bytes from `offset`; raises MalformedError, naming `what`, where there are fewer."""
        self.check(offset, size, what)
        self._file.seek(offset)
        content = self._file.read(size)
        if len(content) != size:
            raise MalformedError(f"changed while it was read: no {what}")
        return content

    def check(self, offset: int, size: int, what: str) -> None:
        """Raise MalformedError unless the file has `size` bytes from `offset`."""
        if offset + size > self.size:
            raise MalformedError(f"cut off: {what} would end at byte {offset + size} of {self.size}")
