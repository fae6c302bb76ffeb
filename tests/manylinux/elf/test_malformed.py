"""Damaged files: a reason, and never a crash or a stall."""

import random
import sysconfig
from pathlib import Path

import pytest

from factories.elf import make_elf
from manylinux.elf.facts import ElfFacts, Unreadable
from manylinux.elf.read import read_content, read_elf

STRTAB, SYMTAB, STRSZ, SONAME, RUNPATH = 5, 6, 10, 14, 29
VERDEFNUM, VERNEED, VERNEEDNUM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF

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
        (
            make_elf(needs={"a": ["A"]}, overrides={VERNEED: 0xDEAD0000}),
            "corrupt: a dynamic table at 0xdead0000, where no segment is loaded",
        ),
        (make_elf(needed=["a" * 70_000]), "corrupt: its tables name what is no name"),
        (
            make_elf(needed=[f"{number}{'a' * 60_000}" for number in range(300)]),
            "corrupt: its tables name what is no name",
        ),
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


def test_records_of_versions_that_lead_anywhere_end(tmp_path: Path) -> None:
    """A record that names one where addresses wrap is unreadable, however many there are to be."""
    content = bytearray(make_elf(needs={"libc.so.6": ["GLIBC_2.17"]}, overrides={VERNEEDNUM: 8000}))
    at = content.index(b"\x01\0\x01\0")  # version 1, with one auxiliary record
    content[at + 12 : at + 16] = b"\xff" * 4  # vn_next

    assert reason(tmp_path, bytes(content)) == "corrupt: its version needs (DT_VERNEED) cannot be read"


def test_symbols_that_name_the_same_bytes_again_and_again_end(tmp_path: Path) -> None:
    """Names that overlap could be a thousand times the file; there is a limit to all of them."""
    names = ["Py" * 2000 + str(number) for number in range(5000)]

    assert reason(tmp_path, make_elf(imports=names)).startswith("corrupt: its symbols of CPython have more")


def real_library() -> bytes | None:
    """A small extension module of the interpreter that runs the tests."""
    folder = sysconfig.get_config_var("DESTSHARED")
    found = sorted(Path(folder).glob("_bisect.*.so")) if folder else []
    content = found[0].read_bytes() if found else b""
    return content if content.startswith(b"\x7fELF") else None


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("base", ["made", "real"])
def test_no_damage_is_more_than_a_reason(tmp_path: Path, base: str, seed: int) -> None:
    """Hundreds of files with changed bytes are read or have a reason; nothing else is raised."""
    whole = WHOLE if base == "made" else real_library()
    if whole is None:
        pytest.skip("no `_bisect` extension module that is an ELF file")
    dice = random.Random(f"{base} {seed}")
    for _ in range(400):
        found = read_content(memoryview(damaged(whole, dice)))

        assert isinstance(found, ElfFacts | Unreadable)


def damaged(whole: bytes, dice: random.Random) -> bytes:
    """`whole` with a few bytes changed in its first 4 KB, but for the magic."""
    content = bytearray(whole)
    for _ in range(dice.choice((1, 2, 8))):
        at = dice.randrange(4, min(len(content), 4096) - 8)
        content[at : at + 1] = dice.choice((b"\0", b"\xff", bytes((dice.randrange(256),))))
        if dice.random() < 0.3:
            content[at : at + 4] = dice.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
    return bytes(content)
