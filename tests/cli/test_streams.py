"""Standard streams that are closed, full or left: no crash, and nothing of it in the bundle."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from factories.commands import SCRIPT, Outcome, Room, members
from factories.refusals import stock

CLOSED = {
    "stdin": "0<&-",
    "stdout": "1>&-",
    "stderr": "2>&-",
    "all three": "0<&- 1>&- 2>&-",
}


@pytest.mark.skipif(os.name != "posix", reason="the shell is POSIX's")
@pytest.mark.parametrize("closed", CLOSED.values(), ids=CLOSED)
def test_a_closed_standard_stream_is_no_crash(room: Room, closed: str) -> None:
    """Nothing meant for people ends up in the bundle, which may get the stream's number."""
    stock(room)
    done = shell(room, f"{{lbuild}} demo -o b.zip --json {closed}")

    assert done.status == 0
    assert "Traceback" not in done.stderr
    assert set(members(room.folder / "b.zip")) >= {"demo.py", "dep.py"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_a_full_stdout_is_an_error_of_its_own(room: Room) -> None:
    """A report that was lost is no success, and no bug."""
    stock(room)
    done = shell(room, "{lbuild} demo -o b.zip --json -q > /dev/full")

    assert (done.status, done.codes) == (6, ["output"])
    assert "Standard output" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_help_that_nobody_can_keep_is_no_bug(room: Room) -> None:
    done = shell(room, "{lbuild} --help > /dev/full")

    assert (done.status, done.codes) == (6, ["environment"]), done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has /dev/full")
def test_a_full_stderr_stops_no_work(room: Room) -> None:
    """It is for people; the bundle and the status are the result."""
    stock(room)
    done = shell(room, "{lbuild} demo -o b.zip --json 2> /dev/full")
    wrong = shell(room, "{lbuild} demo --runtime python2.7 -o b.zip 2> /dev/full")

    assert (done.status, wrong.status) == (0, 2)
    assert set(members(room.folder / "b.zip")) >= {"demo.py", "dep.py"}


@pytest.mark.skipif(os.name != "posix", reason="descriptors are POSIX's")
def test_an_error_that_nobody_reads_keeps_its_status(room: Room) -> None:
    """As of a typo in `lbuild ... 2>&1 | grep -q something`."""
    reading, writing = os.pipe()
    os.close(reading)
    done = room.process("demo", "--runtime", "python2.7", "-o", "b.zip", stderr=writing)
    os.close(writing)

    assert done.status == 2


@pytest.mark.skipif(os.name != "posix", reason="descriptors are POSIX's")
@pytest.mark.parametrize(
    "words", [("runtimes", "--json"), ("--help",), ("demo", "-o", "b.zip", "--json", "-q")]
)
def test_a_reader_that_leaves_is_no_crash(room: Room, words: Sequence[str]) -> None:
    """`lbuild ... | head -1` ends as other programs do, without a word of it."""
    stock(room)
    reading, writing = os.pipe()
    os.close(reading)
    ours = len(words) > 2
    done = room.process(*words, index=ours, cache=ours, stdout=writing)
    os.close(writing)

    assert (done.status, done.stderr) == (141, "")


def shell(room: Room, line: str) -> Outcome:
    """What a shell's line ends with; `{lbuild}` is the command with the room's index and cache."""
    options = f"--index-url {room.index.index_url} --cache-dir '{room.cache}'"
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("{lbuild}", f"'{SCRIPT}' {options}")],
        cwd=room.folder,
        env=dict(room.environ),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Outcome(status=done.returncode, stdout=done.stdout, stderr=done.stderr)
