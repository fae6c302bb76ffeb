"""The fourteen ways in which readers of zip files were found to differ, none of which gets through.

"My ZIP isn't your ZIP" (USENIX Security 2025) names them: A1 to A5 are facts told twice, B1 to B4 names, C1
to C5 places. An archive is refused, or every reader sees in it what this one sees.
"""

import io
import itertools
import zipfile
import zlib
from collections.abc import Callable, Sequence

import pytest

from factories.raw_zips import (
    DESCRIPTOR,
    FULL16,
    FULL32,
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
from prebuilt_index.wheel_archive.walker import walk


def contents(archive: bytes) -> dict[str, bytes] | None:
    """Name to content of every member; None when the archive is refused."""

    def read_at(offset: int, size: int) -> bytes:
        return archive[offset : offset + size]

    try:
        entries = walk(read_at, len(archive))
        for entry in entries:
            inflate.digest(read_at, entry)
    except BadArchiveError:
        return None
    return {entry.name: b"".join(inflate.pieces(read_at, entry)) for entry in entries}


def one(name: bytes = b"test", content: bytes = b"test", **how: object) -> bytes:
    return raw_zip([Part(name=name, content=content, **how)])  # type: ignore[arg-type]  # fields of Part


def pair(first: bytes, second: bytes) -> bytes:
    return raw_zip([Part(name=first, content=b"a"), Part(name=second, content=b"b")])


def renamed_twice(version: int, checksum: int) -> bytes:
    """An archive whose Unicode Path field has this version and this checksum of the name."""
    field = extra(0x7075, bytes([version]) + checksum.to_bytes(4, "little") + b"other")
    return one(both={"extra": field})


def hidden_archive(gap: bytes, **end: int) -> bytes:
    """An archive with another one, ZIP64 records and all, in the comment of its last member."""
    inner = raw_zip([Part(name=b"c", content=b"c")], prefix=bytes(200), zip64={})[200:]
    return raw_zip([Part(name=b"a", content=b"a", central={"comment": inner + gap})], end=end)


def many_with_a_small_count() -> bytes:
    parts = [Part(name=b"%x" % number) for number in range(FULL16 + 2)]
    return raw_zip(parts, end={"entries": 1, "entries_here": 1})


def three_ends(last_comment: bytes, suffix: bytes) -> bytes:
    """Three archives in a row, each the comment of the one before."""
    third = raw_zip([Part(name=b"c")], end={"comment": last_comment})
    second = raw_zip([Part(name=b"b")], end={"comment": third})
    return raw_zip([Part(name=b"a")], end={"comment": second}) + suffix


AMBIGUOUS: dict[str, Sequence[bytes]] = {
    "A1 method": [
        one(deflate=True, local={"method": 0}),
        one(deflate=True, local={"method": 0, "compressed_size": 4}),
        one(deflate=True, central={"method": 0}),
        one(deflate=True, central={"method": 0, "compressed_size": 4}),
    ],
    "A3 name": [
        one(local={"name": b"lfh"}),
        one(local={"name": b"lfh!"}),
        one(local={"extra": unicode_path(b"lfh", b"test")}, central={"extra": unicode_path(b"cdh", b"test")}),
        renamed_twice(0, zlib.crc32(b"test")),
        renamed_twice(1, zlib.crc32(b"test")),
        renamed_twice(2, zlib.crc32(b"test")),
        renamed_twice(1, 0),
        one(both={"extra": unicode_path(b"test", b"test") + unicode_path(b"up2", b"test")}),
        one(both={"extra": unicode_path(b"up", b"test"), "flags": 1 << 11}),
    ],
    "A4 folder": [
        one(b"test/"),
        one(b"test\\"),
        *(
            one(central={"attributes": bits, "system": os})
            for bits in (0x10, 0x4000 << 16)
            for os in (0, 3, 19)
        ),
    ],
    "A5 encryption": [
        *(one(local={"flags": 1 << bit}) for bit in (0, 6, 13)),
        *(one(central={"flags": 1 << bit}) for bit in (0, 6, 13)),
        raw_zip([Part(name=b"first", both={"flags": 1}), Part(name=b"second")]),
    ],
    "B1 one name twice": [pair(b"test", b"test")],
    "B2 characters": [
        *(one(b"a%cb" % byte) for byte in [*range(0x20), 0x3A, 0x5C, *range(0x7F, 0x100)]),
        pair(b"a\xe9b", b"a\xeab"),
    ],
    "B3 paths": [
        archive
        for path in (
            b"/a/b",
            b"a//b",
            b"a\\b",
            b"./a/b",
            b"a/./b",
            b"a/b/.",
            b"../a/b",
            b".../a/b",
            b"c/../a/b",
        )
        for archive in (pair(b"a/b", path), pair(path, b"a/b"))
    ],
    "B4 case": [pair(b"test.txt", b"test.TXT")],
    "C1 order of reading": [
        raw_zip([Part(name=b"a"), Part(name=b"b", listed=False)]),
        raw_zip([Part(name=b"a"), Part(name=b"b", before=raw_zip([]))]),
        raw_zip([Part(name=b"a", central={"comment": raw_zip([Part(name=b"b")])})]),
        raw_zip(
            [
                Part(name=b"junk", content=raw_zip([Part(name=b"a", content=b"a")])),
                Part(name=b"a", content=b"a", present=False, central={"offset": 34}),
            ]
        ),
    ],
    "C2 which end": [
        three_ends(b"", b""),
        three_ends(b"\0", b""),
        three_ends(b"", b"\0"),
        raw_zip([]) * 2,
    ],
    "C3 count": [
        *(
            raw_zip([Part(name=b"a"), Part(name=b"b")], end=dict(zip(fields, (1, 1, 47), strict=False)))
            for fields in itertools.permutations(("entries", "entries_here", "size"), 2)
        ),
        many_with_a_small_count(),
    ],
    "C4 where the directory is": [
        raw_zip([Part(name=b"a"), Part(name=b"b")], end={"offset": 0}),
        raw_zip([Part(name=b"a"), Part(name=b"b")], before_end=bytes(46)),
        b"x" * 46 + raw_zip([Part(name=b"a")]),
    ],
    "C5 ZIP64": [
        *(
            hidden_archive(gap, **end)
            for gap in (b"", b"\0")
            for end in (
                {},
                {"disk": FULL16, "directory_disk": FULL16},
                {"entries": FULL16, "entries_here": FULL16},
                {"size": FULL32},
                {"offset": FULL32},
            )
        ),
        raw_zip([Part(name=b"a")], zip64={"tail": raw_zip([], zip64={})[:56]}),
        raw_zip([Part(name=b"a"), Part(name=b"b")], zip64={"entries": 1}),
        raw_zip([Part(name=b"a"), Part(name=b"b")], zip64={"entries_here": 1}),
        raw_zip([Part(name=b"a"), Part(name=b"b")], zip64={"size": 47}),
    ],
}


@pytest.mark.parametrize("archives", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_refuses_what_readers_understand_differently(archives: Sequence[bytes]) -> None:
    """Each construction of the type is refused."""
    taken = [index for index, archive in enumerate(archives) if contents(archive) is not None]

    assert taken == []


ALL = [True, False]
CONTENT = b"test and its checksum"


def sizes_told(
    deflate: bool, hide: tuple[bool, ...], trailer: tuple[bool, ...] | None, wide: tuple[bool, ...]
) -> bytes:
    """An archive that tells a member's two sizes in up to six places, each truly, as zero, or not at all."""
    part = Part(name=b"test", content=CONTENT, deflate=deflate)
    truth = {"compressed_size": len(deflated(CONTENT)) if deflate else len(CONTENT), "size": len(CONTENT)}
    flags = 0 if trailer is None else DESCRIPTOR
    sides = []
    for hidden, widened in ((hide[:2], wide[:2]), (hide[2:], wide[2:])):
        told = {name: 0 if zero else truth[name] for name, zero in zip(truth, hidden, strict=True)}
        moved = [
            told[name] for name, moves in zip(("size", "compressed_size"), widened, strict=True) if moves
        ]
        told |= {
            name: FULL32 for name, moves in zip(("size", "compressed_size"), widened, strict=True) if moves
        }
        sides.append({**told, "flags": flags, "extra": zip64_extra(*moved) if moved else b""})
    tail = b""
    if trailer is not None:
        zeros = {name: 0 for name, zero in zip(truth, trailer[:2], strict=True) if zero}
        tail = descriptor(part, wide=trailer[2], **zeros)
    return raw_zip(
        [
            Part(
                name=part.name,
                content=CONTENT,
                deflate=deflate,
                local=sides[0],
                central=sides[1],
                descriptor=tail,
            )
        ]
    )


def test_takes_sizes_only_when_all_places_agree() -> None:
    """A2: of 4,608 ways to tell two sizes in six places, those taken mean the truth to others as well."""
    trailers: list[tuple[bool, ...] | None] = [None, *itertools.product(ALL, repeat=3)]
    taken = 0
    for deflate, hide, trailer, wide in itertools.product(
        ALL, itertools.product(ALL, repeat=4), trailers, itertools.product(ALL, repeat=4)
    ):
        archive = sizes_told(deflate, hide, trailer, wide)
        found = contents(archive)
        if found is not None:
            taken += 1
            with zipfile.ZipFile(io.BytesIO(archive)) as reference:
                assert found == {"test": CONTENT} == {"test": reference.read("test")}

    assert 0 < taken < 100


@pytest.mark.parametrize("build", [one, lambda: pair(b"a/b", b"a/c"), lambda: one(b"test/", b"")])
def test_takes_the_plain_forms_of_all_these(build: Callable[[], bytes]) -> None:
    """What the constructions start from is fine."""
    assert contents(build()) is not None
