"""What becomes of a compiler's command line before zig sees it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from manylinux.backends.zig import compiler

TARGET = ["-target", "aarch64-linux-gnu.2.34", "-O2"]
LAST = ["-g0"]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, object]:
    """Of a build in `own`, on a machine whose Python has its headers in `python`."""
    for name in ("own/include", "own/lib", "python/cpython", "system"):
        (tmp_path / name).mkdir(parents=True)
    return {
        "machine": "aarch64",
        "first": TARGET,
        "last": LAST,
        "own": [os.path.realpath(tmp_path / "own")],
        "includes": [os.path.realpath(tmp_path / "python")],
        "headers": "/headers",
        "notes": str(tmp_path / "notes"),
        "zig": "false",
    }


def words(line: str, settings: dict[str, object], mode: str = "cc") -> list[str]:
    """What lbuild makes of a line, without what it always adds."""
    found = compiler.line(mode, line.split(), settings)
    assert found[1 : 1 + len(TARGET)] == TARGET
    end = [*LAST, "-s"] if found[-1] == "-s" else LAST
    assert found[-len(end) :] == end
    return found[1 + len(TARGET) : -len(end)]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("-c a.c -g -O3", "-c a.c -O3"),
        ("-c a.c -ggdb3 -gdwarf-4 -g0", "-c a.c -g0"),
        ("-c a.c -march=native -mtune=haswell -mcpu=native", "-c a.c"),
        ("-c a.c -march=armv8-a+crc", "-c a.c -mcpu=generic+v8a+crc"),
        ("-c a.c -march=armv8.2-a", "-c a.c -mcpu=generic+v8_2a"),
        ("-c a.c -march=x86-64-v3", "-c a.c -mcpu=x86_64_v3"),
        ("-c a.c -target x86_64-linux-gnu --target=riscv64", "-c a.c"),
        ("-c a.c -D X=1 -DY -include z.h", "-c a.c -D X=1 -DY -include z.h"),
        ("-shared a.o -flto=auto -fuse-ld=gold -static-libgcc", "-shared a.o"),
        ("-shared a.o -specs=/usr/lib/rpm/hardened", "-shared a.o"),
        ("-shared a.o -s", "-shared a.o"),
        ("-shared a.o -Wl,--exclude-libs,ALL", "-shared a.o"),
        ("-shared a.o -Wl,-Bsymbolic-functions,-z,now", "-shared a.o -Wl,-z,now"),
        ("-shared a.o -Wl,-Map=x.map -Wl,--gc-sections", "-shared a.o -Wl,--gc-sections"),
        ("-shared a.o -Wl,-rpath,/usr/lib", "-shared a.o"),
        ("-shared a.o -Wl,-rpath=/a:$ORIGIN/x.libs", "-shared a.o -Wl,-rpath,$ORIGIN/x.libs"),
        ("-shared a.o -Xlinker -rpath -Xlinker /opt/x -R/opt/y", "-shared a.o"),
        ("-shared a.o -Wl,--version-script=x.map", "-shared a.o -Wl,--version-script=x.map"),
    ],
)
def test_words_zig_would_take_wrong_are_changed(line: str, kept: str, settings: dict[str, object]) -> None:
    """The rest stays as it is, in its order; debug information has lost the last word."""
    assert words(line, settings) == kept.split()


def test_folders_of_this_machine_are_not_searched(
    settings: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A header or library found there would be of another glibc, or another machine."""
    monkeypatch.chdir(tmp_path / "own")
    line = (
        f"-c a.c -I/usr/include -I {tmp_path}/system -isystem /opt/x -L/usr/lib -Iinclude -I../system -Llib"
    )

    assert words(line, settings) == ["-c", "a.c", "-Iinclude", "-Llib"]


def test_a_link_out_of_the_build_leads_nowhere(settings: dict[str, object], tmp_path: Path) -> None:
    """A folder counts as what it is, not as it is called."""
    (tmp_path / "own/escape").symlink_to(tmp_path / "system")

    assert words(f"-c a.c -I{tmp_path}/own/escape", settings) == ["-c", "a.c"]


def test_headers_of_python_are_those_of_the_target(settings: dict[str, object], tmp_path: Path) -> None:
    """Whatever says where this machine's are."""
    line = f"-c a.c -I{tmp_path}/python -I{tmp_path}/python/cpython"

    assert words(line, settings) == ["-c", "a.c", "-I/headers", "-I/headers/cpython"]


def test_libraries_of_this_machine_are_refused_by_path(settings: dict[str, object], tmp_path: Path) -> None:
    """Left out they would be missing; linked they would be wrong."""
    for name in ("libz.so.1", "libz.a"):
        (tmp_path / "system" / name).touch()
        with pytest.raises(compiler.RefusedError, match="belongs to this machine"):
            compiler.line("cc", ["-shared", "a.o", f"{tmp_path}/system/{name}"], settings)


@pytest.mark.parametrize("line", ["-c a.cpp", "-c a.cc -o b.o", "-x c++ -c a", "-shared a.o -lstdc++"])
def test_c_plus_plus_is_compiled_as_such(line: str, settings: dict[str, object]) -> None:
    """distutils calls the C compiler for everything; zig's then has no C++ headers and no runtime."""
    assert compiler.line("cc", line.split(), settings)[0] == "c++"


def test_objects_tell_that_they_need_the_cpp_runtime(settings: dict[str, object], tmp_path: Path) -> None:
    """Linked as C, a module would lack the runtime and fail at import."""
    cpp, plain = tmp_path / "own/cpp.o", tmp_path / "own/plain.o"
    cpp.write_bytes(b"\x7fELF...\0__gxx_personality_v0\0")
    plain.write_bytes(b"\x7fELF...\0pow\0")

    assert compiler.line("cc", ["-shared", str(plain), str(cpp)], settings)[0] == "c++"
    assert compiler.line("cc", ["-shared", str(plain)], settings)[0] == "cc"
    assert compiler.line("cc", ["-c", str(cpp)], settings)[0] == "cc"


def test_only_what_links_is_stripped(settings: dict[str, object]) -> None:
    """`-s` is a word for the linker, and stands last."""
    assert compiler.line("cc", ["-shared", "a.o", "-g"], settings)[-1] == "-s"
    assert compiler.line("cc", ["-c", "a.c"], settings)[-1] != "-s"
    assert compiler.line("cc", ["--version"], settings)[-1] != "-s"


def test_a_link_that_tells_what_it_does_is_stripped_too(settings: dict[str, object]) -> None:
    """CMake's first question; unstripped it would have zig compile its C++ library once more: a minute."""
    assert compiler.line("c++", ["-v", "-Wl,-v", "a.o", "-o", "a"], settings)[-1] == "-s"


def test_response_files_are_read(settings: dict[str, object], tmp_path: Path) -> None:
    """What stands in one is looked at like the rest."""
    file = tmp_path / "own/words"
    file.write_text('-c "a b.c" -march=native -I/usr/include')
    found = compiler.line("cc", compiler.expanded([f"@{file}"]), settings)

    assert found[1 + len(TARGET) : -1] == ["-c", "a b.c"]


def run(settings: dict[str, object], tmp_path: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """The script, as a build runs it."""
    path = tmp_path / "settings.json"
    path.write_text(json.dumps(settings))
    command = (sys.executable, "-I", "-S", str(compiler.__file__), str(path), *words)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_did_not_compile_is_noted(settings: dict[str, object], tmp_path: Path) -> None:
    """Whatever the backend makes of the failure."""
    done = run(settings, tmp_path, "cc", "-c", f"{tmp_path}/own/a.c")

    assert done.returncode == 1
    assert json.loads((tmp_path / "notes").read_text()) == {
        "sources": [os.path.realpath(tmp_path / "own/a.c")],
        "status": 1,
    }


def test_programs_about_libraries_of_this_machine_refuse(settings: dict[str, object], tmp_path: Path) -> None:
    """They say why, so that the cause of a failure can be told."""
    done = run(settings, tmp_path, "refuse", "pg_config", "use another")

    assert done.returncode == 127
    assert "pg_config of this machine is not the target's: use another" in done.stderr


def test_pkg_config_is_there_and_knows_no_library(settings: dict[str, object], tmp_path: Path) -> None:
    """CMake takes one that does not run for a fault even where it is optional, and a semicolon for a list."""
    version = run(settings, tmp_path, "refuse", "pkg-config", "use another", "--version")
    asked = run(settings, tmp_path, "refuse", "pkg-config", "use another", "--exists", "libzmq")

    assert (version.returncode, version.stdout) == (0, "0.29.2\n")
    assert asked.returncode == 1
    assert ";" not in asked.stderr
