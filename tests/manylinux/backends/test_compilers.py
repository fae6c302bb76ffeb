"""The scripts that stand before a system's compilers, run by this machine's shell."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from manylinux.backends.compilers import NOTES, write_compilers
from manylinux.backends.judging import Compilations

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or shutil.which("gcc") is None, reason="needs a shell and a C compiler"
)
PATH = os.environ.get("PATH", os.defpath)


def compile_with(folder: Path, *words: str) -> int:
    """The status of a call in `folder/source`."""
    place = folder / "compilers"
    environ = {"PATH": f"/nowhere/*:{place}:{PATH}", "TMPDIR": str(folder)}
    return subprocess.run(
        words, cwd=folder / "source", env=environ, check=False, capture_output=True
    ).returncode


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    for name, text in (("good.c", "int x;"), ("bad one.c", "#error no"), ("-odd.c", "int y;")):
        (tmp_path / "source" / name).write_text(text)
    write_compilers(tmp_path, PATH)
    return tmp_path


def test_what_became_of_each_source_is_noted(folder: Path) -> None:
    """Whatever else the line says; the program's own status comes back."""
    good = compile_with(folder, "gcc", "-c", "good.c", "-o", "good.o", '-DTEXT="a b"')
    bad = compile_with(folder, "gcc", "-c", str(folder / "source" / "bad one.c"))
    lines = [json.loads(line) for line in (folder / NOTES).read_text().splitlines()]

    assert (good, bad) == (0, 1)
    assert lines == [
        {"sources": [str(folder / "source" / "good.c")], "status": 0},
        {"sources": [str(folder / "source" / "bad one.c")], "status": 1},
    ]
    assert Compilations.of(folder / NOTES, folder / "source").failed() == ("bad one.c",)


def test_what_compiles_nothing_is_not_noted(folder: Path) -> None:
    """Questions, and links."""
    assert compile_with(folder, "gcc", "--version") == 0
    assert not (folder / NOTES).exists()


def test_only_compilers_that_are_there_have_a_script(folder: Path) -> None:
    """Builds look which there are."""
    names = {path.name for path in (folder / "compilers").iterdir()}

    assert "gcc" in names
    assert all(shutil.which(name, path=PATH) for name in names)
