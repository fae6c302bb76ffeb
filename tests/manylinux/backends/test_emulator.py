"""What CMake starts by the emulator: programs of this machine, never those of the target."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from manylinux.backends.zig import emulator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="zig builds on Linux")


def started(folder: Path, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    words = (sys.executable, "-I", "-S", str(emulator.__file__), "aarch64", str(folder / "notes"))
    return subprocess.run((*words, program, *arguments), capture_output=True, text=True, check=False)


def test_the_python_of_this_machine_is_started(tmp_path: Path) -> None:
    """Its answer and its status are handed on."""
    done = started(tmp_path, sys.executable, "-c", "print(6 * 7); raise SystemExit(3)")

    assert (done.returncode, done.stdout) == (3, "42\n")
    assert not (tmp_path / "notes").exists()


def test_a_program_of_the_target_is_not_and_that_is_noted(tmp_path: Path) -> None:
    """A build that goes on without its answer would be another than on the target."""
    program = tmp_path / "cmTC_1"
    program.write_bytes(b"\x7fELF\2\1\1" + bytes(11) + (183).to_bytes(2, "little") + bytes(44))
    program.chmod(0o755)
    done = started(tmp_path, str(program))

    assert done.returncode == emulator.CANNOT_RUN
    assert "cmTC_1 is a program for aarch64" in done.stderr
    assert json.loads((tmp_path / "notes").read_text()) == {
        "sources": [],
        "status": emulator.CANNOT_RUN,
        "wanted": str(program),
    }
