from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factories.audits import make_elf, make_policy
from manylinux.audit.loader import Loader
from manylinux.elf.facts import Binary, ElfFacts, Foreign, Machine

TASK = "/var/task"
ARM = make_elf(machine=Machine.AARCH64, machine_name="AArch64")
LIB = make_elf(soname="libx.so")


def found(files: Mapping[str, Binary], *, load: str = "m.so", asking: str = "") -> dict[str, str | None]:
    """What `asking` gets when `load` is loaded; paths in /var/task without it."""
    loader = Loader(
        {f"{TASK}/{path}".replace(f"{TASK}//", "/"): each for path, each in files.items()}, make_policy()
    )
    return {
        name: path and path.removeprefix(f"{TASK}/")
        for each, name, path in loader.load(f"{TASK}/{load}")
        if each == f"{TASK}/{asking or load}"
    }


@dataclass(frozen=True, kw_only=True)
class Case:
    rule: str
    """What the source says."""
    module: ElfFacts
    libraries: Mapping[str, Binary] = field(default_factory=dict)
    gets: str | None
    at: str = "m.so"


CASES = [
    Case(rule="ld.so(8): LD_LIBRARY_PATH, here the runtime's own folder",
         module=make_elf("libz.so.1"), gets="/lib64/libz.so.1"),
    Case(rule="facts of Lambda: /var/task is in LD_LIBRARY_PATH",
         module=make_elf("libx.so"), libraries={"libx.so": LIB}, gets="libx.so"),
    Case(rule="facts of Lambda: /var/task/lib is in LD_LIBRARY_PATH",
         module=make_elf("libx.so"), libraries={"lib/libx.so": LIB}, gets="lib/libx.so"),
    Case(rule="facts of Lambda: /opt/lib is in LD_LIBRARY_PATH",
         module=make_elf("libx.so"), libraries={"/opt/lib/libx.so": LIB}, gets="/opt/lib/libx.so"),
    Case(rule="facts of Lambda: /var/task comes before /var/task/lib",
         module=make_elf("libx.so"), libraries={"libx.so": LIB, "lib/libx.so": LIB}, gets="libx.so"),
    Case(rule="facts of Lambda: the system's folders come before /var/task/lib",
         module=make_elf("libz.so.1"), libraries={"lib/libz.so.1": make_elf(soname="libz.so.1")},
         gets="/lib64/libz.so.1"),
    Case(rule="ld.so(8): no folder of the asking file by itself",
         module=make_elf("libx.so"), at="p/m.so", libraries={"p/libx.so": LIB}, gets=None),
    Case(rule="ld.so(8): RPATH before LD_LIBRARY_PATH",
         module=make_elf("libz.so.1", rpath=("$ORIGIN/p",)), libraries={"p/libz.so.1": LIB},
         gets="p/libz.so.1"),
    Case(rule="ld.so(8): LD_LIBRARY_PATH before RUNPATH",
         module=make_elf("libz.so.1", runpath=("$ORIGIN/p",)), libraries={"p/libz.so.1": LIB},
         gets="/lib64/libz.so.1"),
    Case(rule="ld.so(8): RUNPATH",
         module=make_elf("libx.so", runpath=("$ORIGIN/p",)), libraries={"p/libx.so": LIB}, gets="p/libx.so"),
    Case(rule="ld.so(8): RPATH is ignored where there is a RUNPATH",
         module=make_elf("libx.so", rpath=("$ORIGIN/p",), runpath=("$ORIGIN/q",)),
         libraries={"p/libx.so": LIB}, gets=None),
    Case(rule="ld.so(8): folders in order",
         module=make_elf("libx.so", rpath=("$ORIGIN/p", "$ORIGIN/q")),
         libraries={"p/libx.so": LIB, "q/libx.so": LIB}, gets="p/libx.so"),
    Case(rule="ld.so(8): $ORIGIN is the folder of the file that says it",
         module=make_elf("libx.so", rpath=("$ORIGIN/../p.libs",)), at="p/q/m.so",
         libraries={"p/p.libs/libx.so": LIB}, gets="p/p.libs/libx.so"),
    Case(rule="ld.so(8): ${ORIGIN} is the same",
         module=make_elf("libx.so", runpath=("${ORIGIN}/../p.libs",)), at="p/m.so",
         libraries={"p.libs/libx.so": LIB}, gets="p.libs/libx.so"),
    Case(rule="ld.so(8): $LIB is lib64 here",
         module=make_elf("libx.so", rpath=("$ORIGIN/$LIB",)), libraries={"lib64/libx.so": LIB},
         gets="lib64/libx.so"),
    Case(rule="ld.so(8): $PLATFORM is the processor",
         module=make_elf("libx.so", rpath=("$ORIGIN/${PLATFORM}",)), libraries={"x86_64/libx.so": LIB},
         gets="x86_64/libx.so"),
    Case(rule="glibc dl-load.c: an empty entry is the working directory",
         module=make_elf("libx.so", rpath=("",)), at="p/m.so", libraries={"libx.so": LIB}, gets="libx.so"),
    Case(rule="glibc dl-load.c: a relative entry starts at the working directory",
         module=make_elf("libx.so", rpath=("q",)), at="p/m.so", libraries={"q/libx.so": LIB},
         gets="q/libx.so"),
    Case(rule="ld.so(8): a name with a slash is a path, from the working directory",
         module=make_elf("q/libx.so"), at="p/m.so", libraries={"q/libx.so": LIB}, gets="q/libx.so"),
    Case(rule="glibc dl-load.c: tokens count in a name with a slash",
         module=make_elf("$ORIGIN/libx.so"), at="p/m.so", libraries={"p/libx.so": LIB}, gets="p/libx.so"),
    Case(rule="ld.so(8): a name with a slash is looked for nowhere else",
         module=make_elf("/nowhere/libz.so.1"), gets=None),
    Case(rule="glibc dl-load.c (open_verify): a file for another machine is passed over",
         module=make_elf("libx.so", rpath=("$ORIGIN/p", "$ORIGIN/q")),
         libraries={"p/libx.so": ARM, "q/libx.so": LIB}, gets="q/libx.so"),
    Case(rule="glibc dl-load.c (open_verify): what is no ELF file at all ends the search",
         module=make_elf("libx.so", rpath=("$ORIGIN/p", "$ORIGIN/q")),
         libraries={"p/libx.so": Foreign.MACH_O, "q/libx.so": LIB}, gets="p/libx.so"),
    Case(rule="glibc dl-load.c: what is in the process by this soname is not looked for",
         module=make_elf("libc.so.6", rpath=("$ORIGIN/p",)), libraries={"p/libc.so.6": LIB},
         gets="/lib64/libc.so.6"),
    Case(rule="the process is the interpreter's",
         module=make_elf("libpython3.13.so.1.0"), gets="/lib64/libpython3.13.so.1.0"),
    Case(rule="the interpreter's library of another minor is not there",
         module=make_elf("libpython3.12.so.1.0"), gets=None),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_a_library_is_found_where_the_loader_finds_it(case: Case) -> None:
    """One rule each, with its source."""
    (answer,) = found({case.at: case.module, **case.libraries}, load=case.at).values()

    assert answer == case.gets


def test_an_rpath_serves_what_its_file_has_loaded() -> None:
    """ld.so(8) leaves it open; glibc dl-load.c goes up the chain of loaders."""
    files = {
        "m.so": make_elf("liba.so", rpath=("$ORIGIN/p",)),
        "p/liba.so": make_elf("libb.so", soname="liba.so"),
        "p/libb.so": make_elf(soname="libb.so"),
    }

    assert found(files, asking="p/liba.so") == {"libb.so": "p/libb.so"}


def test_a_runpath_does_not_serve_what_its_file_has_loaded() -> None:
    """ld.so(8): RUNPATH is for direct needs only."""
    files = {
        "m.so": make_elf("liba.so", runpath=("$ORIGIN/p",)),
        "p/liba.so": make_elf("libb.so", soname="liba.so"),
        "p/libb.so": make_elf(soname="libb.so"),
    }

    assert found(files, asking="p/liba.so") == {"libb.so": None}


def test_a_runpath_of_its_own_keeps_a_file_from_the_rpath_of_its_loader() -> None:
    """glibc dl-load.c: the chain is not gone up where the asking file has a RUNPATH."""
    files = {
        "m.so": make_elf("liba.so", rpath=("$ORIGIN/p",)),
        "p/liba.so": make_elf("libb.so", soname="liba.so", runpath=("$ORIGIN/elsewhere",)),
        "p/libb.so": make_elf(soname="libb.so"),
    }

    assert found(files, asking="p/liba.so") == {"libb.so": None}


@pytest.mark.parametrize("soname", ["libb.so", None])
def test_what_a_sibling_loaded_serves(soname: str | None) -> None:
    """glibc loads breadth first, so `libb.so` is there by soname or by name when `liba.so` asks for it."""
    files = {
        "m.so": make_elf("liba.so", "libb.so", runpath=("$ORIGIN/p",)),
        "p/liba.so": make_elf("libb.so", soname="liba.so"),
        "p/libb.so": make_elf(soname=soname),
    }

    assert found(files, asking="p/liba.so") == {"libb.so": "p/libb.so"}


def test_what_comes_later_does_not_serve() -> None:
    """Breadth first: `libc.so` is asked for by `libb.so` only after `liba.so` asked in vain."""
    files = {
        "m.so": make_elf("liba.so", "libb.so", runpath=("$ORIGIN/p",)),
        "p/liba.so": make_elf("libd.so", soname="liba.so"),
        "p/libb.so": make_elf("libd.so", soname="libb.so", runpath=("$ORIGIN",)),
        "p/libd.so": make_elf(soname="libd.so"),
    }

    assert found(files, asking="p/liba.so") == {"libd.so": None}
    assert found(files, asking="p/libb.so") == {"libd.so": "p/libd.so"}


def test_a_soname_serves_in_place_of_the_name() -> None:
    """What was loaded as `libx.so` is there as its soname too."""
    files = {
        "m.so": make_elf("libx.so", "liby.so", runpath=("$ORIGIN/p",)),
        "p/libx.so": make_elf(soname="libx.so.1"),
        "p/liby.so": make_elf("libx.so.1", soname="liby.so"),
    }

    assert found(files, asking="p/liby.so") == {"libx.so.1": "p/libx.so"}


NAMES = st.sampled_from([f"lib{letter}.so" for letter in "abcde"])


@given(
    st.dictionaries(
        NAMES,
        st.tuples(st.lists(NAMES, max_size=4, unique=True), st.sampled_from([(), ("$ORIGIN",), ("/p", "")])),
        min_size=1,
    )
)
def test_loading_ends_and_asks_once(graph: dict[str, tuple[list[str], tuple[str, ...]]]) -> None:
    """However libraries need each other, every need of every loaded file is told once."""
    files = {
        f"/p/{name}": make_elf(*needs, soname=name, rpath=rpath) for name, (needs, rpath) in graph.items()
    }
    first = min(files)
    asked = [(path, name) for path, name, _ in Loader(files, make_policy()).load(first)]

    assert len(set(asked)) == len(asked)
    assert {path for path, _ in asked} <= set(files)
    assert [name for path, name in asked if path == first] == list(files[first].needed)
