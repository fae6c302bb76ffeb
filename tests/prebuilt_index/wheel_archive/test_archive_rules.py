"""Rules Z1 to Z28: for each, archives that break it, and what looks close but is harmless."""

import struct
from collections.abc import Callable

import pytest

from factories.raw_zips import (
    DESCRIPTOR,
    FULL16,
    FULL32,
    UTF8,
    Part,
    deflated,
    descriptor,
    extra,
    raw_zip,
    unicode_path,
    zip64_extra,
)
from prebuilt_index.errors import BadArchiveError
from prebuilt_index.wheel_archive import inflate
from prebuilt_index.wheel_archive.walker import Entry, walk

A = Part(name=b"a", content=b"content of a")
B = Part(name=b"b", content=b"content of b" * 20, deflate=True)
C = Part(name=b"c", content=b"content of c")


def examine(archive: bytes) -> tuple[Entry, ...]:
    """Every entry, after walking the archive and inflating all of it."""

    def read_at(offset: int, size: int) -> bytes:
        return archive[offset : offset + size]

    entries = walk(read_at, len(archive))
    for entry in entries:
        inflate.digest(read_at, entry)
    return entries


def named(*names: bytes) -> bytes:
    return raw_zip([Part(name=name) for name in names])


def both(**fields: object) -> bytes:
    """An archive whose only member says `fields` in both headers."""
    return raw_zip([Part(name=b"a", content=b"content of a", both=fields)])


def local(**fields: object) -> bytes:
    return raw_zip([A, Part(name=b"d", content=b"content of d", local=fields), B])


def central(**fields: object) -> bytes:
    return raw_zip([A, Part(name=b"d", content=b"content of d", central=fields), B])


def described(part: Part, trailer: bytes, **both_headers: object) -> bytes:
    """An archive whose first member announces a data descriptor and is followed by `trailer`."""
    announced = Part(
        name=part.name,
        content=part.content,
        deflate=part.deflate,
        both={"flags": DESCRIPTOR, **both_headers},
        local={"crc": 0, "size": 0, "compressed_size": 0},
        descriptor=trailer,
    )
    return raw_zip([announced, C])


def tar_as_well(magic: bytes, checksum_end: bytes) -> bytes:
    """A zip whose first 512 bytes are a tar header with a right checksum, at their bytes 148 to 155."""
    content = bytearray(600)
    data = 31
    content[257 - data : 257 - data + len(magic)] = magic
    content[148 - data : 156 - data] = b" " * 8
    total = sum(raw_zip([Part(name=b"a", content=bytes(content), both={"crc": 0})])[:512])
    content[148 - data : 156 - data] = (b"%06o" % total + checksum_end).ljust(8)
    return raw_zip([Part(name=b"a", content=bytes(content), both={"crc": 0})])


def cut(archive: bytes, size: int) -> bytes:
    return archive[:size]


UNSTATED = {"size": FULL32, "compressed_size": FULL32}
SIZES = (12, 12)

BROKEN: dict[str, dict[str, Callable[[], bytes]]] = {
    "Z1": {
        "files": lambda: raw_zip([A, B, A]),
        "files with other content": lambda: raw_zip([A, Part(name=b"a", content=b"other")]),
        "folders": lambda: named(b"f/", b"f/x", b"f/"),
        "one deflated": lambda: raw_zip([A, Part(name=b"a", content=A.content, deflate=True)]),
    },
    "Z2": {
        "first is not listed": lambda: raw_zip([Part(name=b"a", listed=False), B]),
        "middle is not listed": lambda: raw_zip([A, Part(name=b"x", listed=False), B]),
        "last is not listed": lambda: raw_zip([A, Part(name=b"x", listed=False)]),
        "listed and not there": lambda: raw_zip([A, Part(name=b"x", present=False)]),
        "header has another signature": lambda: local(signature=b"PK\x03\x05"),
    },
    "Z3": {
        "other name": lambda: local(name=b"e"),
        "other case": lambda: local(name=b"D"),
        "longer name": lambda: local(name=b"d/e"),
        "empty name": lambda: local(name=b""),
        "Unicode Path in the directory": lambda: central(extra=unicode_path(b"e", b"d")),
        "Unicode Path in the header": lambda: local(extra=unicode_path(b"e", b"d")),
    },
    "Z4": {
        "crc": lambda: local(crc=1),
        "size": lambda: local(size=11),
        "compressed size": lambda: local(compressed_size=11),
        "no sizes": lambda: local(size=0, compressed_size=0),
        "method": lambda: local(method=8),
        "UTF-8 in one": lambda: central(flags=UTF8),
        "descriptor in one": lambda: central(flags=DESCRIPTOR),
        "sizes in ZIP64": lambda: local(**UNSTATED, extra=zip64_extra(12, 13)),
    },
    "Z5": {
        "stored, two sizes": lambda: both(size=11),
        "stored, wrong crc": lambda: both(crc=7),
        "deflated, wrong crc": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz", deflate=True, both={"crc": 7})]
        ),
        "more than said": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz" * 9, deflate=True, both={"size": 9})]
        ),
        "much more than said": lambda: raw_zip(
            [Part(name=b"b", content=bytes(1 << 20), deflate=True, both={"size": 3})]
        ),
        "less than said": lambda: raw_zip([Part(name=b"b", content=b"xyz", deflate=True, both={"size": 4})]),
        "crc of a prefix": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz", deflate=True, data=deflated(b"xyz and more"))]
        ),
        "data behind the stream": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz", deflate=True, data=deflated(b"xyz") + b"more")]
        ),
        "a second stream": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz", deflate=True, data=deflated(b"xyz") * 2)]
        ),
        "64 KiB behind the stream": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz", deflate=True, data=deflated(b"xyz") + bytes(1 << 16))]
        ),
        "cut stream": lambda: raw_zip(
            [Part(name=b"b", content=b"xyz" * 50, deflate=True, data=deflated(b"xyz" * 50)[:-1])]
        ),
        "no stream": lambda: raw_zip([Part(name=b"b", content=b"", deflate=True, data=b"")]),
        # RFC 1951 gives 286 no length, and libdeflate takes it for 258.
        "length code 286": lambda: raw_zip(
            [Part(name=b"b", content=b"a" * 259, deflate=True, data=b"K\x1c\x03\x00")]
        ),
        "no deflate": lambda: raw_zip([Part(name=b"b", content=b"xyz", deflate=True, data=b"\xff\xff\xff")]),
        "folder with a stream that has content": lambda: raw_zip(
            [Part(name=b"f/", deflate=True, data=deflated(b"hidden"))]
        ),
    },
    "Z6": {
        "missing": lambda: described(A, b""),
        "wrong crc": lambda: described(A, descriptor(A, crc=1)),
        "wrong size": lambda: described(A, descriptor(A, size=1)),
        "wrong compressed size": lambda: described(A, descriptor(A, compressed_size=1)),
        "no signature": lambda: described(A, descriptor(A, signature=b"")),
        "64 bits, not announced": lambda: described(A, descriptor(A, wide=True)),
        "32 bits, 64 announced": lambda: described(A, descriptor(A), extra=zip64_extra()),
    },
    "Z7": {
        "a script": lambda: raw_zip([A, B], prefix=b"#!/bin/sh\n"),
        "one byte, offsets not moved": lambda: b"x" + raw_zip([A, B]),
        "NULs": lambda: raw_zip([A], prefix=bytes(512)),
        "before an empty archive": lambda: b"prefix" + raw_zip([]),
    },
    "Z8": {
        "gap": lambda: raw_zip([A, Part(name=b"x", before=b"gap"), B]),
        "gap of NULs": lambda: raw_zip([A, Part(name=b"x", before=bytes(64))]),
        "gap before the directory": lambda: raw_zip([A, B], before_directory=b"gap"),
        "two entries for one header": lambda: raw_zip(
            [A, Part(name=b"a2", present=False, central={"offset": 0}), B]
        ),
        "header inside data": lambda: raw_zip(
            [
                Part(name=b"a", content=raw_zip([C])),
                Part(name=b"c", content=C.content, present=False, central={"offset": 31}),
            ]
        ),
        "data beyond the members": lambda: both(size=4000, compressed_size=4000),
        "end record in an extra field": lambda: central(extra=extra(0x9999, raw_zip([]))),
        "header in an extra field": lambda: local(extra=extra(0x9999, b"PK\x03\x04" + bytes(26))),
    },
    "Z9": {
        "newline": lambda: raw_zip([A], suffix=b"\n"),
        "NULs and a byte": lambda: raw_zip([A], suffix=bytes(9) + b"x"),
        "text": lambda: raw_zip([A], suffix=b"not a comment"),
        "60 KB": lambda: raw_zip([A], suffix=b"x" * 60_000),
    },
    "Z10": {
        "empty file": lambda: b"",
        "text": lambda: b"<!doctype html>" * 9,
        "count too low": lambda: raw_zip([A, B], end={"entries": 1, "entries_here": 1}),
        "count too high": lambda: raw_zip([A, B], end={"entries": 3, "entries_here": 3}),
        "two counts": lambda: raw_zip([A, B], end={"entries": 1}),
        "disk": lambda: raw_zip([A], end={"disk": 1}),
        "disk of the directory": lambda: raw_zip([A], end={"directory_disk": 1}),
        "disk of a member": lambda: central(disk=1),
        "size too low": lambda: raw_zip([A], end={"size": 3}),
        "size too high": lambda: raw_zip([A], end={"size": 3000}),
        "offset too high": lambda: raw_zip([A], end={"offset": 3000}),
        "two end records": lambda: raw_zip([A], before_end=raw_zip([])),
        "cut before its end": lambda: cut(raw_zip([A, B]), -1),
        "cut in the directory": lambda: cut(raw_zip([A, B]), -40),
        "cut in a member": lambda: cut(raw_zip([A, B]), 40),
        "directory has another signature": lambda: central(signature=b"PK\x01\x03"),
        "entry runs over the directory": lambda: raw_zip([A, Part(name=b"b", central={"name_length": 99})]),
    },
    "Z11": {
        "text": lambda: raw_zip([A], end={"comment": b"hello"}),
        "a NUL": lambda: raw_zip([A], end={"comment": b"\0"}),
        "longest": lambda: raw_zip([A], end={"comment": b"x" * FULL16}),
    },
    "Z12": {
        "text": lambda: central(comment=b"hello"),
        "a NUL": lambda: central(comment=b"\0"),
        "a zip": lambda: central(comment=raw_zip([A])),
    },
    "Z13": {
        "extensible data": lambda: raw_zip([A], zip64={"tail": b"more of it"}),
        "length too high": lambda: raw_zip([A], zip64={"length": 45}),
        "length too low": lambda: raw_zip([A], zip64={"length": 43}),
        "length of half the world": lambda: raw_zip([A], zip64={"length": 1 << 62}),
    },
    "Z14": {
        "locator points before": lambda: raw_zip([A], zip64={"locator_offset": 0}),
        "locator points behind": lambda: raw_zip([A], zip64={"locator_offset": 1 << 40}),
        "no record": lambda: raw_zip([A, B, C], zip64={"record": False}),
        "no locator": lambda: raw_zip([A], zip64={"locator": False}),
        "counts disagree": lambda: raw_zip([A], zip64={"entries": 2, "entries_here": 2}),
        "sizes disagree": lambda: raw_zip([A], zip64={"size": 2}),
        "offsets disagree": lambda: raw_zip([A], zip64={"offset": 2}),
        "only promised, size": lambda: raw_zip([A], end={"size": FULL32}),
        "only promised, count": lambda: raw_zip([A], end={"entries": FULL16, "entries_here": FULL16}),
    },
    "Z15": {
        "missing": lambda: both(size=FULL32),
        "too short": lambda: both(**UNSTATED, extra=zip64_extra(12)),
        "too long": lambda: both(size=FULL32, extra=zip64_extra(12, 12)),
        "another size": lambda: central(extra=zip64_extra(13, 12)),
        "another size, in the header": lambda: local(extra=zip64_extra(13, 12)),
        "odd length": lambda: both(extra=extra(1, bytes(5))),
        "offset missing": lambda: central(offset=FULL32),
    },
    "Z16": {
        "one byte left": lambda: central(extra=b"x"),
        "three bytes left": lambda: both(extra=extra(0x9999, b"abc") + b"xyz"),
        "longer than the space": lambda: central(extra=struct.pack("<HH", 0x9999, 10) + b"abc"),
        "longer than the space, in the header": lambda: local(extra=struct.pack("<HH", 0x9999, FULL16)),
    },
    "Z17": {
        "ZIP64": lambda: central(extra=zip64_extra(*SIZES) * 2),
        "Unicode Path": lambda: central(extra=unicode_path(b"d", b"d") + unicode_path(b"e", b"d")),
        "unknown": lambda: local(extra=extra(0x9999, b"") * 2),
    },
    "Z18": {
        "Latin-1, said to be UTF-8": lambda: raw_zip([Part(name=b"\xe9", both={"flags": UTF8})]),
        "UTF-8, not said so": lambda: raw_zip([Part(name="é".encode(), both={"flags": 0})]),
        "a surrogate": lambda: raw_zip([Part(name=b"\xed\xa0\x80", both={"flags": UTF8})]),
        "overlong": lambda: raw_zip([Part(name=b"\xc0\xaf", both={"flags": UTF8})]),
    },
    "Z19": {
        "empty": lambda: named(b""),
        "NUL": lambda: named(b"a.py\0.txt"),
        "newline": lambda: named(b"a\nb"),
        "delete": lambda: named(b"a\x7f"),
        "escape": lambda: named(b"\x1b[2Ja"),
        "right to left": lambda: named("a\u202eyp.b".encode()),
        "zero width": lambda: named("a\u200b".encode()),
        "private": lambda: named("\ue000".encode()),
    },
    "Z20": {
        "absolute": lambda: named(b"/etc/passwd"),
        "parent": lambda: named(b"../a"),
        "parent further down": lambda: named(b"a/../../b"),
        "parent at the end": lambda: named(b"a/.."),
        "drive": lambda: named(b"C:/a"),
        "drive, relative": lambda: named(b"C:a"),
        "parent folder": lambda: named(b"../"),
    },
    "Z21": {
        "backslash": lambda: named(b"a\\b"),
        "parent by backslash": lambda: named(b"..\\a"),
        "stream": lambda: named(b"file:stream"),
        "empty component": lambda: named(b"a//b"),
        "two slashes at the end": lambda: named(b"a//"),
        "dot": lambda: named(b"./a"),
        "dot inside": lambda: named(b"a/./b"),
        "dot at the end": lambda: named(b"a."),
        "space at the end": lambda: named(b"a /b"),
    },
    "Z22": {
        "case": lambda: named(b"a", b"A"),
        "case of a folder above": lambda: named(b"x/a", b"X/a"),
        "composed and decomposed": lambda: named("é".encode(), "e\u0301".encode()),
        "sharp s": lambda: named("ß".encode(), b"SS"),
        "Kelvin": lambda: named("\u212a".encode(), b"k"),
        "file as folder": lambda: named(b"a", b"a/b"),
        "file as folder, deep": lambda: named(b"a/b/c/d", b"A/b"),
        "file and folder entry": lambda: named(b"a", b"a/"),
    },
    "Z23": {
        "folder with content": lambda: raw_zip([Part(name=b"f/", content=b"x")]),
        "folder with deflated content": lambda: raw_zip([Part(name=b"f/", content=b"x", deflate=True)]),
        "folder with a checksum": lambda: raw_zip([Part(name=b"f/", both={"crc": 1})]),
        "folder that is a file": lambda: raw_zip([Part(name=b"f/", both={"attributes": 0o100644 << 16})]),
        "file that is a folder": lambda: both(attributes=0o40755 << 16),
        "file that is a DOS folder": lambda: both(attributes=0x10),
    },
    "Z24": {
        "symbolic link": lambda: both(attributes=0o120777 << 16),
        "symbolic link from DOS": lambda: both(attributes=0o120777 << 16, system=0),
        "character device": lambda: both(attributes=0o20666 << 16),
        "pipe": lambda: both(attributes=0o10666 << 16),
        "socket": lambda: both(attributes=0o140666 << 16),
        "setuid": lambda: both(attributes=0o104755 << 16),
        "setgid": lambda: both(attributes=0o102755 << 16),
    },
    "Z25": {str(method): lambda method=method: both(method=method) for method in (1, 9, 12, 14, 93, 99)},
    "Z26": {
        **{f"bit {bit}": lambda bit=bit: both(flags=1 << bit) for bit in (0, 4, 5, 6, 12, 13, 15)},
        "version 6.4": lambda: central(version=64),
        "version 25.5": lambda: central(version=255),
    },
    "Z27": {
        "ustar": lambda: tar_as_well(b"ustar\x0000", b"\0 "),
        "GNU": lambda: tar_as_well(b"ustar  \0", b"\0 "),
        "no magic": lambda: tar_as_well(b"", b" \0"),
    },
    "Z28": {
        "long name": lambda: named(b"a" * 1025),
        "deep name": lambda: named(b"a/" * 64 + b"a"),
        "many entries": lambda: raw_zip([A], end={"entries": 50_001, "entries_here": 50_001}),
        "more than 2 GiB in all": lambda: raw_zip(
            [A, Part(name=b"b", content=b"", both={"size": (2 << 30) + 1})]
        ),
        "65 MiB in 70 KB": lambda: raw_zip([Part(name=b"b", content=bytes(65 << 20), deflate=True)]),
        "65 MiB promised": lambda: raw_zip([Part(name=b"b", deflate=True, both={"size": 65 << 20})]),
    },
}

HARMLESS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: raw_zip([]),
    "stored, deflated, empty": lambda: raw_zip([A, B, Part(name=b"x"), Part(name=b"y", deflate=True)]),
    "folders": lambda: named(b"f/", b"f/a", b"f/g/", b"f/g/a"),
    "deflated folder": lambda: raw_zip([Part(name=b"f/", deflate=True), Part(name=b"f/a")]),
    "folders out of order": lambda: named(b"f/g/a", b"f/a", b"f/", b"f/g/"),
    "entries out of order": lambda: reordered(),
    "descriptor": lambda: described(A, descriptor(A)),
    "descriptor of a deflated member": lambda: described(B, descriptor(B)),
    "wide descriptor": lambda: raw_zip(
        [
            Part(
                name=b"a",
                content=A.content,
                both={"flags": DESCRIPTOR},
                local={"crc": 0, "size": 0, "compressed_size": 0, "extra": zip64_extra(0, 0)},
                descriptor=descriptor(A, wide=True),
            )
        ]
    ),
    "NULs behind the end": lambda: raw_zip([A], suffix=bytes(2000)),
    "ZIP64 end record": lambda: raw_zip([A, B], zip64={}),
    "ZIP64 end record that is needed": lambda: raw_zip(
        [A], zip64={}, end={"entries": FULL16, "entries_here": FULL16, "size": FULL32, "offset": FULL32}
    ),
    "ZIP64 sizes": lambda: both(**UNSTATED, extra=zip64_extra(*SIZES)),
    "ZIP64 sizes that are not needed": lambda: both(extra=zip64_extra(*SIZES)),
    "empty ZIP64 field": lambda: both(extra=zip64_extra()),
    "ZIP64 offset": lambda: raw_zip([Part(name=b"a", central={"offset": FULL32, "extra": zip64_extra(0)})]),
    "unknown extra field": lambda: both(extra=extra(0x5455, b"\x01\0\0\0\0")),
    "Unicode Path that repeats": lambda: both(extra=unicode_path(b"a", b"a")),
    "level bits": lambda: both(flags=0b110),
    "no type of file": lambda: both(attributes=0o600 << 16),
    "no attributes": lambda: both(attributes=0, system=0),
    "UTF-8 names": lambda: named("data/日本.txt".encode(), "data/é".encode()),
    "leading space and dot": lambda: named(b"flax/ .git-blame-ignore-revs", b".a/..b"),
    "longest and deepest names": lambda: named(b"a" * 1024, b"b/" * 63 + b"b"),
    "one name in two folders": lambda: named(b"a/x", b"b/x", b"x"),
    "a zip inside": lambda: raw_zip([Part(name=b"a", content=raw_zip([A, B]))]),
    "compressed 1000:1": lambda: raw_zip([Part(name=b"a", content=bytes(8 << 20), deflate=True)]),
    "content of many slices": lambda: raw_zip(
        [Part(name=b"a", content=bytes(range(256)) * 8192, deflate=True)]
    ),
    "incompressible content": lambda: raw_zip([Part(name=b"a", content=noise(300_000), deflate=True)]),
}


def reordered() -> bytes:
    """An archive whose directory lists its members in another order than they lie."""
    plain = raw_zip([A, B])
    start = plain.index(b"PK\x01\x02")
    second = plain.index(b"PK\x01\x02", start + 1)
    end = plain.index(b"PK\x05\x06")
    return plain[:start] + plain[second:end] + plain[start:second] + plain[end:]


def noise(size: int) -> bytes:
    state, out = 1, bytearray()
    while len(out) < size:
        state = state * 6364136223846793005 + 1442695040888963407 & (1 << 64) - 1
        out += (state >> 16).to_bytes(8, "little")[:6]
    return bytes(out[:size])


CASES = [
    pytest.param(rule, build, id=f"{rule}: {what}")
    for rule, cases in BROKEN.items()
    for what, build in cases.items()
]


@pytest.mark.parametrize(("rule", "build"), CASES)
def test_names_the_rule_an_archive_breaks(rule: str, build: Callable[[], bytes]) -> None:
    """Every archive of the table is refused for its own rule, and the error says which."""
    archive = build()
    with pytest.raises(BadArchiveError) as caught:
        examine(archive)

    assert caught.value.rule == rule
    assert caught.value.evidence[-1].startswith(f"rule {rule}: ")


@pytest.mark.parametrize("build", HARMLESS.values(), ids=HARMLESS.keys())
def test_takes_what_only_looks_odd(build: Callable[[], bytes]) -> None:
    """What every reader understands alike is no reason to refuse a wheel."""
    archive = build()
    entries = examine(archive)

    assert [entry.offset for entry in entries] == sorted(entry.offset for entry in entries)
