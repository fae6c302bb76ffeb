"""Damaged and foreign files: never a crash, and never a file that loads otherwise."""

import struct
import sysconfig
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from factories.corpora import corpus_files
from factories.linked import EXECUTABLE, RELA, STRTAB, SYMTAB, Part, make_linked, memory_image
from manylinux.strip.strip import Stripped, strip_elf

CORPORA = (
    "pyelftools/test/testfiles_for_readelf",
    "pyelftools/test/testfiles_for_unittests",
    "packaging-elf/tests/manylinux",
    "packaging-elf/tests/musllinux",
)
MADE = make_linked(
    [
        Part(name=".text", content=b"\xc3" * 600, flags=EXECUTABLE, address=0, alignment=16),
        Part(name=".rela.text", content=bytes(48), type=RELA, link=4, info=1),
        Part(name=".debug_info", content=b"D" * 5000),
        Part(name=".symtab", content=bytes(480), type=SYMTAB, link=5),
        Part(name=".strtab", content=b"\0name" * 20, type=STRTAB),
        Part(name=".data", content=b"data" * 50, address=0x5000, alignment=8),
        Part(name=".unknown", content=b"unknown" * 9, link=6),
    ]
)


def demand_harmless(content: bytes) -> bool:
    """Whether the file was stripped; then it must load the same."""
    outcome = strip_elf(content)
    if not isinstance(outcome, Stripped):
        return False
    written = b"".join(outcome.written(content))
    assert len(written) == outcome.size < len(content)
    assert memory_image(written) == memory_image(content)
    return True


def header_places(content: bytes) -> list[int]:
    """Where the bytes of all headers are."""
    at, count = *struct.unpack_from("<Q", content, 40), *struct.unpack_from("<H", content, 60)
    segments = struct.unpack_from("<H", content, 56)[0]
    return [*range(64 + 56 * segments), *range(at, at + 64 * count)]


@cache
def real_library() -> bytes:
    """A small module of this interpreter; the one made here where there is none of 64 bits."""
    folder = Path(sysconfig.get_config_var("DESTSHARED") or "absent")
    found = sorted(folder.glob("_bisect*.so"))
    content = found[0].read_bytes() if found else MADE
    return content if content[:6] == b"\x7fELF\x02\x01" else MADE


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_changed_headers_do_no_harm(data: st.DataObject) -> None:
    """Whatever a header says, a file is left alone or loads the same."""
    content = bytearray(data.draw(st.sampled_from([MADE, real_library()])))
    places = header_places(bytes(content))
    for _ in range(data.draw(st.integers(1, 4))):
        value = data.draw(st.sampled_from([0, 1, 2, 4, 8, 127, 128, 255]) | st.integers(0, 255))
        content[data.draw(st.sampled_from(places))] = value

    demand_harmless(bytes(content))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_cut_and_lengthened_files_do_no_harm(data: st.DataObject) -> None:
    """A file that ends early, or has more than it should, is left alone or loads the same."""
    content = data.draw(st.sampled_from([MADE, real_library()]))
    size = data.draw(st.integers(0, len(content)))
    extra = data.draw(st.binary(max_size=20))

    demand_harmless(content[:size] + extra)
    demand_harmless(content + extra)


@pytest.mark.parametrize("path", corpus_files(*CORPORA))
def test_files_of_others_do_no_harm(path: Path) -> None:
    """Odd files of every machine are left alone or load the same, whole and cut."""
    content = path.read_bytes()

    demand_harmless(content)
    for part in (1, 2, 3):
        demand_harmless(content[: len(content) * part // 4])


def test_mutants_are_stripped_when_they_are_sound() -> None:
    """The tests above would see nothing if every file were left alone."""
    assert demand_harmless(MADE)
