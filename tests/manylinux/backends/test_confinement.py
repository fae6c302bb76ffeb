"""Builds have no network, and end with lbuild."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from manylinux.backends.confinement import can_confine, confined

PATH = os.environ.get("PATH", os.defpath)
pytestmark = pytest.mark.skipif(not can_confine(PATH), reason="this machine lets nobody shut a network off")


def test_a_confined_program_has_no_network(tmp_path: Path) -> None:
    """Not even loopback leads anywhere; what it prints and writes arrives."""
    program = "import socket; print([name for _, name in socket.if_nameindex()])"
    program += f"; open({str(tmp_path / 'x')!r}, 'w').close()"
    command = confined((sys.executable, "-c", program), PATH)
    done = subprocess.run(command, check=True, capture_output=True, text=True)

    assert done.stdout.strip() == "['lo']"
    assert (tmp_path / "x").exists()


def test_its_status_is_that_of_the_program() -> None:
    """A failure must not look like success."""
    assert subprocess.run(confined(("sh", "-c", "exit 7"), PATH), check=False).returncode == 7


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs setpriv")
def test_it_ends_when_lbuild_is_killed(tmp_path: Path) -> None:
    """With all that it started."""
    command = confined(("sh", "-c", f"sleep 600 & echo x > {tmp_path}/runs; wait"), PATH)
    starter = f"import subprocess; subprocess.run({command!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", starter], env={**os.environ, "LBUILD_TEST": str(tmp_path)}
    )
    wait_for(lambda: (tmp_path / "runs").exists())
    assert marked(tmp_path)
    process.kill()
    process.wait()
    wait_for(lambda: not marked(tmp_path))


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + 30
    while not condition():  # type: ignore[operator]  # a function
        assert time.monotonic() < deadline
        time.sleep(0.01)


def marked(folder: Path) -> list[str]:
    """Processes that were started for the test and are not over."""
    wanted = f"LBUILD_TEST={folder}".encode()
    found = []
    for each in Path("/proc").iterdir():
        try:
            if each.name.isdigit() and wanted in (each / "environ").read_bytes():
                found.append(each.name)
        except OSError:
            continue
    return found
