"""Libraries put into real wheels: they load from there, and from nowhere else."""

import hashlib
import shutil
import zipfile
from pathlib import Path

import pytest

from factories.built import (
    LINUX,
    MINOR,
    SUFFIX,
    answer,
    make_built,
    make_libraries,
    make_module,
    native_target,
    unpacked,
)
from factories.elf import AARCH64, X86_64, make_elf
from factories.wheels import write_wheel, zipped
from manylinux.elf.facts import ElfFacts
from manylinux.elf.layouts import LayoutReader
from manylinux.elf.read import read_elf
from manylinux.errors import GraftError, WheelNeedsMoreError
from manylinux.repair import LibrarySource, repair
from manylinux.repair.grafting import grafted_name
from manylinux.strip.strip import Stripped, strip_elf
from prebuilt_index.wheel_archive.verify import verify_wheel


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    native_target()
    return make_libraries(tmp_path_factory.mktemp("sysroot"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, libraries: Path) -> Path:
    return make_built(tmp_path_factory.mktemp("built"), libraries)


@pytest.fixture(scope="module")
def repaired(
    tmp_path_factory: pytest.TempPathFactory, libraries: Path, built: Path, layouts: LayoutReader
) -> Path:
    """The wheel with its libraries."""
    # glibc's own is there too, as in every sysroot, and must be left where it is.
    (libraries / "usr/lib/libc.so.6").write_bytes(b"\x7fELF")
    folder = tmp_path_factory.mktemp("out")
    found = repair(built, native_target(), folder, LibrarySource.of(libraries), layouts=layouts)

    assert [graft.needed for graft in found.grafted] == ["libinner.so.1", "libouter.so.2"]
    assert found.compiled == 3
    assert [graft.asked_by for graft in found.grafted] == [
        (found.grafted[1].path,),
        (f"demo/sub/_core{SUFFIX}",),
    ]
    return found.path


def facts_of(path: Path) -> ElfFacts:
    found = read_elf(path)
    assert isinstance(found, ElfFacts)
    return found


def test_a_repaired_wheel_loads_by_itself(
    tmp_path: Path, libraries: Path, built: Path, repaired: Path
) -> None:
    """The module, its library and that one's library come from the wheel: the originals are not there."""
    usr = libraries / "usr"
    usr.rename(libraries / "away")
    try:
        alone = answer(unpacked(built, tmp_path / "before"), "demo.sub._core")
        whole = answer(unpacked(repaired, tmp_path / "after"), "demo.sub._core")
    finally:
        (libraries / "away").rename(usr)

    assert "libouter.so.2: cannot open shared object file" in alone
    assert whole == "42"


def test_what_is_written_is_what_auditwheel_would_write(
    tmp_path: Path, libraries: Path, repaired: Path
) -> None:
    """Names with digests, RPATH from each file to the libraries, nothing of the machine that built it."""
    folder = unpacked(repaired, tmp_path)
    module = facts_of(folder / f"demo/sub/_core{SUFFIX}")
    usr = libraries / "usr/lib"
    digests = {
        name: hashlib.sha256((usr / name).read_bytes()).hexdigest()[:8]
        for name in ("libouter.so.2", "libinner.so.1.0")
    }
    outer, inner = f"libouter-{digests['libouter.so.2']}.so.2", f"libinner-{digests['libinner.so.1.0']}.so.1"

    assert sorted(path.name for path in (folder / "demo.libs").iterdir()) == [inner, outer]
    assert module.needed[0] == outer
    assert (module.rpath, module.runpath) == (("$ORIGIN/../../demo.libs",), ())
    grafted = facts_of(folder / "demo.libs" / outer)
    assert (grafted.soname, grafted.needed[0], grafted.rpath) == (outer, inner, ("$ORIGIN",))
    assert grafted.version_needs[inner] == ("INNER_1",)
    assert facts_of(folder / "demo.libs" / inner).soname == inner
    assert all(str(libraries).encode() not in strings(path) for path in folder.rglob("*.so*"))


def strings(path: Path) -> bytes:
    """What of a file is loaded; debug information may name the folder it was compiled in."""
    content = path.read_bytes()
    found = strip_elf(content)
    return b"".join(found.written(content)) if isinstance(found, Stripped) else content


def test_a_repaired_wheel_survives_stripping(tmp_path: Path, repaired: Path) -> None:
    """Debug information goes from the module and the grafts, and they compute the same."""
    folder = unpacked(repaired, tmp_path)
    for path in folder.rglob("*.so*"):
        content = path.read_bytes()
        outcome = strip_elf(content)
        assert isinstance(outcome, Stripped), (path.name, outcome)
        path.unlink()
        path.write_bytes(b"".join(outcome.written(content)))

    assert answer(folder, "demo.sub._core") == "42"


def test_a_repaired_wheel_is_a_wheel(repaired: Path) -> None:
    """It keeps every rule that wheels of an index are held to, RECORD and tags among them."""
    verified = verify_wheel(repaired, repaired.name, hashlib.sha256(repaired.read_bytes()).hexdigest())
    with zipfile.ZipFile(repaired) as archive:
        told = archive.read("demo-1.0.dist-info/WHEEL").decode().splitlines()
        names = archive.namelist()
    tags = repaired.stem.split("-", 2)[2]

    assert not verified.root_is_purelib
    assert names[-1] == "demo-1.0.dist-info/RECORD"
    assert "linux" not in tags.split("-")[2].replace("manylinux", "")
    first, second, platforms = tags.split("-")
    assert [line for line in told if line.startswith("Tag: ")] == [
        f"Tag: {first}-{second}-{each}" for each in sorted(platforms.split("."))
    ]


def test_equal_content_gives_equal_bytes(
    tmp_path: Path, libraries: Path, built: Path, repaired: Path, layouts: LayoutReader
) -> None:
    """Whatever the order, the compression and the RECORD of the archive, and whatever folder it is in."""
    with zipfile.ZipFile(built) as archive:
        content = {name: archive.read(name) for name in reversed(archive.namelist())}
    other = tmp_path / "in" / built.name
    other.parent.mkdir()
    other.write_bytes(zipped(content, deflate=False))
    moved = shutil.copytree(libraries, tmp_path / "elsewhere", symlinks=True)
    found = repair(other, native_target(), tmp_path, LibrarySource.of(moved), layouts=layouts)

    assert found.path.read_bytes() == repaired.read_bytes()
    assert found.sha256 == hashlib.sha256(repaired.read_bytes()).hexdigest()


def test_a_repaired_wheel_stays_as_it_is(tmp_path: Path, repaired: Path, layouts: LayoutReader) -> None:
    """A second repair finds nothing to do."""
    found = repair(repaired, native_target(), tmp_path, layouts=layouts)

    assert found.filename == repaired.name
    assert found.path.read_bytes() == repaired.read_bytes()


@pytest.mark.parametrize("given", ["nothing", "half"])
def test_a_library_that_nobody_has_is_told(
    tmp_path: Path, libraries: Path, built: Path, layouts: LayoutReader, given: str
) -> None:
    """Without a place to take it from, or with one that lacks what it needs in turn; nothing is written."""
    half = LibrarySource.of(libraries / "usr/lib/libouter.so.2")
    source = None if given == "nothing" else half
    with pytest.raises(WheelNeedsMoreError) as caught:
        repair(built, native_target(), tmp_path, source, layouts=layouts)

    needs = "libouter.so.2" if given == "nothing" else "libinner.so.1"
    assert any(f"needs `{needs}`" in line for line in caught.value.evidence)
    assert list(tmp_path.iterdir()) == []


def test_a_library_of_another_project_may_be_left_out(
    tmp_path: Path, built: Path, layouts: LayoutReader
) -> None:
    """`allow` lets the wheel pass, and it still says so; the RPATH of the builder's folders goes."""
    found = repair(built, native_target(), tmp_path, allow={"missing-library"}, layouts=layouts)
    module = facts_of(unpacked(found.path, tmp_path / "x") / f"demo/sub/_core{SUFFIX}")

    assert [finding.code for finding in found.findings] == ["missing-library"]
    assert (module.rpath, module.runpath) == ((), ())
    assert module.needed[0] == "libouter.so.2"


def test_one_library_under_two_names_is_grafted_once(
    tmp_path: Path, libraries: Path, layouts: LayoutReader
) -> None:
    """A library is in the process once, whatever its names, or its data would be there twice."""
    usr = libraries / "usr/lib"
    first = make_module(tmp_path / f"_one{SUFFIX}", libraries)
    source = {f"_one{SUFFIX}": first, f"_two{SUFFIX}": first.replace(b"libouter.so.2", b"libother.so.2")}
    wheel = write_wheel(tmp_path, "demo", "1.0", source, tag=f"cp3{MINOR}-cp3{MINOR}-{LINUX}")
    twin = tmp_path / "libother.so.2"
    twin.symlink_to(usr / "libouter.so.2")
    found = repair(wheel, native_target(), tmp_path, LibrarySource.of(libraries, twin), layouts=layouts)

    assert len(found.grafted) == 2
    assert found.grafted[1].asked_by == (f"_one{SUFFIX}", f"_two{SUFFIX}")


def test_a_library_for_another_machine_is_passed_over(
    tmp_path: Path, libraries: Path, built: Path, layouts: LayoutReader
) -> None:
    """As the loader does: the next of that name is taken."""
    other = AARCH64 if native_target().architecture.machine == "x86_64" else X86_64
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    (wrong / "libouter.so.2").write_bytes(make_elf(machine=other, soname="libouter.so.2"))
    (wrong / "libinner.so.1").write_bytes(b"\x7fELF and nothing")
    source = LibrarySource.of(wrong, libraries)
    found = repair(built, native_target(), tmp_path, source, layouts=layouts)

    assert answer(unpacked(found.path, tmp_path / "x"), "demo.sub._core") == "42"


def test_a_program_of_the_wheel_finds_the_libraries_too(
    tmp_path: Path, libraries: Path, layouts: LayoutReader
) -> None:
    """`.data/scripts` becomes `bin/` beside the library folder, `.data/platlib` the folder itself."""
    core = make_module(tmp_path / f"_core{SUFFIX}", libraries)
    wheel = write_wheel(
        tmp_path,
        "demo",
        "1.0",
        {},
        tag=f"cp3{MINOR}-cp3{MINOR}-{LINUX}",
        data={f"platlib/deep/er/_core{SUFFIX}": core},
        data_scripts={"tool": core},
    )
    found = repair(wheel, native_target(), tmp_path, LibrarySource.of(libraries), layouts=layouts)
    folder = unpacked(found.path, tmp_path / "x")

    assert facts_of(folder / "demo-1.0.data/scripts/tool").rpath == ("$ORIGIN/../demo.libs",)
    deep = folder / f"demo-1.0.data/platlib/deep/er/_core{SUFFIX}"
    assert facts_of(deep).rpath == ("$ORIGIN/../../demo.libs",)
    with zipfile.ZipFile(found.path) as archive:
        assert archive.getinfo("demo-1.0.data/scripts/tool").external_attr >> 16 == 0o100755


def test_rpaths_that_stay_within_the_library_folder_stay(
    tmp_path: Path, libraries: Path, layouts: LayoutReader
) -> None:
    """What the wheel brings itself, and what another project brings, is found by it; other folders go."""
    usr = libraries / "usr/lib"
    own = (usr / "libouter.so.2").read_bytes(), (usr / "libinner.so.1.0").read_bytes()
    rpath = "-Wl,-rpath,$ORIGIN/own:$ORIGIN/../other/lib:$ORIGIN/../../lib:/opt/lib"
    core = make_module(tmp_path / f"_core{SUFFIX}", libraries, rpath)
    files = {
        f"demo/_core{SUFFIX}": core,
        "demo/own/libouter.so.2": own[0],
        "demo/own/libinner.so.1": own[1],
    }
    wheel = write_wheel(tmp_path, "demo", "1.0", files, tag=f"cp3{MINOR}-cp3{MINOR}-{LINUX}")
    found = repair(
        wheel, native_target(), tmp_path, LibrarySource.of(libraries), layouts=layouts,
        allow={"missing-library"},
    )  # fmt: skip
    folder = unpacked(found.path, tmp_path / "x")

    module = facts_of(folder / f"demo/_core{SUFFIX}")
    assert module.rpath[:2] == ("$ORIGIN/own", "$ORIGIN/../other/lib")
    assert not any("/../lib" in entry or entry.startswith("/") for entry in module.rpath)
    assert "libouter.so.2" in module.needed
    assert answer(folder, "demo._core") == "42"


def test_a_file_that_patchelf_damages_is_not_used(tmp_path: Path, layouts: LayoutReader) -> None:
    """One that has no sections is nothing patchelf can rewrite: the build ends, and says so."""
    target = native_target()
    machine = X86_64 if target.architecture.machine == "x86_64" else AARCH64
    module = make_elf(machine=machine, needed=["libx.so.1"], exports=["PyInit_m"])
    (tmp_path / "libx.so.1").write_bytes(make_elf(machine=machine, soname="libx.so.1"))
    wheel = write_wheel(tmp_path, "demo", "1.0", {f"m{SUFFIX}": module}, tag=f"cp3{MINOR}-cp3{MINOR}-{LINUX}")
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(GraftError, match=f"`m{SUFFIX}` cannot be rewritten"):
        repair(wheel, target, out, LibrarySource.of(tmp_path / "libx.so.1"), layouts=layouts)

    assert list(out.iterdir()) == []


def test_links_lead_nowhere_outside_of_a_folder(tmp_path: Path) -> None:
    """A sysroot's absolute links mean its own files, never this machine's; circles end."""
    root = tmp_path / "root"
    (root / "usr/lib").mkdir(parents=True)
    (root / "lib").symlink_to("/usr/lib")
    (root / "usr/lib/libreal.so.1").write_bytes(b"here")
    (tmp_path / "liboutside.so").write_bytes(b"outside")
    for name, aim in {
        "libabsolute.so": "/lib/libreal.so.1",
        "libclimbing.so": "../../../../../../lib/libreal.so.1",
        "liboutside.so": "../../../liboutside.so",
        "libhost.so": str(tmp_path / "liboutside.so"),
        "libcircle.so": "libcircle.so",
        "libnowhere.so": "libabsent.so",
    }.items():
        (root / "usr/lib" / name).symlink_to(aim)
    source = LibrarySource.of(root)

    assert {name: [path.read_bytes() for path in paths] for name, paths in source.found.items()} == {
        "libreal.so.1": [b"here"],
        "libabsolute.so": [b"here"],
        "libclimbing.so": [b"here"],
    }
    assert source.candidates("/some/where/libreal.so.1") == source.candidates("libreal.so.1")


def test_a_grafted_name_holds_the_digest() -> None:
    assert grafted_name("libpq.so.5", "1a2b3c4d5e") == "libpq-1a2b3c4d.so.5"
    assert grafted_name("libodd", "1a2b3c4d5e") == "libodd-1a2b3c4d"
