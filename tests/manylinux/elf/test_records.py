"""Facts as bytes and back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from manylinux.elf.facts import Binary, ElfFacts, Foreign, Kind, Machine, Segment, Unreadable
from manylinux.elf.records import from_record, to_record

TEXT = some.text(max_size=12)
TEXTS = some.lists(TEXT, max_size=3).map(tuple)
NUMBER = some.integers(0, 2**64 - 1)
BINARIES = some.one_of(
    some.sampled_from(Foreign),
    some.builds(Unreadable, reason=TEXT),
    some.builds(
        ElfFacts,
        machine=some.sampled_from(Machine),
        machine_name=TEXT,
        kind=some.sampled_from(Kind),
        size=NUMBER,
        interpreter=some.none() | TEXT,
        soname=some.none() | TEXT,
        needed=TEXTS,
        rpath=TEXTS,
        runpath=TEXTS,
        version_needs=some.dictionaries(TEXT, TEXTS, max_size=3),
        version_definitions=TEXTS,
        segments=some.lists(
            some.builds(
                Segment, offset=NUMBER, address=NUMBER, file_size=NUMBER, memory_size=NUMBER, alignment=NUMBER
            ),
            max_size=3,
        ).map(tuple),
        executable_stack=some.booleans(),
        isa_level=some.integers(1, 4),
        python_imports=TEXTS,
        python_exports=TEXTS,
    ),
)


@given(binary=BINARIES)
def test_facts_survive_as_a_record(binary: Binary) -> None:
    """What is read from a record is what was made one."""
    record = to_record(binary)

    assert from_record(record) == binary
    assert b"\n" not in record


def test_equal_facts_make_equal_records() -> None:
    """The order in which libraries came is no part of a record."""
    needs = {"libc.so.6": ("GLIBC_2.17",), "libm.so.6": ("GLIBC_2.29",)}
    first = ElfFacts(
        machine=Machine.X86_64, machine_name="x86-64", kind=Kind.SHARED, size=1, version_needs=needs
    )
    second = replace(first, version_needs=dict(reversed(needs.items())))

    assert to_record(first) == to_record(second)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"\xff", b'{"elf": {}}', b'{"foreign": "COFF"}', b'{"unreadable": {"reason": 1}}'],
)
def test_refuses_what_is_no_record(content: bytes) -> None:
    """A damaged entry of a cache raises ValueError instead of becoming facts."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text is msgspec's
        from_record(content)
