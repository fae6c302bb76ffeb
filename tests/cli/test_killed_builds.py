"""Builds whose lbuild is killed at one moment or another: by this machine's compilers, zig, in containers.

The next run is right, and nothing is left: no program, no folder, no container.
"""

import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from containers.image import IMAGE
from factories.commands import Room
from factories.engines import COMPILE, engine_with_image, native_files
from factories.processes import marked, wait_for
from factories.projects import pkg_info, tar_gz
from manylinux.backends.docker.bench import FOLDER_LABEL, LABEL

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
    reason="what runs is read in /proc, and loads here",
)
RUNTIME = f"python3.{sys.version_info[1]}"
HOOKS = {
    "asking for requirements": "def get_requires_for_build_wheel(settings=None):\n    sleep()\n",
    "preparing metadata": "def prepare_metadata_for_build_wheel(folder, settings=None):\n    sleep()\n",
    "compiling": "def build_wheel(folder, settings=None, metadata=None):\n    sleep()\n",
}
SLEEP = """
def sleep():
    print("HERE", flush=True)
    import subprocess
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    time.sleep(600)
"""
LOCAL = """
import os, platform, sys
from pathlib import Path
from builder.build import BuildIndex, BuildPolicy, PureBuilder
from factories.native_doors import door_to
from factories.targets import make_target
from manylinux.backends.building_python import BuildingPython
from manylinux.backends.local import Local
from prebuilt_index.store import Store

root, archive = Path(sys.argv[1]), Path(sys.argv[2])
target = make_target(f"python3.{sys.version_info[1]}", "x86_64")
python = BuildingPython(
    path=Path(sys.executable), version=platform.python_version(), machine="x86_64", glibc=target.glibc
)
path = os.environ["PATH"]
def plain(home):
    (home / "tmp").mkdir(parents=True, exist_ok=True)
    return {"PATH": path, "HOME": str(home), "TMPDIR": str(home / "tmp"), "LC_ALL": "C.UTF-8"}
local = Local(find_python=lambda minor: (python, ""), plain=plain, path=path)
builder = PureBuilder(
    store=Store.open(root / "store"), index=BuildIndex(no_index=True),
    policy=BuildPolicy(logs=root / "logs"), environ=dict(os.environ), native=door_to(local, target=target),
)
builder.metadata_of_sdist(archive, archive.name)
print(builder.from_sdist(archive, archive.name).filename)
"""
GCC = COMPILE.replace("cp39-cp39", "TAG").replace(
    '"TAG-linux_x86_64"', "'cp3%d-cp3%d-linux_x86_64' % (sys.version_info[1], sys.version_info[1])"
)
"""Compiles, whatever Python it is."""


def write_sdist(folder: Path, moment: str | None) -> Path:
    """A project with an extension; it sleeps at the moment, if there is one."""
    files = {**native_files(GCC), "PKG-INFO": pkg_info("demo", "1.0")}
    if moment is not None:
        files["backend.py"] += f"{SLEEP}\n{HOOKS[moment]}".encode()
    folder.mkdir()
    path = folder / "demo-1.0.tar.gz"
    path.write_bytes(tar_gz({f"demo-1.0/{name}": content for name, content in files.items()}))
    return path


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Where builds work."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def await_sleep(temporary: Path, process: subprocess.Popen[str]) -> None:
    """The build has come to its moment."""

    def sleeps() -> bool:
        assert process.poll() is None, process.communicate()
        return any(b"HERE" in log.read_bytes() for log in temporary.glob("lbuild-build-*/log"))

    wait_for(sleeps, 120)


def kill(process: subprocess.Popen[str]) -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.parametrize("moment", HOOKS)
def test_a_killed_build_by_this_machines_compilers(moment: str, tmp_path: Path, temporary: Path) -> None:
    """Its programs end with it; its folder goes with the next build."""
    environ = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}

    def start(archive: Path) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", LOCAL, str(tmp_path), str(archive)]
        return subprocess.Popen(
            words, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
        )

    with start(write_sdist(tmp_path / "slow", moment)) as process:
        await_sleep(temporary, process)
        kill(process)
    wait_for(lambda: not marked(str(temporary)))
    with start(write_sdist(tmp_path / "good", None)) as process:
        answer, told = process.communicate(timeout=120)

    assert process.returncode == 0, told
    assert answer.startswith("demo-1.0-")
    assert list(temporary.iterdir()) == []
    assert marked(str(temporary)) == []


def words(folder: Path, runtime: str, build: str, cache: Path) -> tuple[str, ...]:
    options = ("--build", build, "--runtime", runtime, "--arch", "x86_64", "--find-links", str(folder))
    return (
        "demo",
        *options,
        "-o",
        "b.zip",
        "--bytecode",
        "none",
        "--cache-dir",
        str(cache),
        "--slim",
        "none",
    )


def finish(room: Room, *words: str) -> None:
    """A run that goes well. A process of its own: who has asked for TMPDIR once does not ask again."""
    with room.start(*words, index=False, cache=False) as process:
        _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told


@pytest.mark.registry
@pytest.mark.parametrize("moment", HOOKS)
def test_a_killed_build_by_zig(
    moment: str, tmp_path: Path, temporary: Path, pytestconfig: pytest.Config
) -> None:
    """The command's; its compiler is fetched once and kept in pytest's cache."""
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("native-builds")
    environ = {**os.environ, "TMPDIR": str(temporary)}
    room = Room(folder=tmp_path, cache=cache, index=None, environ=environ)  # type: ignore[arg-type]  # not asked
    slow = words(write_sdist(tmp_path / "slow", moment).parent, RUNTIME, "zig", cache)
    with room.start(*slow, index=False, cache=False) as process:
        await_sleep(temporary, process)
        kill(process)
    wait_for(lambda: not marked(str(temporary)))
    good = words(write_sdist(tmp_path / "good", None).parent, RUNTIME, "zig", cache)
    finish(room, *good)

    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine_with_image() as client:
        yield client


def left(client: Any, folder: Path) -> list[Any]:
    """Containers of builds that work below the folder."""
    found = client.containers.list(all=True, filters={"label": LABEL})
    return [each for each in found if each.labels[FOLDER_LABEL].startswith(str(folder))]


@pytest.mark.parametrize("moment", HOOKS)
def test_a_killed_build_in_a_container(client: Any, moment: str, tmp_path: Path, temporary: Path) -> None:
    """The container goes with the next build in one."""
    (tmp_path / "pyproject.toml").write_text(f'[tool.lbuild.build]\n":all:" = {{image = "{IMAGE}"}}\n')
    environ = {**os.environ, "TMPDIR": str(temporary)}
    cache = tmp_path / "cache"
    room = Room(folder=tmp_path, cache=cache, index=None, environ=environ)  # type: ignore[arg-type]  # not asked
    slow = words(write_sdist(tmp_path / "slow", moment).parent, "python3.9", "docker", cache)
    with room.start(*slow, "--no-index", index=False, cache=False) as process:
        await_sleep(temporary, process)
        kill(process)
    assert len(left(client, temporary)) == 1
    good = words(write_sdist(tmp_path / "good", None).parent, "python3.9", "docker", cache)
    finish(room, *good, "--no-index")

    assert left(client, temporary) == []
    assert list(temporary.iterdir()) == []
