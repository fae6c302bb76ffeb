"""A gzip file made smaller: the same header, content and checksums around a tighter body.

Only the plain form is touched: one member, nothing behind it, no extra field (BGZF and dictzip keep tables of
offsets into the body there).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING

from manylinux.archive.pack import SMALLEST, pack

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LARGEST = 64 * 1024 * 1024
"""Bytes, unzipped. A larger one is left as it is."""
_HEADER = 10
_TRAILER = 8
_MAGIC = b"\x1f\x8b\x08"
_TEXT, _CHECKSUM, _EXTRA, _NAME, _COMMENT = 1, 2, 4, 8, 16
_KNOWN = _TEXT | _CHECKSUM | _NAME | _COMMENT
_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s")
_WORDS = re.compile(rb"[0-9A-Za-z+/_-]{22,}")
"""As long as a digest in base64 or hexadecimal digits; the shortest, MD5, has 22 letters in base64."""
_DIGITS = re.compile(rb"[0-9A-Fa-f]{32,}")
_LENGTHS = frozenset(
    length
    for name in _ALGORITHMS
    for size in (hashlib.new(name, usedforsecurity=False).digest_size,)
    for length in (2 * size, -(-8 * size // 6))
)


def regzipped(content: bytes) -> bytes | None:
    """A smaller gzip file that unzips to the same; None where `content` is no plain one, or as small."""
    start = _body(content)
    if start is None:
        return None
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        plain = engine.decompress(memoryview(content)[start:], LARGEST + 1)
    except zlib.error:
        return None
    trailer = zlib.crc32(plain).to_bytes(4, "little") + (len(plain) & 0xFFFFFFFF).to_bytes(4, "little")
    if not engine.eof or engine.unused_data != trailer or len(plain) > LARGEST:
        return None
    packed = pack(plain, SMALLEST)
    made = content[:start] + packed.data + trailer
    if not packed.deflated or len(made) >= len(content):
        return None
    return made


def digests(content: bytes) -> frozenset[bytes]:
    """How code may write down what `content` hashes to."""
    return frozenset(_written(hashlib.new(name, content, usedforsecurity=False) for name in _ALGORITHMS))


def possible_digests(content: bytes) -> Iterator[bytes]:
    """The words of `content` that may be a digest of something."""
    for word in _WORDS.findall(content):
        # `sha256-...` in base64, and folders named by digests.
        for each in {word, word.partition(b"-")[2], *_DIGITS.findall(word)}:
            if len(each) in _LENGTHS:
                yield each
                yield each.lower()


def _written(found: Iterable[hashlib._Hash]) -> Iterator[bytes]:
    for each in found:
        yield each.hexdigest().encode("ascii")
        yield b64encode(each.digest()).rstrip(b"=")
        yield urlsafe_b64encode(each.digest()).rstrip(b"=")


def _body(content: bytes) -> int | None:
    """Where the body begins; None for what is no gzip file or has an extra field."""
    if len(content) < _HEADER + _TRAILER or not content.startswith(_MAGIC) or content[3] & ~_KNOWN:
        return None
    start = _HEADER
    for flag in (_NAME, _COMMENT):
        if content[3] & flag:
            end = content.find(b"\0", start)
            if end < 0:
                return None
            start = end + 1
    return start + 2 if content[3] & _CHECKSUM else start
