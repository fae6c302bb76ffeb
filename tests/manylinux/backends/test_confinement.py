"""Builds have no network, and end with lbuild."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from factories.processes import marked, wait_for
from manylinux.backends import confinement
from manylinux.backends.cell import landlock
from manylinux.backends.confinement import can_confine
from manylinux.backends.limits import Limits

PATH = os.environ.get("PATH", os.defpath)
pytestmark = pytest.mark.skipif(not can_confine(PATH), reason="this machine lets nobody shut a network off")


def confined(command: Sequence[str], folder: Path, limits: Limits | None = None) -> tuple[str, ...]:
    return confinement.confined(command, PATH, folder, limits or Limits())


def test_a_confined_program_has_no_network(tmp_path: Path) -> None:
    """Not even loopback leads anywhere; what it prints and writes arrives."""
    program = "import socket; print([name for _, name in socket.if_nameindex()])"
    program += f"; open({str(tmp_path / 'x')!r}, 'w').close()"
    command = confined((sys.executable, "-c", program), tmp_path)
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "['lo']"
    assert (tmp_path / "x").exists()


def test_its_status_is_that_of_the_program(tmp_path: Path) -> None:
    """A failure must not look like success."""
    assert subprocess.run(confined(("sh", "-c", "exit 7"), tmp_path), check=False).returncode == 7


DEEDS = """
import os, sys
def refusal(deed):
    try:
        deed()
    except OSError as error:
        return type(error).__name__
own, other = sys.argv[1:]
os.makedirs(own + "/a/b")
open(own + "/a/x", "w").close()
os.rename(own + "/a/x", own + "/a/b/x")
os.remove(own + "/a/b/x")
open("/dev/null", "w").close()
import multiprocessing
multiprocessing.Semaphore()
print(*map(refusal, [
    lambda: open(other + "/new", "w"), lambda: open(other + "/old", "a"), lambda: os.remove(other + "/old"),
    lambda: os.mkdir(other + "/folder"), lambda: os.rename(own + "/a", other + "/a"),
    lambda: os.truncate(other + "/old", 0),
]))
"""


@pytest.mark.skipif(not landlock(), reason="this kernel has no Landlock")
def test_it_writes_in_its_folder_only(tmp_path: Path) -> None:
    """There it may do whatever builds do; elsewhere nothing is made, changed, moved or removed."""
    own, other = tmp_path / "own", tmp_path / "other"
    for each in (own, other):
        each.mkdir()
    (other / "old").write_text("old")
    words = (sys.executable, "-c", DEEDS, str(own), str(other))
    done = subprocess.run(confined(words, own), check=True, capture_output=True, text=True)

    assert done.stdout.split() == ["PermissionError"] * 6
    assert [path.name for path in other.iterdir()] == ["old"]
    assert (other / "old").read_text() == "old"


def test_one_file_is_no_larger_than_all_may_be(tmp_path: Path) -> None:
    """What one process can exceed at once, the system itself stops."""
    words = ("sh", "-c", f"head -c 3000000 /dev/zero > {tmp_path}/large")
    done = subprocess.run(confined(words, tmp_path, Limits(written=2 << 20)), check=False)

    assert done.returncode
    assert (tmp_path / "large").stat().st_size == 2 << 20


def test_what_is_not_kept_from_a_build_is_told() -> None:
    """Where no program is that shuts a network off."""
    assert any("network" in line for line in confinement.gaps("/nowhere"))
    assert not any("network" in line for line in confinement.gaps(PATH))


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_it_ends_when_lbuild_is_killed(tmp_path: Path) -> None:
    """With all that it started."""
    command = confined(("sh", "-c", f"sleep 600 & echo x > {tmp_path}/runs; wait"), tmp_path)
    starter = f"import subprocess; subprocess.run({command!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", starter], env={**os.environ, "LBUILD_TEST": str(tmp_path)}
    )
    wait_for((tmp_path / "runs").exists)
    assert marked(f"LBUILD_TEST={tmp_path}")
    process.kill()
    process.wait()
    wait_for(lambda: not marked(f"LBUILD_TEST={tmp_path}"))
