"""What a build may use of this machine: each limit, exceeded, ends it with all that it started."""

import sys
from pathlib import Path

import pytest

from builder.build.choice import Wishes
from builder.errors import BuildLimitError
from factories.jobs import PretendBackend, plain_wheel
from factories.native_doors import door_to
from factories.processes import marked
from factories.projects import MakeBuilder, pkg_info, tar_gz, write_sdist
from manylinux.backends.limits import Limits
from manylinux.backends.port import Job

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a build uses is read in /proc")
MB = 1 << 20
EXCEEDING = {
    "seconds": ("import time; time.sleep(600)", Limits(seconds=1.0), "longer than 1 s"),
    "memory": (
        # In two processes: neither holds more than it may.
        "import os, time; os.fork(); held = bytearray(150 << 20); time.sleep(600)",
        Limits(memory=200 * MB),
        "held more than 200 MB of memory",
    ),
    "processes": (
        "import os, time\nfor _ in range(30):\n    os.fork() or time.sleep(600)\ntime.sleep(600)",
        Limits(processes=20),
        "more than 20 processes at a time",
    ),
    "written": (
        (
            "import time\nfor number in range(12):\n"
            "    open(f'part{number}', 'wb').write(bytes(1 << 20))\ntime.sleep(600)"
        ),
        Limits(written=10 * MB),
        "wrote more than 10 MB to its folder",
    ),
    "written at last": (
        "open('large', 'wb').write(bytes(12 << 20))",
        Limits(written=10 * MB),
        "wrote more than 10 MB to its folder",
    ),
}


def write_native(folder: Path) -> Path:
    files = {"setup.py": b"setup(ext_modules=[])", "demo.c": b"", "PKG-INFO": pkg_info("demo", "1.0")}
    path = folder / "demo-1.0.tar.gz"
    path.write_bytes(tar_gz({f"demo-1.0/{name}": body for name, body in files.items()}))
    return path


@pytest.mark.parametrize("name", EXCEEDING)
def test_what_exceeds_a_limit_is_ended(name: str, make_builder: MakeBuilder, tmp_path: Path) -> None:
    """The limit is named, with the log and how to raise it; no process and no folder is left."""
    program, limits, told = EXCEEDING[name]

    def work(job: Job) -> Path:
        command = (sys.executable, "-c", f"print('here', flush=True)\n{program}")
        job.run(command, cwd=job.folder, environ={"OF_THIS_TEST": str(tmp_path)})
        return plain_wheel(job)

    zig, docker = PretendBackend(name="zig", works=work), PretendBackend(name="docker")
    door = door_to(zig, docker, wishes=Wishes(limits=limits))
    archive = write_native(tmp_path)
    with pytest.raises(BuildLimitError) as error:
        make_builder(native=door).from_sdist(archive, archive.name)

    assert any(told in line for line in error.value.evidence), error.value.evidence
    assert "here" in Path(error.value.log or "").read_text()
    assert f"limits = {{{name.partition(' ')[0]} = " in (error.value.hint or "")
    assert docker.built == []  # it would only do the same
    assert marked(f"OF_THIS_TEST={tmp_path}") == []
    assert list((tmp_path / "work").iterdir()) == []


def test_what_stays_within_its_limits_is_left_alone(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Files that it reads and memory that it shares are not its own."""

    def work(job: Job) -> Path:
        program = "import os, time\nos.fork(), os.fork()\ntime.sleep(1.5)"
        job.run((sys.executable, "-c", program), cwd=job.folder, environ={})
        return plain_wheel(job)

    limits = Limits(processes=10, memory=200 * MB, written=10 * MB)
    door = door_to(PretendBackend(name="zig", works=work), wishes=Wishes(limits=limits))
    archive = write_native(tmp_path)

    assert make_builder(native=door).from_sdist(archive, archive.name).filename.startswith("demo-1.0")


def test_pure_python_has_limits_too(make_builder: MakeBuilder, tmp_path: Path) -> None:
    """Its time, above all."""
    archive = write_sdist(tmp_path, "demo", "1.0", "time.sleep(600)")
    with pytest.raises(BuildLimitError) as error:
        make_builder(timeout=1.0).from_sdist(archive, archive.name)

    assert error.value.code == "build-limit"
    assert "it took too long: longer than 1 s" in error.value.evidence
