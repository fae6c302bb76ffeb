"""Any file read: what is compiled is told from what is not."""

import os
import struct
from pathlib import Path

import pytest

from factories.elf import make_elf
from manylinux.elf.facts import Binary, ElfFacts, Foreign, Unreadable
from manylinux.elf.read import read_compiled, read_content

ELF = make_elf(needed=["libc.so.6"])
MACH_O = struct.pack("<II", 0xFEEDFACF, 0x0100000C)
PE = b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0"


@pytest.mark.parametrize(
    ("content", "expected"), [(b"a text", None), (b"", None), (MACH_O, Foreign.MACH_O), (PE, Foreign.PE)]
)
def test_what_is_no_elf_is_told_by_its_first_bytes(
    tmp_path: Path, content: bytes, expected: Binary | None
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    assert read_compiled(path) is expected
    assert read_content(memoryview(content)) is expected


@pytest.mark.parametrize("content", [ELF, ELF[:-1], make_elf(bits=32, order=">", imports=["PyFloat_New"])])
def test_a_file_says_the_same_in_memory(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ü name\nof two lines.so"
    path.write_bytes(content)
    found = read_compiled(path)

    assert isinstance(found, ElfFacts | Unreadable)
    assert read_content(memoryview(content)) == found


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    """A folder has nothing to read, and a pipe would keep its reader waiting."""
    assert read_compiled(tmp_path) is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.so")
        assert read_compiled(tmp_path / "pipe.so") is None


def test_an_absent_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """What cannot be opened is no corrupt library."""
    with pytest.raises(FileNotFoundError):
        read_compiled(tmp_path / "absent.so")
