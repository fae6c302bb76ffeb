"""Symbols that nothing defines, in real files linked here."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from manylinux.backends.undefined import unresolved

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("gcc") is None, reason="needs gcc for Linux"
)


def linked(folder: Path, name: str, source: str, *options: str) -> bytes:
    code = folder / f"{name}.c"
    code.write_text(source)
    output = folder / f"{name}.so"
    subprocess.run(["gcc", "-w", "-shared", "-fPIC", code, "-o", output, *options], check=True)
    return output.read_bytes()


def test_what_nothing_defines_is_found(tmp_path: Path) -> None:
    """glibc's symbols have versions, CPython's and weak ones are somebody else's affair."""
    source = "int forgotten(); int Py_IsTrue(); int maybe() __attribute__((weak)); int puts();"
    source += 'int f() { return forgotten() + Py_IsTrue() + (maybe ? maybe() : 0) + puts(""); }'
    files = {"a.so": linked(tmp_path, "a", source)}

    assert unresolved(files) == {"a.so": ("forgotten",)}


def test_another_file_of_the_wheel_may_define_it(tmp_path: Path) -> None:
    """A library beside the module, say."""
    files = {
        "a.so": linked(tmp_path, "a", "int given(); int f() { return given(); }"),
        "b.so": linked(tmp_path, "b", "int given() { return 1; }"),
    }

    assert unresolved(files) == {}


@pytest.mark.parametrize("size", [0, 4, 40, 64, 200, 1000, 5000])
def test_a_file_that_is_cut_off_says_nothing(size: int, tmp_path: Path) -> None:
    """Others judge it."""
    content = linked(tmp_path, "a", "int forgotten(); int f() { return forgotten(); }")

    assert unresolved({"a.so": content[:size], "text": b"hello"}) == {}
