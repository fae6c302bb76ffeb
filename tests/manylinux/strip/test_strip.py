"""What strip_elf drops, what it keeps, and what it leaves alone."""

import mmap
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from factories.elf import make_elf
from factories.linked import (
    ALLOC,
    EXECUTABLE,
    NOBITS,
    NOTE,
    RELA,
    STRTAB,
    SYMTAB,
    Part,
    make_linked,
    memory_image,
    sections_of,
)
from manylinux.strip.strip import Kept, Stripped, strip_elf

TEXT = Part(name=".text", content=b"\xc3" * 600, flags=EXECUTABLE, address=0, alignment=16)
DATA = Part(name=".data", content=b"data" * 50, address=0x5000, alignment=8)
DEBUG = Part(name=".debug_info", content=b"D" * 20000)


def stripped(content: bytes) -> bytes:
    """The new file, which there must be."""
    outcome = strip_elf(content)
    assert isinstance(outcome, Stripped), outcome
    written = b"".join(outcome.written(content))
    assert len(written) == outcome.size == len(content) - outcome.removed
    return written


def reason(content: bytes) -> str:
    """Why the file is left alone, which it must be."""
    outcome = strip_elf(content)
    assert isinstance(outcome, Kept), outcome
    return outcome.reason


def names(content: bytes) -> list[str]:
    """Of the sections, in order; empty headers have empty names."""
    return [name for name, _ in sections_of(content)]


@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("order", ["<", ">"])
def test_drops_debug_information_and_loads_the_same(bits: int, order: str) -> None:
    """What is loaded is equal, for every class and byte order, and only the rest has become less."""
    content = make_linked([TEXT, DATA, DEBUG], bits=bits, order=order)
    written = stripped(content)

    assert memory_image(written) == memory_image(content)
    assert len(content) - len(written) >= 20000
    assert b"DDDD" not in written


def test_closes_a_hole_between_segments_by_whole_pages() -> None:
    """A segment behind debug information moves forward, so far as its alignment lets it."""
    content = make_linked([TEXT, DEBUG, DATA])
    written = stripped(content)

    assert memory_image(written) == memory_image(content)
    assert len(content) - len(written) >= 16384
    old, new = (struct.unpack_from("<Q", each, 64 + 56 + 8)[0] for each in (content, written))
    assert (old - new) % 4096 == 0
    assert new < old


def test_a_segment_of_large_alignment_stays_where_it_is() -> None:
    """With 2 MB pages the hole cannot be closed; what follows can be dropped all the same."""
    data, line = replace(DATA, address=0x8000), Part(name=".debug_line", content=b"L" * 3000)
    content = make_linked([TEXT, DEBUG, data, line], alignment=0x200000)
    written = stripped(content)

    assert memory_image(written) == memory_image(content)
    assert 3000 <= len(content) - len(written) < 20000


@pytest.mark.parametrize(
    "name",
    [
        ".debug_info",
        ".zdebug_line",
        ".stab",
        ".comment",
        ".gnu_debuglink",
        ".gnu_debugdata",
        ".gdb_index",
        ".note.stapsdt",
        ".annobin.notes",
        ".gnu.build.attributes",
        ".gnu.lto_.decls",
        ".llvmbc",
    ],
)
def test_drops_what_only_tools_read(name: str) -> None:
    """Sections for debuggers, linkers and compilers go, by name."""
    written = stripped(make_linked([TEXT, Part(name=name, content=b"x" * 500)]))

    assert names(written) == ["", ".text", ".shstrtab"]


@pytest.mark.parametrize("name", [".note.package", ".upd_info", ".ARM.attributes", ".rustc", ".debugger"])
def test_keeps_what_it_does_not_know(name: str) -> None:
    """A section of another name keeps bytes, header and index, although it is not loaded."""
    unknown = Part(name=name, content=b"unknown" * 9, type=NOTE, alignment=32)
    written = stripped(make_linked([TEXT, DEBUG, unknown]))
    found = dict(sections_of(written))[name]

    assert names(written) == ["", ".text", "", name, ".shstrtab"]
    assert written[found[4] : found[4] + found[5]] == unknown.content
    assert found[4] % 32 == 0


def test_keeps_a_debug_section_that_is_loaded() -> None:
    """What a segment loads stays, whatever its name."""
    loaded = Part(name=".debug_gdb_scripts", content=b"script", address=0x9000)
    written = stripped(make_linked([TEXT, loaded, DEBUG]))

    assert names(written) == ["", ".text", ".debug_gdb_scripts", ".shstrtab"]


def test_drops_symbols_with_their_names_and_relocations() -> None:
    """Symbols that are not loaded go, with the strings only they use."""
    parts = [
        TEXT,
        Part(name=".rela.text", content=bytes(480), type=RELA, link=3, info=1),
        Part(name=".symtab", content=bytes(2400), type=SYMTAB, link=4),
        Part(name=".strtab", content=b"\0name" * 100, type=STRTAB),
    ]

    assert names(stripped(make_linked(parts))) == ["", ".text", ".shstrtab"]


def test_keeps_symbols_that_a_kept_section_refers_to() -> None:
    """No index of a kept header points to a section that has gone, directly or through another."""
    parts = [
        TEXT,
        Part(name=".symtab", content=bytes(2400), type=SYMTAB, link=3),
        Part(name=".strtab", content=b"\0name" * 100, type=STRTAB),
        Part(name=".unknown", content=b"unknown", link=2),
        DEBUG,
    ]

    assert names(stripped(make_linked(parts))) == ["", ".text", ".symtab", ".strtab", ".unknown", ".shstrtab"]


def test_keeps_the_table_of_names_where_a_section_refers_to_it() -> None:
    """Its index is not changed where a header has it."""
    parts = [
        TEXT,
        DEBUG,
        Part(name=".comment", content=b"x"),
        Part(name=".unknown", content=b"u", link=6),
        DEBUG,
    ]
    written = stripped(make_linked(parts))

    assert names(written) == ["", ".text", "", "", ".unknown", "", ".shstrtab"]


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", "it is no ELF file"),
        (b"a text", "it is no ELF file"),
        (b"\x7fELF", "cut off: the ELF header would end at byte 16 of 4"),
        (make_elf(), "it has no section headers"),
        (make_linked([TEXT, DEBUG], type=1), "it is an object file"),
        (make_linked([TEXT, DEBUG], type=4), "it is a memory dump"),
        (make_linked([TEXT, DEBUG], machine=190), "it is for NVIDIA CUDA"),
        (make_linked([TEXT, DEBUG], machine=22), "it is for s390"),
        (make_linked([TEXT, DEBUG], identification=b"\x09" + bytes(8)), "it is for x86-64 (FreeBSD)"),
        (
            make_linked([TEXT, DEBUG], identification=b"\0AI\x02" + bytes(5)),
            "its identification has bytes of unknown meaning",
        ),
        (make_linked([DEBUG]), "it has no program headers"),
        (make_linked([TEXT, DEBUG], alignment=16), "its segments are not aligned to pages"),
        (
            make_linked([TEXT, DEBUG], overlay=b"\0\0payload"),
            "neither a segment nor a section tells of 7 bytes",
        ),
        (
            make_linked([TEXT, DEBUG, Part(name=".note.fdo.integrity", content=b"x", address=0x9000)]),
            "it holds a checksum of itself",
        ),
        (
            make_linked([TEXT, Part(name=".init", type=NOBITS, flags=ALLOC | EXECUTABLE), DEBUG]),
            "its code is elsewhere: it holds what a debugger needs for another file",
        ),
        (make_linked([TEXT, DATA]), "nothing to remove"),
        (make_linked([TEXT, DEBUG])[:-1], "cut off: the section headers would end at byte "),
    ],
)
def test_leaves_alone_what_it_does_not_know_how_to_strip(content: bytes, because: str) -> None:
    """A file that is odd, cut off or of another kind is kept, and the reason is told."""
    assert reason(content).startswith(because)


def test_zeros_at_the_end_are_no_payload() -> None:
    """Padding is no reason to keep a file."""
    assert len(stripped(make_linked([TEXT, DEBUG], overlay=bytes(4000)))) < 2000


@pytest.mark.parametrize(("filler", "kept"), [(b"X", False), (b"Z", False), (b"\0", False), (b"p", True)])
def test_leaves_alone_what_hides_bytes_between_sections(filler: bytes, kept: bool) -> None:
    """Bytes that no header tells of may be a payload, unless they are what patchelf fills holes with."""
    hidden = Part(name=".debug_info", content=filler * 70000)
    content = make_linked([TEXT, hidden, DEBUG])
    row = struct.unpack_from("<Q", content, 40)[0] + 2 * 64
    content = patched(content, "<Q", row + 32, 0)

    outcome = strip_elf(content)
    if kept:
        assert outcome == Kept(reason="neither a segment nor a section tells of 70000 bytes")
    else:
        assert isinstance(outcome, Stripped)
        assert outcome.removed > 90000


def patched(content: bytes, form: str, offset: int, value: int) -> bytes:
    """`content` with another value there."""
    changed = bytearray(content)
    struct.pack_into(form, changed, offset, value)
    return bytes(changed)


WHOLE = make_linked([TEXT, DATA, DEBUG])
SECTIONS = struct.unpack_from("<Q", WHOLE, 40)[0]
ROW_OF_DEBUG = SECTIONS + 3 * 64


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (patched(WHOLE, "<Q", 64 + 8, 1), "its segments do not lie where their addresses want them"),
        (patched(WHOLE, "<Q", 64 + 48, 4097), "a segment has the alignment 4097, no power of two"),
        (patched(WHOLE, "<Q", 64 + 48, 2**63), None),
        (patched(WHOLE, "<Q", 64 + 32, 2**64 - 1), "cut off: a loaded segment would end at byte "),
        (patched(WHOLE, "<I", 64, 4), None),
        (patched(WHOLE, "<Q", 32, 8), "its headers lie where no linker puts them"),
        (patched(WHOLE, "<H", 56, 0xFFFF), "corrupt: 65535 program headers, more than 1024"),
        (patched(WHOLE, "<H", 60, 0xFFFF), "corrupt: 65535 section headers, more than 4096"),
        (patched(WHOLE, "<H", 58, 40), "corrupt: section headers of 40 bytes each, not 64"),
        (patched(WHOLE, "<H", 62, 1), "corrupt: it has no table of names of sections"),
        (patched(WHOLE, "<H", 62, 999), "corrupt: it has no table of names of sections"),
        (patched(WHOLE, "<I", ROW_OF_DEBUG, 2**32 - 1), "corrupt: a section's name is not in the table"),
        (patched(WHOLE, "<Q", ROW_OF_DEBUG + 24, 2**63), "cut off: a section would end at byte "),
        (patched(WHOLE, "<Q", ROW_OF_DEBUG + 48, 3), "a section has an alignment that is no power of two"),
    ],
)
def test_damaged_headers_never_raise(content: bytes, because: str | None) -> None:
    """A damaged header is a reason, or, where it does no harm, a file that loads the same."""
    if because is None:
        outcome = strip_elf(content)
        written = b"".join(outcome.written(content)) if isinstance(outcome, Stripped) else content
        assert memory_image(written) == memory_image(content)
    else:
        assert reason(content).startswith(because)


@pytest.mark.parametrize("alignment", [2**40, 2**63])
def test_a_kept_section_of_absurd_alignment_costs_nothing(alignment: int) -> None:
    """No gap is made before it is known that the file becomes smaller."""
    row = SECTIONS + 3 * 64
    content = patched(WHOLE.replace(b".debug_info", b".unknown_in"), "<Q", row + 48, alignment)

    assert reason(content) == "nothing to remove"


def test_takes_bytes_views_and_mapped_files_and_lets_go_of_them(tmp_path: Path) -> None:
    """The outcome is the same value for each, and a mapped file can be closed before it is used."""
    path = tmp_path / "library.so"
    path.write_bytes(WHOLE)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        of_map = strip_elf(mapped)

    assert isinstance(of_map, Stripped)
    assert strip_elf(WHOLE) == strip_elf(memoryview(WHOLE)) == of_map
    assert memory_image(b"".join(of_map.written(WHOLE))) == memory_image(WHOLE)


def test_a_stripped_file_has_nothing_to_remove() -> None:
    """Stripping again changes nothing."""
    for parts in ([TEXT, DATA, DEBUG], [TEXT, DEBUG, DATA]):
        assert reason(stripped(make_linked(parts))) == "nothing to remove"
