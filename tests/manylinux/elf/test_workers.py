"""Reading in another process: what comes of files, and of workers that end, stall or never start."""

import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from factories.elf import make_elf
from factories.linked import Part, make_linked
from manylinux.elf.facts import ElfFacts, Foreign, Unreadable
from manylinux.elf.records import FACTS_VERSION
from manylinux.elf.workers import LAYOUT_MEMORY, ElfReaders, worker_command
from manylinux.errors import EnvironmentFault

ELF = make_elf(needed=["libc.so.6"])


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
send(b'{FACTS_VERSION}')
sys.stdin.buffer.read(5)
{action}
"""
    return (sys.executable, "-I", "-c", program)


def test_reads_what_is_compiled_and_passes_over_the_rest(tmp_path: Path) -> None:
    """Files come in order, each by what it is; a text is not among them."""
    paths = write(
        tmp_path,
        a_so=ELF,
        b_txt=b"a text",
        c_so=ELF[:-1],
        d_pyd=b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x40) + b"PE\0\0",
        e_empty=b"",
        f_so=make_elf(needed=["libm.so.6"]),
    )
    with ElfReaders() as readers:
        found = list(readers.read_all(paths))

    assert [path.name for path, _ in found] == ["a.so", "c.so", "d.pyd", "f.so"]
    first, cut, foreign, last = (binary for _, binary in found)
    assert isinstance(first, ElfFacts)
    assert first.needed == ("libc.so.6",)
    assert isinstance(cut, Unreadable)
    assert cut.reason.startswith("cut off: ")
    assert foreign is Foreign.PE
    assert isinstance(last, ElfFacts)
    assert last.needed == ("libm.so.6",)


def test_reads_a_path_of_any_name(tmp_path: Path) -> None:
    """The name of a file does not matter, be it relative, with a line feed or no ASCII."""
    path = tmp_path / "ü name\nof two lines.so"
    path.write_bytes(ELF)
    with ElfReaders() as readers:
        absolute = readers.read(path)
        relative = readers.read(Path(os.path.relpath(path)))

    assert isinstance(absolute, ElfFacts)
    assert relative == absolute


def test_starts_no_worker_where_there_is_no_elf(tmp_path: Path) -> None:
    """A text and a file for another system are told without one, even where none could start."""
    text, mach_o = write(tmp_path, a_txt=b"text", b_dylib=struct.pack("<II", 0xFEEDFACF, 0x0100000C))
    with ElfReaders(command=("no such program",)) as readers:
        assert readers.read(text) is None
        assert readers.read(mach_o) is Foreign.MACH_O


def test_threads_may_share_the_readers(tmp_path: Path) -> None:
    """Several threads each get the facts of their own files."""
    paths = write(tmp_path, **{f"{number}_so": make_elf(soname=str(number)) for number in range(8)})
    found: dict[str, str | None] = {}
    with ElfReaders() as readers:

        def read(part: list[Path]) -> None:
            for path, binary in readers.read_all(part):
                found[path.stem] = binary.soname if isinstance(binary, ElfFacts) else None

        threads = [threading.Thread(target=read, args=(paths[start::4],)) for start in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert found == {str(number): str(number) for number in range(8)}


def test_a_file_on_which_the_worker_ends_twice_is_unreadable(tmp_path: Path) -> None:
    """A reader that crashes takes its file along and nothing else."""
    (path,) = write(tmp_path, a_so=ELF)
    with ElfReaders(command=impostor("sys.exit(1)")) as readers:
        found = readers.read(path)

    assert found == Unreadable(reason="corrupt: it ends the process that reads it")


def test_a_file_that_takes_too_long_is_unreadable(tmp_path: Path) -> None:
    """A reader that stalls is ended when its time is over."""
    (path,) = write(tmp_path, a_so=ELF)
    with ElfReaders(command=impostor("time.sleep(60)"), seconds=0.1) as readers:
        found = readers.read(path)

    assert found == Unreadable(reason="takes more than 0.1 s to read")


def test_a_worker_that_ended_between_files_is_replaced(tmp_path: Path) -> None:
    """Whatever ended a worker that had nothing to do, the next file is read."""
    marker = tmp_path / "a worker has ended"
    program = f"""
import pathlib, runpy, sys
marker = pathlib.Path({str(marker)!r})
if not marker.exists():
    marker.touch()
    sys.stdout.write("\\0\\0\\0\\x01{FACTS_VERSION}")
    sys.exit(1)
sys.argv = ["worker", "400000000"]
runpy.run_module("manylinux.elf.worker", run_name="__main__")
"""
    (path,) = write(tmp_path, a_so=ELF)
    with ElfReaders(command=(sys.executable, "-P", "-c", program)) as readers:
        found = readers.read(path)

    assert marker.exists()
    assert isinstance(found, ElfFacts)


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
    with ElfReaders(command=command) as readers, pytest.raises(EnvironmentFault) as caught:
        readers.read(path)

    assert evidence in "\n".join(caught.value.evidence)


def test_a_file_that_needs_too_much_memory_is_unreadable(tmp_path: Path) -> None:
    """The limit of memory holds, and the worker reads the next file."""
    pytest.importorskip("resource", reason="this system limits no memory of a process")
    if sys.platform == "darwin":
        pytest.skip("macOS does not limit the address space of a process")
    greedy, modest = write(tmp_path, a_so=make_elf(needed=["a" * 60_000_000]), b_so=ELF)
    with ElfReaders() as readers:
        found = dict(readers.read_all([greedy, modest]))

    assert found[greedy] == Unreadable(reason="needs more memory to read than any real library")
    assert isinstance(found[modest], ElfFacts)


def test_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    """A folder has nothing to read, and a pipe would keep its reader waiting."""
    paths = [tmp_path]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.so")
        paths.append(tmp_path / "pipe.so")
    with ElfReaders() as readers:
        found = list(readers.read_all(paths))

    assert found == []


def test_lief_is_imported_in_the_worker_alone() -> None:
    """Who starts readers does not pay for what they read with."""
    program = "import sys, manylinux.elf.workers; sys.exit('lief' in sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", program], check=False)

    assert done.returncode == 0


def test_an_absent_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    """What cannot be opened is no corrupt library."""
    with ElfReaders() as readers, pytest.raises(FileNotFoundError):
        readers.read(tmp_path / "absent.so")


def test_says_what_is_wrong_with_a_layout(tmp_path: Path) -> None:
    """A sound file has no fault; one whose segment lies where its address does not want it has, in words."""
    sound = make_linked([Part(name=".text", content=b"x" * 600, address=0)])
    crooked = bytearray(sound)
    struct.pack_into("<Q", crooked, 64 + 8, 1)
    paths = write(tmp_path, sound_so=sound, crooked_so=bytes(crooked))
    with ElfReaders(command=worker_command(LAYOUT_MEMORY)) as readers:
        faults = [readers.layout_fault(path) for path in paths]

    assert faults[0] is None
    assert faults[1]


def test_a_worker_that_ends_has_found_a_fault(tmp_path: Path) -> None:
    """Whom a file was too much for has not said that it is sound."""
    path = tmp_path / "a.so"
    path.write_bytes(ELF)
    with ElfReaders(command=impostor("sys.exit(1)")) as readers:
        fault = readers.layout_fault(path)

    assert fault == "corrupt: it ends the process that reads it"
