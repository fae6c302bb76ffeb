"""A zip written front to back, the same bytes for the same members.

| field                  | value                                               |
| ---------------------- | --------------------------------------------------- |
| version needed, made   | 20, and 20 on system 3 (Unix), so that modes count  |
| flags                  | 0, or bit 11 (UTF-8) when the name is not ASCII     |
| method                 | 8 (deflate) or 0 (stored)                           |
| date and time          | 1980-01-01 00:00                                    |
| mode                   | 0644, or 0755 for executables, as a regular file    |
| extras, comments       | none                                                |
| data descriptors       | none                                                |
| directory entries      | none                                                |
| zip64                  | never: Lambda has refused archives that announce it |
"""

from collections.abc import Callable
from struct import Struct
from typing import Protocol

_LOCAL = Struct("<4s5H3L2H")
_CENTRAL = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")

_VERSION = 20
_MADE_BY = 3 << 8 | _VERSION
_UTF8 = 1 << 11
_TIME, _DATE = 0, 1 << 5 | 1
_FILE, _EXECUTABLE = 0o100644 << 16, 0o100755 << 16

MOST_ENTRIES = 0xFFFE
"""65,535 in the end record means: look for zip64."""
MOST_BYTES = 0xFFFFFFFE
"""4 GiB - 1 in a size or offset means the same."""


class Appendable(Protocol):
    """Where the archive goes."""

    length: int

    def write(self, data: bytes | bytearray, /) -> None: ...


class RawZip:
    """The headers of a zip; the caller appends each member's data itself, right after `begin`.

    `too_large` makes the error for what only zip64 could hold, from what was seen.
    """

    def __init__(self, stream: Appendable, too_large: Callable[[str], Exception]) -> None:
        self._stream = stream
        self._too_large = too_large
        self._central = bytearray()
        self._entries = 0

    def begin(self, path: str, *, crc: int, packed: int, size: int, deflated: bool, executable: bool) -> None:
        """Write the local header of a member whose `packed` bytes of data come next.

        Members must come sorted by the UTF-8 bytes of their paths. Raises what `too_large` makes.
        """
        offset = self._stream.length
        if self._entries == MOST_ENTRIES:
            raise self._too_large(f"more than {MOST_ENTRIES:,} files")
        if size > MOST_BYTES or offset + packed > MOST_BYTES:
            raise self._too_large(f"`{path}` ends beyond the first 4 GiB")
        name = path.encode()
        flags, method = (0 if path.isascii() else _UTF8), (8 if deflated else 0)
        mode = _EXECUTABLE if executable else _FILE
        length = len(name)
        self._stream.write(
            _LOCAL.pack(b"PK\3\4", _VERSION, flags, method, _TIME, _DATE, crc, packed, size, length, 0) + name
        )
        self._central += _CENTRAL.pack(
            b"PK\1\2", _MADE_BY, _VERSION, flags, method, _TIME, _DATE, crc, packed, size, length, 0, 0, 0, 0,
            mode, offset,
        ) + name  # fmt: skip
        self._entries += 1

    def finish(self) -> None:
        """Write the central directory and the end record. Raises as `begin` does."""
        offset, length = self._stream.length, len(self._central)
        if offset + length > MOST_BYTES:
            raise self._too_large("it would be larger than 4 GiB")
        self._stream.write(self._central)
        self._stream.write(_END.pack(b"PK\5\6", 0, 0, self._entries, self._entries, length, offset, 0))
