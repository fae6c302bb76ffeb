"""Archives made to deceive, offered by an index that vouches for them."""

import pytest

from factories.commands import Room
from factories.corpora import corpus
from factories.raw_zips import Part, raw_zip
from factories.refusals import demand_recovery, stock
from factories.wheels import make_wheel

INFO = "evil-1.0.dist-info"
WHEEL = b"Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
RECORD = f"evil.py,sha256=AAAA,1\n{INFO}/RECORD,,\n".encode()
LINK = 0o120777 << 16
METADATA = b"Metadata-Version: 2.1\nName: evil\nVersion: 1.0\n\n"


def parts(*more: Part) -> list[Part]:
    """The members of a wheel without RECORD, and `more`."""
    return [
        Part(name=b"evil.py", content=b"x = 1\n"),
        *more,
        Part(name=f"{INFO}/METADATA".encode(), content=METADATA),
        Part(name=f"{INFO}/WHEEL".encode(), content=WHEEL),
    ]


HOSTILE: dict[str, bytes] = {
    "climbs out": make_wheel("evil", "1.0", {"../../evil.py": b""}),
    "an absolute path": make_wheel("evil", "1.0", {"/etc/evil.py": b""}),
    "a drive": make_wheel("evil", "1.0", {"C:/evil.py": b""}),
    "two members of one name": raw_zip(parts(Part(name=b"evil.py", content=b"x = 2\n"))),
    "names that differ between the headers": raw_zip(
        parts(Part(name=b"harmless.py", content=b"", local={"name": b"evil2.py"}))
    ),
    "a member the directory does not list": raw_zip(parts(Part(name=b"hidden.py", listed=False))),
    "an encrypted member": raw_zip(parts(Part(name=b"a.py", both={"flags": 1}))),
    "a symbolic link": raw_zip(parts(Part(name=b"a", content=b"/etc", central={"attributes": LINK}))),
    "bytes in front": raw_zip(parts(), prefix=b"MZ"),
    "bytes behind": make_wheel("evil", "1.0") + b"tail",
    "a wrong checksum": raw_zip(parts(Part(name=b"a.py", content=b"1", both={"crc": 1}))),
    "no RECORD": raw_zip(parts()),
    "a RECORD of another file": make_wheel("evil", "1.0", record=RECORD),
    "no zip at all": b"<html>sorry</html>",
    "nothing": b"",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_wheel_is_refused(room: Room, content: bytes) -> None:
    """The index promises its true hash, and the archive is refused all the same."""
    stock(room)
    room.index.add("evil", "evil-1.0-py3-none-any.whl", content)
    room.write("requirements.txt", "demo", "evil")
    outcome = room.lbuild("requirements.txt", "-o", "b.zip")

    assert outcome.status == 4, outcome.stderr
    assert "evil-1.0-py3-none-any.whl" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert room.names() == ["requirements.txt"]
    demand_recovery(room)


@pytest.mark.parametrize(
    "relative",
    [
        "malo/zip/malicious/second_unicode_extra.zip",
        "malo/zip/malicious/short_usize.zip",
        "malo/zip/reject/cd_extra_entry.zip",
        "malo/zip/reject/cd_missing_entry.zip",
        "warehouse-zipdata/reject/dupe_eocd.zip",
        "warehouse-zipdata/reject/zip64_extra_too_long.zip",
    ],
)
def test_an_archive_of_the_corpora_dressed_as_a_wheel_is_refused(room: Room, relative: str) -> None:
    """What unpacks differently by different programs never gets into a bundle."""
    room.index.add("evil", "evil-1.0-py3-none-any.whl", corpus(relative).read_bytes())

    outcome = room.lbuild("evil", "-o", "b.zip")

    assert (outcome.status, outcome.codes) == (4, ["bad-archive"]), outcome.stderr
    assert room.names() == []


def test_a_bomb_is_refused_before_it_goes_off(room: Room) -> None:
    """What would inflate to a thousand times its size is not inflated."""
    room.offer("evil", "1.0", {"zeros": bytes(130_000_000)})
    outcome = room.lbuild("evil", "-o", "b.zip")

    assert (outcome.status, outcome.codes) == (4, ["bad-archive"])
    assert "rule Z28" in outcome.stderr
    assert room.names() == []
