"""Wheels made in containers of a real engine: what a build sees, may and may not, and what is left of it."""

import io
import json
import os
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builder.build.environment import FIXED
from builder.build.finishing import finished
from containers.image import IMAGE
from factories.engines import COMPILE, engine_with_image, native_files
from factories.jobs import make_job
from factories.targets import make_target
from manylinux.backends.docker.backend import Docker
from manylinux.backends.docker.bench import FOLDER_LABEL, HOST_LABEL, LABEL
from manylinux.backends.docker.wish import ImageWish
from manylinux.backends.limits import Limits
from manylinux.backends.port import BackendError, ExceededError, FellBackError, Job, Made
from manylinux.backends.project import project_of
from manylinux.errors import WheelNeedsMoreError
from manylinux.repair.values import Promise

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engine of the tests runs on Linux")
HOST = f"tests-{os.getpid()}"
LOOK = """
import json, os, socket
def refusal(deed):
    try:
        deed()
    except OSError as error:
        return type(error).__name__
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
seen = {
    "ids": [os.getuid(), os.getgid()], "groups": os.getgroups(), "cwd": os.getcwd(), "env": dict(os.environ),
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "privileges": status["NoNewPrivs"].strip(),
    "writing": [refusal(lambda: open(path + "/x", "w")) for path in ("/", "/etc", "/usr/lib", "/root")],
    "calling": refusal(lambda: socket.create_connection(("192.0.2.1", 80), timeout=5)),
    "files": sorted(os.listdir(".")), "settings": config_settings,
}
open("notes.txt", "a").close(), open("module.py", "a").close()
return wheel(wheel_directory, files={"seen.json": json.dumps(seen).encode()})
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with engine_with_image() as client:
        yield client


def backend(**options: Any) -> Docker:
    """The backend with the tests' image."""
    settings: dict[str, Any] = {"wish": ImageWish(image=IMAGE), **options}
    environ = {**os.environ, "AWS_SECRET_ACCESS_KEY": "a secret"}
    return Docker(environ=environ, fixed=FIXED, host=HOST, **settings)


def job_of(
    folder: Path, body: str = "return wheel(wheel_directory)", below: str = ".", **options: Any
) -> Job:
    """A job on a project with that backend, `below` its sources, for the image's Python."""
    files = {f"{below}/{name}": text.decode() for name, text in native_files(body, **options).items()}
    job = make_job(folder, make_target("python3.9"), **files)
    place = job.project.folder / below
    project = project_of("`demo`", place, backend="backend", backend_path=["."], requires=())
    return replace(job, project=project)


def left(client: Any) -> list[Any]:
    """Containers of these tests."""
    return list(client.containers.list(all=True, filters={"label": f"{HOST_LABEL}={HOST}"}))


def test_a_build_sees_nothing_of_the_machine(client: Any, tmp_path: Path) -> None:
    """Nobody, no capabilities, no network, nothing to write to but its own folder, no secrets; then gone."""
    job = replace(job_of(tmp_path, LOOK), settings={"key": ["a", "b"]})
    made = backend().build(job)
    with zipfile.ZipFile(made.wheel) as archive:
        seen = json.loads(archive.read("seen.json"))

    assert seen["ids"] == [65534, 65534]
    assert set(seen["groups"]) <= {65534}
    assert (seen["capabilities"], seen["privileges"]) == (0, "1")
    assert None not in seen["writing"]
    assert seen["calling"] == "OSError"  # the network is unreachable
    assert seen["cwd"] == "/lbuild/source"
    assert (seen["env"]["HOME"], seen["env"]["TMPDIR"]) == ("/lbuild/home", "/lbuild/home/tmp")
    assert FIXED.items() <= seen["env"].items()
    assert "a secret" not in seen["env"].values()
    assert str(tmp_path) not in str(seen)
    assert seen["settings"] == {"key": ["a", "b"]}
    assert "_demo.c" in seen["files"]
    assert any("nothing in it is compiled" in note for note in made.notes)
    assert left(client) == []


FAILING = {
    "sleeps": ("time.sleep(60)", "it took too long"),
    "talks": ("while True: print('x' * 1000)", "it printed more than 1048576 bytes"),
    "hoards": ("x = bytearray(300 << 20)", "more memory than its 100 MB"),
    "writes": (
        "[open(str(number), 'wb').write(bytes(4 << 20)) for number in range(10)]\ntime.sleep(60)",
        "it wrote more than 20 MB",
    ),
    "multiplies": ("while True: os.fork() or time.sleep(60)", "exit status 1"),
    "lies": ("wheel(wheel_directory)\nreturn 'other-1.0-py3-none-any.whl'", "says that it wrote 'other-1.0"),
}  # fmt: skip
EXCEEDING = ("sleeps", "talks", "hoards", "writes")


@pytest.mark.parametrize("name", FAILING)
def test_what_goes_wrong_is_told(client: Any, tmp_path: Path, name: str) -> None:
    """And no container is left."""
    body, told = FAILING[name]
    limits = Limits(memory=100 << 20, written=20 << 20, processes=50)
    job = replace(job_of(tmp_path, body), limits=limits)
    job = replace(job, deadline=time.monotonic() + (8 if name == "sleeps" else 60))
    with pytest.raises(BackendError, match=told) as error:
        backend().build(job)

    assert left(client) == []
    assert isinstance(error.value, ExceededError) is (name in EXCEEDING)


HOOK = """
def prepare_metadata_for_build_wheel(folder, settings):
    os.makedirs(folder + "/demo-1.0.dist-info")
    pathlib.Path(folder, "demo-1.0.dist-info", "METADATA").write_text("Name: demo")
    return "demo-1.0.dist-info"
"""


@pytest.mark.parametrize("hook", ["", HOOK])
def test_metadata_is_prepared_in_a_container(client: Any, tmp_path: Path, hook: str) -> None:
    """Where the project's backend does that; nothing is built."""
    job = job_of(tmp_path, "raise RuntimeError('a build')")
    script = job.project.folder / "backend.py"
    script.write_text(script.read_text() + hook)

    assert backend().metadata(job) == (b"Name: demo" if hook else None)
    assert left(client) == []


FALLING_BACK = """
import subprocess
tried = subprocess.run(["COMPILER", "-c", "./_demo.c", "-o", "_demo.o"])
assert tried.returncode
return wheel(wheel_directory)
"""


@pytest.mark.parametrize("compiler", ["gcc", "cc"], ids=["a broken source", "no compiler"])
def test_pure_python_for_want_of_a_module_is_refused(client: Any, tmp_path: Path, compiler: str) -> None:
    """The project says that it was built; the compilers, or what stands for them, have noted what failed."""
    job = job_of(tmp_path, FALLING_BACK.replace("COMPILER", compiler), includes="#error no")
    with pytest.raises(FellBackError, match=r"could not compile, and made pure Python: `_demo\.c`"):
        backend().build(job)

    assert ("compilers/cc: " in job.log.read_text()) is (compiler == "cc")  # the image has none
    assert left(client) == []


def test_what_stops_a_build_removes_its_container(client: Any, tmp_path: Path) -> None:
    """Another build has failed, say: what the pulse raises comes out."""

    class OtherFailedError(Exception):
        pass

    def pulse() -> None:
        if job.log.exists() and b"here" in job.log.read_bytes():
            assert len(left(client)) == 1
            raise OtherFailedError

    job = replace(job_of(tmp_path, "print('here', flush=True)\ntime.sleep(60)"), pulse=pulse)
    with pytest.raises(OtherFailedError):
        backend().build(job)

    assert left(client) == []


def test_containers_of_killed_builds_are_swept(client: Any, tmp_path: Path) -> None:
    """Those whose folder is gone; another build's, whose folder is there, stays."""
    labels = {LABEL: "1", HOST_LABEL: HOST}
    folders = {"dead": str(tmp_path / "gone"), "alive": str(tmp_path)}
    for folder in folders.values():
        client.containers.create(IMAGE, ["sleep", "60"], labels={**labels, FOLDER_LABEL: folder})
    backend().build(job_of(tmp_path / "job"))
    rest = left(client)
    for container in rest:
        container.remove(force=True)

    assert [container.labels[FOLDER_LABEL] for container in rest] == [folders["alive"]]


def test_a_project_has_around_it_what_its_sources_have(client: Any, tmp_path: Path) -> None:
    """One in a subdirectory may read what is above it."""
    job = job_of(
        tmp_path, "return wheel(wheel_directory, files={'a': open('../a', 'rb').read()})", below="sub"
    )
    (job.folder / "source" / "a").write_bytes(b"around")
    with zipfile.ZipFile(backend().build(job).wheel) as archive:
        assert archive.read("a") == b"around"


def test_an_image_for_another_machine_is_told(client: Any, tmp_path: Path) -> None:
    """Where the engine has no qemu for it: what its shell is cannot run."""
    context = {"Dockerfile": b"FROM scratch\nCOPY sh /bin/sh\n", "sh": b"\x7fELF\x02\x01\x01" + bytes(57)}
    name = f"lbuild-test-arm:{os.getpid()}"
    build_image(client, context, name, "linux/arm64")
    job = replace(job_of(tmp_path), target=make_target("python3.9", "arm64"))
    try:
        with pytest.raises(BackendError, match=r"is for arm64, and the engine|does not run `/bin/sh`"):
            backend(wish=ImageWish(image=name)).build(job)
    finally:
        client.images.remove(name, force=True)

    assert left(client) == []


def build_image(client: Any, files: dict[str, bytes], name: str, platform: str) -> None:
    import tarfile

    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path, content in files.items():
            member = tarfile.TarInfo(path)
            member.size, member.mode = len(content), 0o755
            archive.addfile(member, io.BytesIO(content))
    context.seek(0)
    client.images.build(fileobj=context, custom_context=True, tag=name, platform=platform, rm=True)


def with_libpq(folder: Path) -> Made:
    """A module that needs the image's libpq, whose own libraries need glibc 2.28."""
    options = {"includes": "#include <postgresql/libpq-fe.h>", "expression": "PQlibVersion()"}
    return backend().build(job_of(folder, COMPILE, libraries=("-lpq",), **options))


def test_libraries_of_the_image_are_grafted(client: Any, tmp_path: Path) -> None:
    """Libraries that the runtime has not, with what they need: as far as their glibc goes."""
    made = with_libpq(tmp_path / "job")
    lambdas = make_target("python3.9")
    system = replace(lambdas.runtime.os, glibc=(2, 31))
    bullseye = replace(lambdas, runtime=replace(lambdas.runtime, os=system))
    for name in ("refused", "fits"):
        (tmp_path / name).mkdir()
    with pytest.raises(WheelNeedsMoreError) as refused:
        finished(made, Promise(), lambdas, tmp_path / "refused")
    wheel, told = finished(made, Promise(), bullseye, tmp_path / "fits")

    assert any(
        "needs `GLIBC_2.28` of `libc.so.6`; python3.9 has 2.26" in each for each in refused.value.evidence
    )
    assert wheel.name == "demo-1.0-cp39-cp39-manylinux_2_28_x86_64.whl"
    assert "brings `libpq.so.5`, from /usr/lib/x86_64-linux-gnu/libpq.so.5" in told
    assert any("libcrypto.so" in line for line in told)
    with zipfile.ZipFile(wheel) as archive:
        assert not any("/libc-" in name or "/libm-" in name for name in archive.namelist())
