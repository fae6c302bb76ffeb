"""Small values under a key: each file begins with a checksum of its place and its content.

Records are not synced to disk: a power cut may cost one, the checksum tells, and it is made again.
"""

import hashlib
import os

from prebuilt_index.store import durable
from prebuilt_index.store.blobs import mark_used

_HEADER = 65
"""Bytes: 64 of hex digest and a newline."""


def digest(key: str) -> str:
    """The name of the record for `key`, whatever characters it holds."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def path_in(folder: str, name: str) -> str:
    return f"{folder}/{name[:2]}/{name[2:]}"


def header(bucket: str, name: str, value: bytes) -> bytes:
    """What stands before `value`: its checksum. The place is part of it: moved elsewhere, it is no record."""
    return _checksum(bucket, name, value) + b"\n"


def unpack(bucket: str, name: str, content: bytes) -> bytes | None:
    """The value, or None when it is not what was put at this place."""
    value = content[_HEADER:]
    return value if content[:_HEADER] == header(bucket, name, value) else None


def read(path: str) -> bytes | None:
    """The content of the regular file at `path`; None for anything else. Marks it as used."""
    try:
        descriptor = durable.open_regular(path)
    except OSError:
        return None  # absent, a symlink, a folder, unreadable: all the same to one who can make it again
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        mark_used(path, os.fstat(descriptor))
        return file.read()


def _checksum(bucket: str, name: str, value: bytes) -> bytes:
    checksum = hashlib.sha256(f"{bucket} {name} ".encode())
    checksum.update(value)
    return checksum.hexdigest().encode()
