"""Names in libraries are changed in place, and the runtime's ceiling decides which."""

from pathlib import Path

import pytest

from factories.audits import make_policy
from factories.elf import make_elf
from manylinux.elf.facts import ElfFacts
from manylinux.elf.read import read_elf
from sweeps.oracle.ceilings import ceilings_of
from sweeps.oracle.renaming import elf_hash, names, renamed


def keep(name: str) -> str:
    return name


@pytest.mark.parametrize(
    ("runtime", "version", "hidden"),
    [
        ("python3.11", "GLIBC_2.26", "GLIBC_2.26"),
        ("python3.11", "GLIBC_2.27", "GLIBC_9.27"),
        ("python3.13", "GLIBC_2.34", "GLIBC_2.34"),
        ("python3.13", "GLIBC_2.35", "GLIBC_9.35"),
        ("python3.11", "GLIBCXX_3.4.24", "GLIBCXX_3.4.24"),
        ("python3.11", "GLIBCXX_3.4.25", "GLIBCXX_9.4.25"),
        ("python3.13", "GLIBCXX_3.4.33", "GLIBCXX_3.4.33"),
        ("python3.13", "GLIBC_ABI_DT_RELR", "GLIBC_@RI_DT_RELR"),
        ("python3.11", "GLIBC_PRIVATE", "GLIBC_PRIVATE"),
        ("python3.11", "CURL_OPENSSL_4", "CURL_OPENSSL_4"),
    ],
)
def test_hides_what_the_runtime_lacks(runtime: str, version: str, hidden: str) -> None:
    """A version beyond the runtime's gets another name, of the same length; every other keeps its own."""
    ceilings = ceilings_of(make_policy(runtime))

    assert ceilings.hidden(version) == hidden
    assert len(hidden) == len(version)


def test_hides_a_named_version_below_its_hash() -> None:
    """The loader has the hash of this version in its code, so the other name has the same."""
    assert elf_hash("GLIBC_@RI_DT_RELR") == elf_hash("GLIBC_ABI_DT_RELR")


def test_renames_versions_wherever_they_stand(tmp_path: Path) -> None:
    """Definitions and needs carry the new name and its hash, and the rest of the file is as it was."""
    library = tmp_path / "lib.so"
    content = make_elf(
        soname="libx.so.1",
        definitions=("GLIBC_2.26", "GLIBC_2.27"),
        needed=("libc.so.6",),
        needs={"libc.so.6": ("GLIBC_2.27", "GLIBC_2.2.5")},
    )
    library.write_bytes(content)

    changed = renamed(library, version=ceilings_of(make_policy("python3.11")).hidden, library=keep)
    library.write_bytes(changed)

    facts = read_elf(library)
    assert isinstance(facts, ElfFacts)
    assert facts.version_definitions == ("GLIBC_2.26", "GLIBC_9.27")
    assert facts.version_needs == {"libc.so.6": ("GLIBC_2.2.5", "GLIBC_9.27")}
    assert changed.count(elf_hash("GLIBC_9.27").to_bytes(4, "little")) == 2
    assert len(changed) == len(content)


def test_renames_libraries_wherever_they_stand(tmp_path: Path) -> None:
    """A library's name changes in what it is called, in what is needed, and in whose versions are wanted."""
    library = tmp_path / "lib.so"
    library.write_bytes(
        make_elf(soname="libb.so.1", needed=("liba.so.1", "libc.so.6"), needs={"liba.so.1": ("A_1",)})
    )

    library.write_bytes(
        renamed(
            library,
            version=keep,
            library=lambda name: name.replace("lib", "py-") if "c" not in name else name,
        )
    )

    facts = read_elf(library)
    assert isinstance(facts, ElfFacts)
    assert (facts.soname, facts.needed) == ("py-b.so.1", ("py-a.so.1", "libc.so.6"))
    assert facts.version_needs == {"py-a.so.1": ("A_1",)}


def test_refuses_a_name_of_another_length(tmp_path: Path) -> None:
    """Names stand in a table in which nothing can grow."""
    library = tmp_path / "lib.so"
    library.write_bytes(make_elf(soname="liba.so.1"))

    with pytest.raises(ValueError, match="differ in length"):
        renamed(library, version=keep, library=lambda name: f"{name}.0")


def test_tells_what_a_library_defines(tmp_path: Path) -> None:
    """Its versions without the one that is its own name."""
    library = tmp_path / "lib.so"
    library.write_bytes(make_elf(soname="liba.so.1", definitions=("A_1", "A_2"), needed=("libc.so.6",)))

    found = names(library)

    assert (found.soname, found.needed, found.defined) == ("liba.so.1", ("libc.so.6",), {"A_1"} | {"A_2"})
