"""Asking lief in another process: what comes of files, and of workers that end, stall or never start."""

import struct
import subprocess
import sys
from pathlib import Path

import pytest

from factories.elf import make_elf
from factories.linked import Part, make_linked
from manylinux.elf.frames import GREETING
from manylinux.elf.layouts import LayoutReader
from manylinux.errors import EnvironmentFault

ELF = make_elf(needed=["libc.so.6"])
SOUND = make_linked([Part(name=".text", content=b"x" * 600, address=0)])


def write(folder: Path, **files: bytes) -> list[Path]:
    """Those files, in order; `_` in a name stands for a dot."""
    paths = []
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        paths.append(path)
    return paths


def impostor(action: str) -> tuple[str, ...]:
    """The command of a worker that greets, and then does `action` about the first request."""
    program = f"""
import sys, time
def send(message):
    sys.stdout.buffer.write(len(message).to_bytes(4, 'big') + message)
    sys.stdout.buffer.flush()
send({GREETING!r})
sys.stdin.buffer.read(5)
{action}
"""
    return (sys.executable, "-I", "-c", program)


def test_says_what_is_wrong_with_a_layout(tmp_path: Path) -> None:
    """A sound file has no fault; one whose segment lies where its address does not want it has, in words."""
    crooked = bytearray(SOUND)
    struct.pack_into("<Q", crooked, 64 + 8, 1)
    paths = write(tmp_path, sound_so=SOUND, crooked_so=bytes(crooked), text_so=b"no library at all")
    with LayoutReader() as layouts:
        faults = [layouts.fault(path) for path in paths]

    assert faults[0] is None
    assert faults[1]
    assert faults[2] == "it cannot be read"


def test_reads_a_path_of_any_name(tmp_path: Path) -> None:
    """The name of a file does not matter, be it with a line feed or no ASCII."""
    path = tmp_path / "ü name\nof two lines.so"
    path.write_bytes(SOUND)
    with LayoutReader() as layouts:
        assert layouts.fault(path) is None


def test_a_file_on_which_the_worker_ends_twice_has_a_fault(tmp_path: Path) -> None:
    """A reader that crashes takes its file along and nothing else; it has not said that the file is sound."""
    (path,) = write(tmp_path, a_so=ELF)
    with LayoutReader(command=impostor("sys.exit(1)")) as layouts:
        assert layouts.fault(path) == "corrupt: it ends the process that reads it"


def test_a_file_that_takes_too_long_has_a_fault(tmp_path: Path) -> None:
    """A reader that stalls is ended when its time is over."""
    (path,) = write(tmp_path, a_so=ELF)
    with LayoutReader(command=impostor("time.sleep(60)"), seconds=0.1) as layouts:
        assert layouts.fault(path) == "takes more than 0.1 s to read"


def test_a_worker_that_ended_between_files_is_replaced(tmp_path: Path) -> None:
    """Whatever ended a worker that had nothing to do, the next file is read."""
    marker = tmp_path / "a worker has ended"
    program = f"""
import pathlib, runpy, sys
marker = pathlib.Path({str(marker)!r})
if not marker.exists():
    marker.touch()
    sys.stdout.buffer.write(len({GREETING!r}).to_bytes(4, "big") + {GREETING!r})
    sys.exit(1)
sys.argv = ["worker", "2000000000"]
runpy.run_module("manylinux.elf.layout_worker", run_name="__main__")
"""
    (path,) = write(tmp_path, a_so=SOUND)
    with LayoutReader(command=(sys.executable, "-P", "-c", program)) as layouts:
        assert layouts.fault(path) is None
    assert marker.exists()


@pytest.mark.parametrize(
    ("command", "evidence"),
    [
        (("no such program",), "no such program"),
        ((sys.executable, "-I", "-c", "raise SystemExit('lief is missing')"), "lief is missing"),
        ((sys.executable, "-I", "-c", "print('something else')"), ""),
    ],
)
def test_a_worker_that_cannot_start_is_a_fault_of_the_machine(
    tmp_path: Path, command: tuple[str, ...], evidence: str
) -> None:
    """No file is blamed where the reader itself is broken; what it said is told."""
    (path,) = write(tmp_path, a_so=ELF)
    with LayoutReader(command=command) as layouts, pytest.raises(EnvironmentFault) as caught:
        layouts.fault(path)

    assert evidence in "\n".join(caught.value.evidence)


def test_the_limit_of_memory_holds(tmp_path: Path) -> None:
    """A file that needs more has a fault, and the worker reads the next one."""
    pytest.importorskip("resource", reason="this system limits no memory of a process")
    if sys.platform == "darwin":
        pytest.skip("macOS does not limit the address space of a process")
    greedy, modest = write(tmp_path, a_so=make_elf(needed=["a" * 100_000_000]), b_so=SOUND)
    program = """
import runpy, sys
sys.argv = ["worker", "300000000"]
runpy.run_module("manylinux.elf.layout_worker", run_name="__main__")
"""
    with LayoutReader(command=(sys.executable, "-P", "-c", program)) as layouts:
        faults = [layouts.fault(greedy), layouts.fault(modest)]

    assert faults == ["needs more memory to read than any real library", None]


def test_lief_is_imported_in_the_worker_alone() -> None:
    """Who asks does not pay for what answers."""
    program = "import sys, manylinux.elf.layouts, manylinux.elf.read; sys.exit('lief' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", program], check=False)

    assert done.returncode == 0
