"""Builds whose lbuild was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from builder.build import abandoned
from factories.projects import MakeBuilder, write_sdist

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="where a process runs is read in /proc")
BUILD = """
import os, sys
from pathlib import Path
from builder.build import BuildIndex, BuildPolicy, PureBuilder
from prebuilt_index.store import Store
root, archive = Path(sys.argv[1]), Path(sys.argv[2])
policy = BuildPolicy(logs=root / "logs", workdir=root / "work")
builder = PureBuilder(
    store=Store.open(root / "store"), index=BuildIndex(no_index=True), policy=policy,
    environ={"PATH": "/nowhere"},
)
builder.from_sdist(archive, archive.name)
"""


def runs(process: int) -> bool:
    """Whether it does; one that is dead and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_next_build_removes_what_a_killed_one_left(
    make_builder: MakeBuilder, tmp_path: Path, marker: Path
) -> None:
    """Its folder, and the backend that is still running in it; and the next build is right.

    No program is there that would end the backend with lbuild.
    """
    body = f"open({str(marker)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)"
    archive = write_sdist(tmp_path, "slow", "1.0", body)
    process = subprocess.Popen([sys.executable, "-c", BUILD, str(tmp_path), str(archive)])
    deadline = time.monotonic() + 60
    while not (marker.exists() and marker.read_text()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    backend = int(marker.read_text())
    assert runs(backend)
    (left,) = (tmp_path / "work").iterdir()
    good = write_sdist(tmp_path, "demo", "1.0")
    built = make_builder().from_sdist(good, good.name)

    assert built.filename == "demo-1.0-py3-none-any.whl"
    assert not left.exists()
    assert list((tmp_path / "work").iterdir()) == []
    assert not runs(backend)


def test_builds_that_live_are_left_alone(tmp_path: Path) -> None:
    """So are folders that were made this moment, and others' files."""
    living, new = tmp_path / f"{abandoned.PREFIX}a", tmp_path / f"{abandoned.PREFIX}b"
    dead = tmp_path / f"{abandoned.PREFIX}c"
    for each in (living, new, dead):
        each.mkdir()
    with abandoned.claimed(dead):
        pass
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (dead / "held").write_text(str(gone.pid))
    (tmp_path / f"{abandoned.PREFIX}link").symlink_to(living)
    with abandoned.claimed(living):
        abandoned.sweep(tmp_path)

        assert living.is_dir()
        assert new.is_dir()
        assert not dead.exists()
