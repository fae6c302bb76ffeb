"""Facts of files that no one here made, against what binutils says of them."""

import re
import shutil
import subprocess
import sysconfig
from collections.abc import Sequence
from pathlib import Path

import pytest

from factories.corpora import corpus, corpus_files
from manylinux.elf.facts import ElfFacts, Kind, Machine, Unreadable
from manylinux.elf.kinds import HEAD, is_elf
from manylinux.elf.read import read_elf

PYELFTOOLS = ("pyelftools/test/testfiles_for_readelf", "pyelftools/test/testfiles_for_unittests")

NO_SECTIONS = ("aarch64_super_stripped.elf", "x64_bad_sections.elf")
"""readelf finds versions by section headers, which these have not."""


def system_libraries() -> Sequence[object]:
    """A few libraries of this machine: extension modules of the interpreter, and what it is linked with."""
    folder = Path(sysconfig.get_config_var("DESTSHARED") or "absent")
    modules = sorted(folder.glob("_[bcs]*.so"))[:12]
    names = ("libc.so.6", "libstdc++.so.6", "libm.so.6", "libz.so.1", "libgcc_s.so.1", "libcrypto.so.3")
    places = [Path("/usr/lib/x86_64-linux-gnu"), Path("/usr/lib/aarch64-linux-gnu"), Path("/usr/lib64")]
    libraries = [place / name for name in names for place in places]
    found = [path for path in [*modules, *libraries] if path.is_file()]
    absent = pytest.param(Path(), id="absent", marks=pytest.mark.skip(reason="no libraries known here"))
    return [pytest.param(path, id=path.name) for path in found] or [absent]


@pytest.mark.parametrize("path", [*corpus_files(*PYELFTOOLS), *system_libraries()])
def test_says_what_readelf_says(path: Path) -> None:
    """Names, versions, segments and stack agree with `readelf`, for every class, machine and byte order."""
    readelf = shutil.which("readelf")
    if readelf is None:
        pytest.skip("no `readelf` on this machine")
    if not is_elf(path.read_bytes()[:HEAD]):
        pytest.skip("it is no ELF file")
    found = read_elf(path)
    if isinstance(found, Unreadable):
        pytest.skip(f"unreadable: {found.reason}")
    said = subprocess.run([readelf, "-dVlW", path], capture_output=True, check=False).stdout.decode()

    assert found.needed == tuple(re.findall(r"\(NEEDED\) .*\[(.*)\]$", said, re.MULTILINE))
    assert [found.soname] * bool(found.soname) == re.findall(r"\(SONAME\) .*\[(.*)\]$", said, re.MULTILINE)
    assert list(found.rpath) == paths("RPATH", said)
    assert list(found.runpath) == paths("RUNPATH", said)
    assert [found.interpreter] * bool(found.interpreter) == re.findall(r"interpreter: (.*)\]", said)
    if path.name not in NO_SECTIONS:
        assert dict(found.version_needs) == version_needs(said)
    assert list(found.version_definitions) == re.findall(r"Flags: none .*Name: (\S+)", said)
    assert [
        (each.offset, each.address, each.file_size, each.memory_size) for each in found.segments
    ] == loads(said)
    stacks = re.findall(r"^  GNU_STACK +(?:0x\w+ +){5}(\S+) ", said, re.MULTILINE)
    if stacks:
        assert found.executable_stack == ("E" in stacks[0])


def paths(tag: str, said: str) -> list[str]:
    """The list of a RPATH or RUNPATH line."""
    found = re.findall(rf"\({tag}\) .*\[(.*)\]$", said, re.MULTILINE)
    return found[-1].split(":") if found else []


def version_needs(said: str) -> dict[str, tuple[str, ...]]:
    """Library to versions, from the lines of the section of version needs."""
    needs: dict[str, tuple[str, ...]] = {}
    library = ""
    for line in said.splitlines():
        if found := re.search(r"Version: \d+  File: (\S+)  Cnt:", line):
            library = found[1]
            needs.setdefault(library, ())
        elif (found := re.search(r"Name: (\S+)  Flags: (.*?)  Version: ", line)) and "WEAK" not in found[2]:
            needs[library] = tuple(sorted({*needs[library], found[1]}))
    return needs


def loads(said: str) -> list[tuple[int, int, int, int]]:
    """Offset, address, file size and memory size of each LOAD line."""
    rows = re.findall(r"^  LOAD +(\S+) (\S+) \S+ (\S+) (\S+) ", said, re.MULTILINE)
    return [tuple(int(number, 16) for number in row) for row in rows]  # type: ignore[misc] - of four


@pytest.mark.parametrize("path", system_libraries())
def test_imports_and_exports_are_those_nm_lists(path: Path) -> None:
    """Symbols of CPython agree with `nm -D`, though they are counted by hash tables alone."""
    nm = shutil.which("nm")
    if nm is None:
        pytest.skip("no `nm` on this machine")
    said = subprocess.run(
        [nm, "-D", "--without-symbol-versions", path], capture_output=True, check=True
    ).stdout
    found = read_elf(path)

    assert isinstance(found, ElfFacts)
    lines = said.decode()
    assert list(found.python_imports) == sorted(re.findall(r" U (_?Py\w*)$", lines, re.MULTILINE))
    assert list(found.python_exports) == sorted(re.findall(r" T (PyInitU?_\w*)$", lines, re.MULTILINE))


@pytest.mark.parametrize(
    "path", corpus_files("packaging-elf/tests/manylinux", "packaging-elf/tests/musllinux")
)
def test_the_stubs_of_packaging_are_cut_off(path: Path) -> None:
    """Files of nothing but the first headers, some of them wrong, are unreadable, each for a reason."""
    if not is_elf(path.read_bytes()):
        pytest.skip("it is no ELF file")
    found = read_elf(path)

    assert isinstance(found, Unreadable)
    assert found.reason.startswith(("cut off: ", "corrupt: "))


@pytest.mark.parametrize(
    ("name", "machine", "kind"),
    [
        ("corrupt_sh.elf", Machine.OTHER, Kind.EXECUTABLE),  # section headers alone are wrong
        ("x64_bad_sections.elf", Machine.X86_64, Kind.EXECUTABLE),
        ("compressed_bad_size.o", Machine.X86_64, Kind.OBJECT),
        ("aarch64_be_gnu_hash.so.elf", Machine.OTHER, Kind.SHARED),
        ("aarch64_super_stripped.elf", Machine.AARCH64, Kind.EXECUTABLE),
        ("exe_solaris64_cc.elf", Machine.OTHER, Kind.EXECUTABLE),
        ("lib_versioned64.so.elf", Machine.X86_64, Kind.SHARED),
    ],
)
def test_odd_files_are_read_as_their_loader_would(name: str, machine: Machine, kind: Kind) -> None:
    """What is wrong with sections is no concern of the loader; what system a file is for is."""
    found = read_elf(corpus(f"{PYELFTOOLS[1]}/{name}"))

    assert isinstance(found, ElfFacts)
    assert (found.machine, found.kind) == (machine, kind)
