"""The verification finds what a plan could do wrong; it knows nothing of plans."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.linked import EXECUTABLE, Part, make_linked
from manylinux.elf.source import MemorySource
from manylinux.strip.strip import Stripped, strip_elf
from manylinux.strip.verify import fault

ORIGINAL = make_linked(
    [
        Part(name=".text", content=b"\xc3" * 600, flags=EXECUTABLE, address=0, alignment=16),
        Part(name=".debug_info", content=b"D" * 9000),
        Part(name=".data", content=b"data" * 50, address=0x5000, alignment=8),
        Part(name=".unknown", content=b"unknown" * 9, link=3),
    ]
)


def _stripped() -> bytes:
    outcome = strip_elf(ORIGINAL)
    assert isinstance(outcome, Stripped)
    return b"".join(outcome.written(ORIGINAL))


STRIPPED = _stripped()
SECTIONS = struct.unpack_from("<Q", STRIPPED, 40)[0]


def told(stripped: bytes, original: bytes = ORIGINAL) -> str | None:
    """What is wrong with it."""
    return fault(MemorySource(memoryview(original)), MemorySource(memoryview(stripped)))


def changed(form: str, offset: int, value: int, content: bytes = STRIPPED) -> bytes:
    """The stripped file with another value there."""
    made = bytearray(content)
    struct.pack_into(form, made, offset, value)
    return bytes(made)


def test_finds_nothing_in_what_is_sound() -> None:
    """The stripped file passes, and so does the original itself."""
    assert told(STRIPPED) is None
    assert told(ORIGINAL) is None


@pytest.mark.parametrize(
    ("stripped", "because"),
    [
        (changed("<B", 8, 1), "its identification has changed"),
        (changed("<Q", 24, 1), "its header has changed"),
        (changed("<I", 64 + 4, 7), "its segments have changed"),
        (changed("<Q", 64 + 24, 1), "its segments have changed"),
        (changed("<Q", 64 + 8, 1000), "its program headers are loaded at another address"),
        (changed("<Q", 64 + 56 + 8, 0x1001), "a segment does not lie where its address wants it"),
        (changed("<Q", 64 + 56 + 8, 2**63), "cut off: a loaded segment would end at byte "),
        (changed("<B", 400, 0), "bytes that are loaded or kept have changed"),
        (changed("<H", 62, 1), "its table of names has changed"),
        (changed("<H", 62, 99), "its table of names has changed"),
        (changed("<H", 60, 3), "its table of names has changed"),
        (changed("<I", SECTIONS + 64 + 4, 0), "the loaded section 1 has gone"),
        (changed("<I", SECTIONS + 3 * 64, 0), "the header of section 3 has changed"),
        (changed("<Q", SECTIONS + 3 * 64 + 24, 0), "a section has left its segment"),
        (changed("<Q", SECTIONS + 4 * 64 + 24, 200), "bytes that are loaded or kept have changed"),
        (STRIPPED[:-1], "cut off: the section headers would end at byte "),
        (b"", "cut off: the ELF header would end at byte 16 of 0"),
    ],
)
def test_finds_what_is_wrong(stripped: bytes, because: str) -> None:
    """Every kind of harm has its words."""
    assert (told(stripped) or "").startswith(because)


def test_finds_headers_that_a_segment_has_no_longer() -> None:
    """A segment that is not loaded (PT_PHDR) must still hold them."""
    original, stripped = (changed("<I", 64, 6, content) for content in (ORIGINAL, STRIPPED))

    assert told(stripped, original) is None
    moved = changed("<Q", 64 + 8, 1000, stripped)
    assert told(moved, original) == "its headers have left their segment"


@given(place=st.integers(64 + 2 * 56, len(STRIPPED) - 1), value=st.integers(1, 255))
def test_finds_any_changed_byte_of_what_is_loaded(place: int, value: int) -> None:
    """No byte of a segment may differ."""
    made = bytearray(STRIPPED)
    made[place] ^= value
    loaded = any(
        offset <= place < offset + size
        for offset, size in (
            struct.unpack_from("<Q16xQ", STRIPPED, 64 + index * 56 + 8) for index in range(2)
        )
    )

    assert told(bytes(made)) is not None or not loaded
