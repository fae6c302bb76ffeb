"""Gzip files made smaller: what is touched, what is not, and that whoever unzips them sees no difference."""

import gzip
import hashlib
import struct
import zlib
from base64 import b64encode

import pytest

from builder.fragments.regzip import digests, possible_digests, regzipped

PLAIN = b"".join(b'{"number": %d, "square": %d}\n' % (n, n * n % 9973) for n in range(4000))
NAME, COMMENT, EXTRA, CHECKSUM = 8, 16, 4, 2


def zipped(flags: int = 0, fields: bytes = b"", plain: bytes = PLAIN, level: int = 1) -> bytes:
    """A gzip file; its header says it was made in 2001 on an Acorn."""
    engine = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = engine.compress(plain) + engine.flush()
    header = struct.pack("<3sBIBB", b"\x1f\x8b\x08", flags, 1_000_000_000, 4, 13)
    return header + fields + body + struct.pack("<II", zlib.crc32(plain), len(plain))


@pytest.mark.parametrize(
    ("flags", "fields"),
    [
        (0, b""),
        (NAME, b"numbers.json\0"),
        (NAME | COMMENT, b"numbers.json\0all of them\0"),
        (CHECKSUM, b"\x12\x34"),
        (NAME | CHECKSUM, b"n\0\x12\x34"),
    ],
)
def test_the_body_is_tighter_and_the_rest_as_it_was(flags: int, fields: bytes) -> None:
    """Name, time and checksums are its maker's."""
    before = zipped(flags, fields)
    after = regzipped(before)

    assert after is not None
    assert len(after) < len(before)
    assert after[: 10 + len(fields)] == before[: 10 + len(fields)]
    assert after[-8:] == before[-8:]
    if not flags & CHECKSUM:  # made up here, and Python does compare it
        assert gzip.decompress(after) == PLAIN


def test_what_was_made_is_not_made_smaller_again() -> None:
    """A second time is the same as once."""
    made = regzipped(zipped())

    assert made is not None
    assert regzipped(made) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x1f\x8b\x08",
        PLAIN,
        zipped(EXTRA, struct.pack("<HBBHH", 6, 66, 67, 2, 99)),
        zipped(0x80),
        zipped() + zipped(),
        zipped() + b"\0",
        zipped()[:-1],
        zipped()[:-8] + bytes(8),
        zipped(NAME, b"no end"[:3])[:13],
        zipped()[:40] + bytes(20) + zipped()[60:],
    ],
    ids=["empty", "head", "text", "bgzf", "flag", "two", "behind", "cut", "crc", "name", "damaged"],
)
def test_anything_but_a_plain_gzip_file_is_left_alone(content: bytes) -> None:
    """Tables of offsets, several members, damage: somebody knows why, lbuild does not."""
    assert regzipped(content) is None


def test_a_bomb_is_left_alone() -> None:
    """More than is held in memory at once."""
    engine = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = b"".join(engine.compress(bytes(1 << 20)) for _ in range(65)) + engine.flush()

    assert regzipped(b"\x1f\x8b\x08" + bytes(7) + body + bytes(8)) is None


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_a_digest_is_found_however_it_is_written(algorithm: str) -> None:
    """Digits of either case, base64, as an SRI, as the name of a folder."""
    content = zipped()
    digest = hashlib.new(algorithm, content, usedforsecurity=False)
    base64 = b64encode(digest.digest())
    hexadecimal = digest.hexdigest().encode()
    texts = [
        b"KNOWN = {'a': '%s'}" % hexadecimal,
        b"\0%s\0" % hexadecimal.upper(),
        b"blobs/%s/data" % hexadecimal,
        b'"%s-%s"' % (algorithm.encode(), base64),
        b"%s=%s" % (algorithm.encode(), base64),
    ]

    for text in texts:
        assert not digests(content).isdisjoint(possible_digests(text)), text
    assert digests(content).isdisjoint(possible_digests(b"KNOWN = {'a': '%s0'}" % hexadecimal))
