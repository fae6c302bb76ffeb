"""Messages between a worker and who started it: four bytes of length, big-endian, then the message."""

from typing import IO

GREETING = b"layouts"
"""The first message of a worker that is ready."""

_LENGTH = 4
_LIMIT = 256 * 1024 * 1024


def write_frame(stream: IO[bytes], message: bytes) -> None:
    """`message` is on its way; OSError where the other side has gone."""
    stream.write(len(message).to_bytes(_LENGTH, "big") + message)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next message; None where the other side ended before the whole of it came."""
    prefix = stream.read(_LENGTH)
    size = int.from_bytes(prefix, "big")
    if len(prefix) != _LENGTH or size > _LIMIT:
        return None
    message = stream.read(size)
    return message if len(message) == size else None
