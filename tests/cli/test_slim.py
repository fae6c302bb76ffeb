"""What is left out of a bundle, and that nothing else is."""

import zipfile

from factories.commands import Room, members
from factories.linked import Part, make_linked, memory_image

CORE = "native/core.cpython-313-x86_64-linux-gnu.so"
LIBRARY = make_linked(
    [
        Part(name=".text", content=b"\x90" * 9000, address=0x1000),
        Part(name=".debug_info", content=bytes(range(256)) * 80),
        Part(name=".comment", content=b"made by a compiler\0"),
    ]
)
WORDS = ("--runtime", "python3.13", "-o", "b.zip", "--json")


def offered(room: Room) -> Room:
    room.offer(
        "native", "1.0", {"native/__init__.py": b"", CORE: LIBRARY}, tag="cp313-cp313-manylinux_2_17_x86_64"
    )
    return room


def test_a_library_goes_without_what_no_loader_reads(room: Room) -> None:
    """What is loaded is the same byte for byte, and the report says how much went and why."""
    outcome = offered(room).lbuild("native", *WORDS)
    content = members(room.folder / "b.zip")[CORE]
    dropped = [row for row in outcome.report["dropped"] if row["path"] == CORE]

    assert outcome.status == 0
    assert memory_image(content) == memory_image(LIBRARY)
    assert [(row["rule"], row["size"]) for row in dropped] == [("strip", len(LIBRARY) - len(content))]
    assert len(LIBRARY) - len(content) > 20_000


def test_record_tells_what_is_there(room: Room) -> None:
    """`importlib.metadata` and whoever checks hashes see the file that is in the bundle."""
    offered(room).lbuild("native", *WORDS)
    files = members(room.folder / "b.zip")
    record = files["native-1.0.dist-info/RECORD"].decode()

    assert f"{CORE},sha256=" in record
    assert f",{len(files[CORE])}\n" in record


def test_nothing_is_left_out_when_nothing_may_be(room: Room) -> None:
    """`--slim none` copies the wheel's own bytes."""
    offered(room).lbuild("native", *WORDS, "--slim", "none")

    assert members(room.folder / "b.zip")[CORE] == LIBRARY


def test_the_second_build_copies_what_the_first_has_made(room: Room) -> None:
    """The same bytes, from the cache, zip and folder alike."""
    first = offered(room).lbuild("native", *WORDS)
    second = room.lbuild("native", *WORDS, "--offline")
    room.lbuild("native", "--runtime", "python3.13", "-o", "build/", "--offline")
    with zipfile.ZipFile(room.folder / "b.zip") as archive:
        content = archive.read(CORE)

    assert second.report["bundle"]["sha256"] == first.report["bundle"]["sha256"]
    assert (room.folder / "build" / CORE).read_bytes() == content


def test_a_lost_overlay_is_made_again(room: Room) -> None:
    """The cache may be pruned at any time."""
    first = offered(room).lbuild("native", *WORDS)
    for path in (room.cache / "blobs-v1").rglob("*"):
        if path.is_file() and not path.name.endswith(".stamp") and path.read_bytes()[:2] != b"PK":
            path.unlink()
    second = room.lbuild("native", *WORDS)

    assert second.status == 0
    assert second.report["bundle"]["sha256"] == first.report["bundle"]["sha256"]
