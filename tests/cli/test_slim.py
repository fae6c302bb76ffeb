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


# -- what code does not reach --------------------------------------------------------------------------------

PACKAGE = {
    "lib/__init__.py": b"from lib import core\n",
    "lib/core.py": b"def natural():\n    from lib.tests import numbers\n    return numbers.NATURAL\n",
    "lib/core.pyi": b"def natural() -> int: ...\n",
    "lib/fast.c": b"int fast;\n",
    "lib/tests/__init__.py": b"",
    "lib/tests/numbers.py": b"NATURAL = 1\n",
    "lib/tests/test_core.py": b"import lib\n",
    "lib/other/__init__.py": b"",
    "lib/other/tests/__init__.py": b"",
    "lib/other/tests/test_other.py": b"import lib.other\n",
    "lib/other/tests/data.csv": b"1,2\n",
    "lib/testing/__init__.py": b"TOOLS = 1\n",
}


def built(room: Room, *words: str) -> set[str]:
    outcome = room.lbuild("lib", *WORDS, *words)
    assert outcome.status == 0
    return {name for name in members(room.folder / "b.zip") if name.startswith("lib/")}


def test_tests_go_unless_code_reaches_them(room: Room) -> None:
    """An import inside a function keeps its module and the packages above; `testing` is never in question."""
    room.offer("lib", "1.0", PACKAGE)

    assert built(room) == {
        "lib/__init__.py",
        "lib/core.py",
        "lib/tests/__init__.py",
        "lib/tests/numbers.py",
        "lib/other/__init__.py",
        "lib/testing/__init__.py",
    }


def test_every_file_left_out_is_told_with_its_rule(room: Room) -> None:
    """Nothing is lost quietly."""
    room.offer("lib", "1.0", PACKAGE)
    outcome = room.lbuild("lib", *WORDS)
    kept = members(room.folder / "b.zip").keys()
    dropped = {row["path"]: row["rule"] for row in outcome.report["dropped"]}

    assert dropped.keys() == PACKAGE.keys() - kept
    assert dropped["lib/core.pyi"] == "stubs"
    assert dropped["lib/fast.c"] == "sources"
    assert dropped["lib/other/tests/data.csv"] == "test-data"
    assert dropped["lib/tests/test_core.py"] == "test-modules"


def test_another_wheel_or_the_app_may_need_a_test_module(room: Room) -> None:
    """What goes is decided for the whole bundle."""
    room.offer("lib", "1.0", PACKAGE)
    room.offer("user", "1.0", {"user.py": b"import lib.other.tests.test_other as t\n"})
    source = room.write(
        "src/app.py", "import importlib", "t = importlib.import_module('lib.tests.test_core')"
    )

    assert "lib/other/tests/test_other.py" in built(room, "user")
    assert "lib/tests/test_core.py" in built(room, "--source", str(source.parent))
    assert "lib/tests/test_core.py" not in built(room, "user")


def test_an_entry_point_keeps_what_it_names(room: Room) -> None:
    """Programs find plugins by name."""
    points = {"plugins": {"one": "lib.other.tests.test_other:run"}}
    room.offer("lib", "1.0", PACKAGE, entry_points=points)

    assert "lib/other/tests/test_other.py" in built(room)


def test_none_keeps_everything(room: Room) -> None:
    """Every file of the wheel."""
    room.offer("lib", "1.0", PACKAGE)

    assert built(room, "--slim", "none") == set(PACKAGE)


def test_files_of_code_that_cannot_be_parsed_stay(room: Room) -> None:
    """Templates and old Python are read as words, and what they name stays."""
    files = {
        **PACKAGE,
        "lib/old.py": b"print 'x'\nfrom lib.other.tests import test_other\n",
        "lib/new.py": b"t = f'{x['lib.tests.test_core']}'\n",
    }
    room.offer("lib", "1.0", files)

    assert {"lib/old.py", "lib/other/tests/test_other.py", "lib/tests/test_core.py"} <= built(room)


def test_a_platlib_folder_is_where_an_installer_puts_it(room: Room) -> None:
    """Files below `.data` are judged by their place in site-packages, and told by that in the wheel."""
    room.offer("lib", "1.0", {"lib/__init__.py": b""}, data={"purelib/lib/tests/test_a.py": b"import lib\n"})
    outcome = room.lbuild("lib", *WORDS)

    assert [row["path"] for row in outcome.report["dropped"]] == ["lib-1.0.data/purelib/lib/tests/test_a.py"]
