"""Damaged files: a reason, and never a crash or a stall."""

import random
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories.elf import make_elf
from manylinux.elf.facts import ElfFacts, Unreadable
from manylinux.elf.read import read_elf
from manylinux.elf.workers import ElfReaders

STRTAB, SYMTAB, STRSZ, SONAME, RUNPATH = 5, 6, 10, 14, 29
VERDEFNUM, VERNEEDNUM = 0x6FFFFFFD, 0x6FFFFFFF

ENDED, LATE = "it ends the process", "to read"
"""What a reason says where a file was too much for its reader."""

WHOLE = make_elf(
    needed=["libc.so.6", "libm.so.6"],
    soname="libx.so",
    rpath="$ORIGIN:/opt",
    needs={"libc.so.6": ["GLIBC_2.17", "GLIBC_2.5"], "libm.so.6": ["GLIBC_2.29"]},
    definitions=["X_1"],
    imports=["PyFloat_New", "malloc"],
    exports=["PyInit_x"],
    isa_bits=3,
)


def reason(folder: Path, content: bytes) -> str:
    """Why `content` is unreadable, which it must be."""
    path = folder / "library.so"
    path.write_bytes(content)
    found = read_elf(path)
    assert isinstance(found, Unreadable), found
    return found.reason


@pytest.fixture(scope="module")
def readers() -> Iterator[ElfReaders]:
    """Readers whose worker is started once for all."""
    with ElfReaders(seconds=20) as readers:
        yield readers


@pytest.mark.parametrize("bits", [64, 32])
def test_a_file_cut_off_anywhere_is_unreadable(tmp_path: Path, bits: int) -> None:
    """Every beginning of a file that is loaded whole is cut off, and says so."""
    whole = make_elf(bits=bits, needed=["libc.so.6"], needs={"libc.so.6": ["GLIBC_2.0"]}, interpreter="/ld")
    reasons = {reason(tmp_path, whole[:size]) for size in range(4, len(whole))}

    assert all(each.startswith("cut off: ") for each in reasons)
    assert f"cut off: a loaded segment would end at byte {len(whole)} of {len(whole) - 1}" in reasons


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (make_elf()[:20], "cut off: the ELF header would end at byte 64 of 20"),
        (make_elf()[:100], "cut off: the program headers would end at byte 232 of 100"),
        (make_elf(program_headers=65535), "corrupt: 65535 program headers, more than 1024"),
        (
            b"\x7fELF\x03" + make_elf()[5:],
            "corrupt: its class is 3, neither 1 (32-bit) nor 2 (64-bit)",
        ),
        (
            b"\x7fELF\x02\x00" + make_elf()[6:],
            "corrupt: its byte order is 0, neither 1 (little) nor 2 (big)",
        ),
        (
            make_elf(overrides={STRTAB: 0xDEAD0000}),
            "corrupt: its string table of 1 bytes is not loaded from the file",
        ),
        (
            make_elf(overrides={SYMTAB: 0xDEAD0000}),
            "corrupt: a dynamic table at 0xdead0000, where no segment is loaded",
        ),
        (
            make_elf(overrides={STRSZ: 1 << 20}),
            "corrupt: its string table of 1048576 bytes is not loaded from the file",
        ),
        (
            make_elf(needed=["a"], overrides={STRSZ: 1}),
            "corrupt: DT_NEEDED names byte 1 of a string table of 1",
        ),
        (
            make_elf(dynamic=[(SONAME, 5000)]),
            "corrupt: DT_SONAME names byte 5000 of a string table of 1",
        ),
        (
            make_elf(dynamic=[(RUNPATH, 1 << 62)]),
            f"corrupt: DT_RUNPATH names byte {1 << 62} of a string table of 1",
        ),
        (
            make_elf(needs={"a": ["A"]}, overrides={VERNEEDNUM: 0xFFFFFFFF}),
            "corrupt: its version needs (DT_VERNEED) cannot be read",
        ),
        (
            make_elf(definitions=["A"], overrides={VERDEFNUM: 0xFFFFFFFF}),
            "corrupt: its version definitions (DT_VERDEF) cannot be read",
        ),
        (make_elf(needs={"lib\udcff": ["A"]}), "corrupt: a name in its dynamic table is no text"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, content: bytes, expected: str) -> None:
    """The reason names the part and the figures, so that a person can check it."""
    found = reason(tmp_path, content)

    assert found == expected


def test_32_bits_that_are_told_to_be_64_are_unreadable(tmp_path: Path) -> None:
    """A header of one class with the other's program headers is none."""
    content = bytearray(make_elf(bits=32, needed=["a"]))
    content[4] = 2

    assert reason(tmp_path, bytes(content)).startswith(("cut off: ", "corrupt: "))


def test_records_of_versions_that_go_in_a_loop_end(readers: ElfReaders, tmp_path: Path) -> None:
    """Records that name one another for ever are unreadable, and soon."""
    content = bytearray(make_elf(needs={"libc.so.6": ["GLIBC_2.17"]}, overrides={VERNEEDNUM: 0xFFFFFFFF}))
    at = content.index(b"\x01\0\x01\0")  # version 1, with one auxiliary record
    content[at + 12 : at + 16] = b"\xff" * 4  # vn_next: one byte back, where addresses wrap
    path = tmp_path / "library.so"
    path.write_bytes(content)

    assert isinstance(readers.read(path), Unreadable)


def real_library() -> bytes | None:
    """A small extension module of the interpreter that runs the tests."""
    folder = sysconfig.get_config_var("DESTSHARED")
    found = sorted(Path(folder).glob("_bisect.*.so")) if folder else []
    content = found[0].read_bytes() if found else b""
    return content if content.startswith(b"\x7fELF") else None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("base", ["made", "real"])
def test_no_damage_ends_or_stalls_the_reader(
    readers: ElfReaders, tmp_path: Path, base: str, seed: int
) -> None:
    """Hundreds of files with changed bytes are read or have a reason; none takes its worker along."""
    whole = WHOLE if base == "made" else real_library()
    if whole is None:
        pytest.skip("no `_bisect` extension module that is an ELF file")
    dice = random.Random(f"{base} {seed}")
    for number in range(100):
        path = tmp_path / f"{number}.so"
        path.write_bytes(damaged(whole, dice))
        found = readers.read(path)

        assert isinstance(found, ElfFacts) or (ENDED not in found.reason and LATE not in found.reason)


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """`whole` with a few bytes changed in its first 4 KB, but for the magic."""
    content = bytearray(whole)
    for _ in range(dice.choice((1, 2, 8))):
        at = dice.randrange(4, min(len(content), 4096) - 8)
        content[at : at + 1] = dice.choice((b"\0", b"\xff", bytes((dice.randrange(256),))))
        if dice.random() < 0.3:
            content[at : at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
    return bytes(content)
