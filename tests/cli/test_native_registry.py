"""Extension modules compiled with zig, by the command: for this machine's processor and for the other.

The compiler is fetched from the configured index, 101 MB, and kept in pytest's cache; what is built is new.
"""

import os
import platform
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from factories.commands import Outcome, Room
from factories.native_projects import DRIVERS, MODULE, driven_by, with_meson, with_rust, with_setuptools
from factories.targets import make_target
from manylinux.backends.cell import landlock
from manylinux.backends.zig.rust import missing

RUNTIME = f"python3.{sys.version_info[1]}"
pytestmark = [
    pytest.mark.registry,
    pytest.mark.skipif(
        sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
        reason="what is compiled is loaded here",
    ),
]


@pytest.fixture
def user(tmp_path: Path, pytestconfig: pytest.Config) -> Room:
    """A user with the machine's own pip configuration, and a cache that has the compiler after a test."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("native-builds")
    work = tmp_path / "work"
    work.mkdir()
    return Room(folder=work, cache=cache, index=None, environ=dict(os.environ))  # type: ignore[arg-type]  # not asked


def build(user: Room, archive: Path, arch: str = "x86_64", *words: str) -> Outcome:
    options = ("-o", "bundle.zip", "--runtime", RUNTIME, "--arch", arch, "--slim", "none", "--json")
    return user.lbuild(archive, *options, *words, index=False)


def modules(user: Room) -> dict[str, bytes]:
    """The compiled files of the bundle."""
    with zipfile.ZipFile(user.folder / "bundle.zip") as archive:
        return {name: archive.read(name) for name in archive.namelist() if ".so" in name}


def test_a_module_is_compiled_and_loads(user: Room, tmp_path: Path) -> None:
    """Without debug information, though the project asks for it; how it was built is in the report."""
    archive = with_setuptools(tmp_path, "extra_compile_args=['-g3', '-march=native'], extra_link_args=['-g']")
    done = build(user, archive)
    tried = user.lbuild("try", "bundle.zip", "--imports", "--runtime", RUNTIME, index=False)

    assert done.status == 0, done.stderr
    assert tried.status == 0, tried.stderr
    ((name, content),) = modules(user).items()
    assert name == f"demo/_native.cpython-3{sys.version_info[1]}-x86_64-linux-gnu.so"
    assert b".debug_info" not in content
    assert str(user.folder.parent).encode() not in content
    (compiled,) = done.report["compiled"]
    assert (compiled["package"], compiled["backend"]) == ("demo 1.0", "zig")
    assert "manylinux_2_" in compiled["wheel"]
    assert any(each.startswith("setuptools-") for each in compiled["requirements"])
    assert "native.c" in Path(compiled["log"]).read_text()


def test_a_second_run_compiles_nothing(user: Room, tmp_path: Path) -> None:
    """And tells the same."""
    archive = with_setuptools(tmp_path)
    first = build(user, archive)
    bytes_of_first = (user.folder / "bundle.zip").read_bytes()
    second = build(user, archive)

    assert first.report["compiled"] == second.report["compiled"]
    assert (user.folder / "bundle.zip").read_bytes() == bytes_of_first


def test_meson_builds_for_the_other_processor(user: Room, tmp_path: Path) -> None:
    """Modules are named for it: with a wrong name the build would end well, and the import fail on Lambda."""
    done = build(user, with_meson(tmp_path), "arm64")

    assert done.status == 0, done.stderr
    ((name, content),) = modules(user).items()
    assert name == f"demo/_native.cpython-3{sys.version_info[1]}-aarch64-linux-gnu.so"
    assert content[18:20] == (183).to_bytes(2, "little")
    assert done.report["findings"] == []


@pytest.mark.skipif(
    shutil.which("cmake") is None or not Path("/usr/include/zlib.h").exists(),
    reason="there is no CMake here, or no zlib for it to find",
)
def test_meson_finds_no_library_of_this_machine(user: Room, tmp_path: Path) -> None:
    """It asks CMake too, which would tell it of the machine's own; that the project can do without."""
    done = build(user, with_meson(tmp_path, optional="zlib"))

    assert done.status == 0, done.stderr
    (compiled,) = done.report["compiled"]
    assert "Found CMake: /" in Path(compiled["log"]).read_text()
    assert list(modules(user)) == [f"demo/_native.cpython-3{sys.version_info[1]}-x86_64-linux-gnu.so"]


@pytest.mark.parametrize("driver", DRIVERS)
def test_other_ways_to_the_compiler_lead_to_the_target_too(driver: str, user: Room, tmp_path: Path) -> None:
    """An old `setup.py`, a build script of poetry's, a hook of hatchling's, the newest CMake."""
    done = build(user, driven_by(tmp_path, driver), "arm64")

    assert done.status == 0, done.stderr
    assert list(modules(user)) == [f"demo/_native.cpython-3{sys.version_info[1]}-aarch64-linux-gnu.so"]


@pytest.mark.skipif(shutil.which("cargo") is None, reason="compiles Rust, and there is no cargo here")
def test_rust_is_compiled_and_names_no_folder(user: Room, tmp_path: Path) -> None:
    """What a panic tells of its source would be the folder of the build, another each time."""
    done = build(user, with_rust(tmp_path))
    tried = user.lbuild("try", "bundle.zip", "--imports", "--runtime", RUNTIME, index=False)

    assert done.status == 0, done.stderr
    assert tried.status == 0, tried.stderr
    (compiled,) = done.report["compiled"]
    assert compiled["notes"] == []
    ((name, content),) = modules(user).items()
    assert name == f"demo/_native.cpython-3{sys.version_info[1]}-x86_64-linux-gnu.so"
    assert b"./source/demo-1.0/vendored/helper/src/lib.rs" in content


def test_rust_is_compiled_for_the_other_processor(user: Room, tmp_path: Path) -> None:
    """What its crate runs while it builds is for this one."""
    if why := missing(make_target(RUNTIME, "arm64"), os.environ["PATH"]):
        pytest.skip(f"Rust for arm64 {why}")
    done = build(user, with_rust(tmp_path), "arm64")

    assert done.status == 0, done.stderr
    assert list(modules(user)) == [f"demo/_native.cpython-3{sys.version_info[1]}-aarch64-linux-gnu.so"]


def test_pure_python_for_want_of_a_module_is_refused(user: Room, tmp_path: Path) -> None:
    """setuptools says that it built the wheel."""
    archive = with_setuptools(tmp_path, "optional=True", native__c="#error no")
    done = build(user, archive, "x86_64", "--build", "zig")

    assert done.status == 5
    assert done.codes == ["pure-fallback"]
    assert "could not compile, and made pure Python: `native.c`" in done.stderr
    assert 'PROJECT = {pure = "accept"}' in done.stderr


def test_pure_python_for_want_of_a_module_may_be_accepted(user: Room, tmp_path: Path) -> None:
    """By configuration; what was left out is in the report. Others do not get what was kept."""
    archive = with_setuptools(tmp_path, "optional=True", native__c="#error no")
    (tmp_path / "links").mkdir()
    archive.rename(tmp_path / "links" / archive.name)
    words = ("demo", "--find-links", tmp_path / "links", "--build", "zig")
    words = (*words, "-o", "bundle.zip", "--runtime", RUNTIME, "--json")
    table = user.write("pyproject.toml", "[tool.lbuild.build]", 'demo = {pure = "accept"}')
    accepted = user.lbuild(*words, index=False)
    table.unlink()
    refused = user.lbuild(*words, index=False)

    assert accepted.status == 0, accepted.stderr
    (compiled,) = accepted.report["compiled"]
    assert any("pure Python, as is accepted" in note and "`native.c`" in note for note in compiled["notes"])
    assert (refused.status, refused.codes) == (5, ["pure-fallback"])


def test_libraries_of_this_machine_are_not_linked(user: Room, tmp_path: Path) -> None:
    """Whatever folder the project names; the error tells which library it was."""
    folder = "/usr/lib/x86_64-linux-gnu"
    extra = f"library_dirs=['{folder}'], extra_link_args=['-L{folder}', '-lz']"
    done = build(user, with_setuptools(tmp_path, extra))

    assert done.status == 5
    assert "it links the system's library `z`" in done.stderr


def test_a_missing_header_is_named_with_what_has_it(user: Room, tmp_path: Path) -> None:
    """Even where this machine has it."""
    done = build(user, with_setuptools(tmp_path, native__c=f"#include <libpq-fe.h>\n{MODULE}"))

    assert done.status == 5
    assert "libpq-devel" in done.stderr
    assert "--build docker" in done.stderr


def test_a_build_has_no_network(user: Room, tmp_path: Path) -> None:
    """What it wants from there, it does not get."""
    setup = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')"
    done = build(user, with_setuptools(tmp_path, setup__py=f"{setup}\n# ext_modules"))

    assert done.status == 5
    assert "URLError" in done.stderr


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_a_build_writes_in_its_own_folder_only(user: Room, tmp_path: Path) -> None:
    """What it writes elsewhere is named, and not there."""
    outside = tmp_path / "outside"
    setup = f"open({str(outside)!r}, 'w')"
    done = build(
        user, with_setuptools(tmp_path, setup__py=f"{setup}\n# ext_modules"), "x86_64", "--build", "zig"
    )

    assert done.status == 5
    assert f"it writes outside of its own folder: `{outside}`" in done.stderr
    assert not outside.exists()


def test_a_build_has_no_more_memory_than_is_allowed(user: Room, tmp_path: Path) -> None:
    """By configuration; the error tells how to allow it more."""
    user.write(
        "pyproject.toml", "[tool.lbuild.build]", '":all:" = {how = "zig", limits = {memory = "100MB"}}'
    )
    setup = "import time; held = bytearray(200 << 20); time.sleep(60)\n# ext_modules"
    done = build(user, with_setuptools(tmp_path, setup__py=setup))

    assert (done.status, done.codes) == (5, ["build-limit"])
    assert "it held more than 100 MB of memory" in done.stderr
    assert "limits = {memory = ...}" in done.stderr
    assert Path(done.report["error"]["log"]).is_file()


def test_nothing_is_compiled_where_that_is_forbidden(user: Room, tmp_path: Path) -> None:
    """For all projects or for one; on the command line, which goes before the configuration."""
    archive = with_setuptools(tmp_path)
    user.write("pyproject.toml", "[tool.lbuild.build]", '":all:" = "zig"')
    done = build(user, archive, "x86_64", "--build", "never")

    assert done.status == 5
    assert done.codes == ["native-build-needed"]


def test_a_function_that_the_runtimes_glibc_lacks_is_named(user: Room, tmp_path: Path) -> None:
    """It was linked without a word, as shared libraries may be; the import would fail."""
    native = MODULE.replace("pow(6.0, 2.0)", "strfromd_of_tomorrow()").replace(
        "static PyObject *answer", "double strfromd_of_tomorrow(void);\nstatic PyObject *answer", 1
    )
    done = build(user, with_setuptools(tmp_path, native__c=native))

    assert done.status == 5
    assert "uses `strfromd_of_tomorrow`, which neither glibc" in done.stderr
