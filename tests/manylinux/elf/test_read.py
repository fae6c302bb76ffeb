"""Facts read from sound files."""

from pathlib import Path

import pytest

from factories.elf import AARCH64, I386, POWERPC, X86_64, make_elf
from manylinux.elf.facts import ElfFacts, Kind, Machine, Segment
from manylinux.elf.read import read_elf


def facts(folder: Path, content: bytes) -> ElfFacts:
    """What is read from `content`, which must be readable."""
    path = folder / "library.so"
    path.write_bytes(content)
    found = read_elf(path)
    assert isinstance(found, ElfFacts), found
    return found


RUNPATH = 29

FULL = {
    "needed": ("libm.so.6", "libc.so.6", "libm.so.6"),
    "soname": "libx.so.1",
    "rpath": "$ORIGIN/../x.libs:/opt/lib",
    "runpath": "$ORIGIN:",
    "interpreter": "/lib64/ld-linux-x86-64.so.2",
    "needs": {"libc.so.6": ("GLIBC_2.17", "GLIBC_2.2.5"), "libm.so.6": ("GLIBC_2.29",)},
    "definitions": ("X_1", "X_2"),
    "imports": ("malloc", "Py_BuildValue", "_Py_Dealloc"),
    "exports": ("PyInit_x", "Pyramid", "x"),
}


@pytest.mark.parametrize(
    ("machine", "bits", "order"), [(X86_64, 64, "<"), (I386, 32, "<"), (AARCH64, 64, ">"), (POWERPC, 32, ">")]
)
def test_reads_every_name_of_either_class_and_byte_order(
    tmp_path: Path, machine: int, bits: int, order: str
) -> None:
    """All names come as the file has them, whatever its class and byte order are."""
    content = make_elf(machine=machine, bits=bits, order=order, **FULL)
    found = facts(tmp_path, content)

    assert found == ElfFacts(
        machine=Machine.X86_64 if machine == X86_64 else Machine.OTHER,
        machine_name=found.machine_name,
        kind=Kind.SHARED,
        size=len(content),
        interpreter="/lib64/ld-linux-x86-64.so.2",
        soname="libx.so.1",
        needed=("libm.so.6", "libc.so.6", "libm.so.6"),
        rpath=("$ORIGIN/../x.libs", "/opt/lib"),
        runpath=("$ORIGIN", ""),
        version_needs={"libc.so.6": ("GLIBC_2.17", "GLIBC_2.2.5"), "libm.so.6": ("GLIBC_2.29",)},
        version_definitions=("X_1", "X_2"),
        segments=(
            Segment(offset=0, address=0, file_size=len(content), memory_size=len(content), alignment=4096),
        ),
        python_imports=("Py_BuildValue", "_Py_Dealloc"),
        python_exports=("PyInit_x",),
    )


@pytest.mark.parametrize(
    ("machine", "bits", "order", "os_abi", "expected", "name"),
    [
        (X86_64, 64, "<", 0, Machine.X86_64, "x86-64"),
        (X86_64, 64, "<", 3, Machine.X86_64, "x86-64"),  # GNU extensions, as IFUNC
        (AARCH64, 64, "<", 0, Machine.AARCH64, "AArch64"),
        (X86_64, 32, "<", 0, Machine.OTHER, "x86-64 (32-bit)"),  # x32
        (AARCH64, 64, ">", 0, Machine.OTHER, "AArch64 (big-endian)"),
        (X86_64, 64, "<", 9, Machine.OTHER, "x86-64 (FreeBSD)"),
        (X86_64, 64, "<", 77, Machine.OTHER, "x86-64 (OS ABI 77)"),
        (I386, 32, "<", 0, Machine.OTHER, "i386"),
        (22, 64, ">", 0, Machine.OTHER, "s390 (64-bit)"),
        (9999, 64, "<", 0, Machine.OTHER, "machine 9999 (64-bit)"),
    ],
)
def test_tells_the_processor(
    tmp_path: Path, machine: int, bits: int, order: str, os_abi: int, expected: Machine, name: str
) -> None:
    """Only machine, class, byte order and system together make a processor of Lambda."""
    found = facts(tmp_path, make_elf(machine=machine, bits=bits, order=order, os_abi=os_abi))

    assert (found.machine, found.machine_name) == (expected, name)


@pytest.mark.parametrize(
    ("type", "interpreter", "soname", "dynamic", "kind"),
    [
        (1, None, None, (), Kind.OBJECT),
        (2, None, None, (), Kind.EXECUTABLE),
        (3, None, None, (), Kind.SHARED),
        (3, "/lib/ld.so", None, (), Kind.EXECUTABLE),
        (3, "/lib/ld.so", "libc.so.6", (), Kind.SHARED),  # it prints its version when run
        (3, None, None, [(0x6FFFFFFB, 0x08000000)], Kind.EXECUTABLE),  # static PIE
        (4, None, None, (), Kind.OTHER),
    ],
)
def test_tells_what_the_file_is_for(
    tmp_path: Path,
    type: int,
    interpreter: str | None,
    soname: str | None,
    dynamic: tuple[tuple[int, int], ...],
    kind: Kind,
) -> None:
    """A program is told from a library, also where both are ET_DYN."""
    found = facts(tmp_path, make_elf(type=type, interpreter=interpreter, soname=soname, dynamic=dynamic))

    assert found.kind is kind


@pytest.mark.parametrize(
    ("stack", "machine", "executable"),
    [
        ("rw", X86_64, False),
        ("rwx", X86_64, True),
        ("rwx", AARCH64, True),
        (None, X86_64, True),
        (None, AARCH64, False),
    ],
)
def test_tells_an_executable_stack(tmp_path: Path, stack: str | None, machine: int, executable: bool) -> None:
    """Without PT_GNU_STACK the architecture decides, as in glibc's stackinfo.h."""
    found = facts(tmp_path, make_elf(stack=stack, machine=machine))

    assert found.executable_stack is executable


@pytest.mark.parametrize(
    ("bits", "machine", "level"),
    [
        (None, X86_64, 1),
        (0b0000, X86_64, 1),
        (0b0001, X86_64, 1),
        (0b0011, X86_64, 2),
        (0b0111, X86_64, 3),
        (0b1000, X86_64, 4),
        (0xFFFFFFF0, X86_64, 1),  # bits of no known level
        (0b1111, AARCH64, 1),  # the property is of x86
    ],
)
def test_tells_the_level_of_x86(tmp_path: Path, bits: int | None, machine: int, level: int) -> None:
    """The level is that of the highest bit of GNU_PROPERTY_X86_ISA_1_NEEDED."""
    found = facts(tmp_path, make_elf(isa_bits=bits, machine=machine))

    assert found.isa_level == level


def test_leaves_out_what_is_weak(tmp_path: Path) -> None:
    """Weak versions and weak symbols may be missing, so that they are no needs; their library still is."""
    found = facts(
        tmp_path,
        make_elf(
            needs={"libc.so.6": ["GLIBC_2.17"]},
            weak_needs={"libc.so.6": ["GLIBC_2.99"], "libm.so.6": ["GLIBC_2.98"]},
            imports=["PyFloat_Type"],
            weak_imports=["PyUnstable_New"],
        ),
    )

    assert found.version_needs == {"libc.so.6": ("GLIBC_2.17",), "libm.so.6": ()}
    assert found.python_imports == ("PyFloat_Type",)


def test_takes_the_last_of_two_paths_and_none_from_an_empty_one(tmp_path: Path) -> None:
    """The loader keeps the last entry of a tag, and an empty path is no path."""
    content = make_elf(rpath="", runpath="/first", soname="/last", dynamic=[(RUNPATH, 1)])
    # The string table begins with an empty name and then the soname.
    found = facts(tmp_path, content)

    assert (found.rpath, found.runpath) == ((), ("/last",))


def test_reads_names_that_are_no_ascii(tmp_path: Path) -> None:
    """UTF-8 comes as it is, and other bytes of a needed name as escapes."""
    found = facts(tmp_path, make_elf(needed=["libé.so", "lib\udcff.so"], soname="libü.so"))

    assert found.needed == ("libé.so", "lib\\xff.so")
    assert found.soname == "libü.so"


def test_does_without_section_headers(tmp_path: Path) -> None:
    """Section headers that end beyond the file are no concern of the loader, nor of the facts."""
    content = bytearray(make_elf(needed=["libc.so.6"]))
    content[0x28:0x30] = (1 << 40).to_bytes(8, "little")
    content[0x3C:0x3E] = (40).to_bytes(2, "little")
    found = facts(tmp_path, bytes(content))

    assert found.needed == ("libc.so.6",)


@pytest.mark.parametrize(("bits", "base"), [(64, 1 << 22), (64, (1 << 64) - 4096), (32, (1 << 32) - 4096)])
def test_reads_tables_at_any_address(tmp_path: Path, bits: int, base: int) -> None:
    """Addresses are no offsets, and may be the last there are."""
    content = make_elf(bits=bits, base=base, needed=["libc.so.6"], needs={"libc.so.6": ["GLIBC_2.17"]})
    found = facts(tmp_path, content)

    assert found.needed == ("libc.so.6",)
    assert found.version_needs == {"libc.so.6": ("GLIBC_2.17",)}


def test_reads_a_table_that_nothing_follows_for_long(tmp_path: Path) -> None:
    """A table of unknown size is not taken to be all that is loaded after it."""
    content = make_elf(imports=["PyFloat_New"], needed=["libc.so.6"], gap=70_000_000)
    found = facts(tmp_path, content)

    assert found.python_imports == ("PyFloat_New",)


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """What cannot be opened is no corrupt library."""
    with pytest.raises(FileNotFoundError):
        read_elf(tmp_path / "absent.so")


def test_a_library_of_very_many_names_is_read_without_its_symbols(tmp_path: Path) -> None:
    """libtensorflow_cc has 82 MB of them, and is no module; what it needs is told all the same."""
    names = [f"Py{number}{'x' * 1_000_000}" for number in range(52)]
    path = tmp_path / "large.so"
    path.write_bytes(make_elf(needed=["libc.so.6"], soname="large.so", definitions=["V1"], imports=names))
    facts = read_elf(path)

    assert isinstance(facts, ElfFacts)
    assert (facts.needed, facts.soname, facts.version_definitions) == (("libc.so.6",), "large.so", ("V1",))
    assert facts.python_imports == ()
