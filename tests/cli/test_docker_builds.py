"""`--build docker`: extension modules compiled in containers of a real engine, by the command."""

import io
import json
import os
import signal
import socketserver
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from docker.types import Ulimit

from containers.image import IMAGE
from factories.commands import Room
from factories.engines import COMPILE, engine_with_image, nothing_prepared, write_native
from factories.refusals import demand_words
from manylinux.backends.docker.bench import FOLDER_LABEL, LABEL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engine of the tests runs on Linux")
WHERE = ("--runtime", "python3.9", "-o", "b.zip")
SNAPPY = {
    "includes": "#include <snappy-c.h>",
    "expression": "(long) snappy_max_compressed_length(0)",
    "libraries": ("-lsnappy",),
}
PLACES = {name: os.environ[name] for name in ("DOCKER_HOST", "XDG_RUNTIME_DIR") if name in os.environ}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The engine, without the images that are prepared for these tests."""
    with engine_with_image() as client, nothing_prepared(client):
        yield client


@pytest.fixture
def room(room: Room) -> Room:
    """Its user finds the engine where whoever runs the tests does, and has that image configured."""
    configure(room, f'":all:" = {{image = "{IMAGE}"}}')
    return Room(folder=room.folder, cache=room.cache, index=room.index, environ={**room.environ, **PLACES})


def configure(room: Room, *rows: str) -> None:
    room.write("pyproject.toml", "[tool.lbuild.build]", *rows)


def left(client: Any, folder: Path) -> list[Any]:
    """Containers of builds that work below the folder."""
    found = client.containers.list(all=True, filters={"label": LABEL})
    return [each for each in found if each.labels[FOLDER_LABEL].startswith(str(folder))]


def imported(client: Any, bundle: Path) -> str:
    """What the bundle's module answers in the image itself, where no package was added."""
    archive = io.BytesIO()
    with zipfile.ZipFile(bundle) as zipped, tarfile.open(fileobj=archive, mode="w") as packed:
        for info in zipped.infolist():
            member = tarfile.TarInfo(f"opt/bundle/{info.filename}")
            member.size, member.mode = info.file_size, 0o755
            packed.addfile(member, io.BytesIO(zipped.read(info)))
    code = "import sys; sys.path.insert(0, '/opt/bundle'); import demo; print(demo.answer())"
    files = Ulimit(name="nofile", soft=1024, hard=1024)
    container = client.containers.create(IMAGE, ["python3", "-c", code], network_mode="none", ulimits=[files])
    try:
        container.put_archive("/", archive.getvalue())
        container.start()
        container.wait(timeout=60)
        return str(container.logs().decode())
    finally:
        container.remove(force=True)


def test_a_systems_package_is_added_to_the_image_and_its_library_grafted(client: Any, room: Room) -> None:
    """Once; the bundle then loads where the package is not. What was built needs no engine any more."""
    configure(room, f'":all:" = {{image = "{IMAGE}", packages = ["libsnappy-dev"]}}')
    archive = write_native(room.folder, **SNAPPY)
    first = room.lbuild(archive, *WHERE, "--json")
    content = (room.folder / "b.zip").read_bytes()
    nowhere = Room(
        folder=room.folder, cache=room.cache, index=room.index,
        environ={**room.environ, "DOCKER_HOST": "unix:///nowhere.sock"},
    )  # fmt: skip
    second = nowhere.lbuild(archive, *WHERE, "--json")

    assert first.status == 0, first.stderr
    (compiled,) = first.report["compiled"]
    assert (compiled["backend"], compiled["refused"]) == ("docker", [])
    assert compiled["wheel"].startswith("demo-1.0-cp39-cp39-manylinux_2_")
    assert compiled["notes"][0].startswith("made in `lbuild-build:")
    assert "brings `libsnappy.so.1`, from /usr/lib/x86_64-linux-gnu/libsnappy.so.1" in compiled["notes"]
    assert imported(client, room.folder / "b.zip") == "32\n"
    assert second.status == 0, second.stderr
    assert second.report["compiled"] == first.report["compiled"]
    assert (room.folder / "b.zip").read_bytes() == content


def test_without_the_package_the_build_says_what_is_missing(client: Any, room: Room) -> None:
    """The header, with the log's last lines."""
    done = room.lbuild(write_native(room.folder, **SNAPPY), *WHERE)

    assert (done.status, done.codes) == (5, ["sdist-build-failed"])
    assert "the header `snappy-c.h` is missing" in done.stderr
    assert "docker: exit status 1" in done.stderr


def test_a_dockerfile_is_the_image(client: Any, room: Room) -> None:
    """With what its folder holds; one that fails is told with the engine's words."""
    steps = ("ARG PYTHON", "COPY extra.h /usr/include/", "RUN python$PYTHON -V")
    room.write("build/Dockerfile", f"FROM {IMAGE}", *steps)
    room.write("build/extra.h", "#define EXTRA 7")
    room.write("broken/Dockerfile", f"FROM {IMAGE}", "RUN echo cannot do this && false")
    configure(room, '":all:" = {dockerfile = "build"}')
    archive = write_native(room.folder, includes="#include <extra.h>", expression="EXTRA")
    done = room.lbuild(archive, *WHERE)
    configure(room, '":all:" = {dockerfile = "broken"}')
    broken = room.lbuild(archive, *WHERE)

    assert done.status == 0, done.stderr
    assert imported(client, room.folder / "b.zip") == "7\n"
    demand_words(broken, 5, "image-build", ["cannot do this", "returned a non-zero code: 1"])


MANAGERS = {
    "dnf": ["dnf install -y libpq-devel gcc-c++", "dnf clean all"],
    "yum": ["yum install -y libpq-devel gcc-c++", "yum clean all"],
}
"""What is to be run for two packages."""


@pytest.mark.parametrize("manager", MANAGERS)
def test_packages_come_from_whatever_manager_the_image_has(client: Any, room: Room, manager: str) -> None:
    """Amazon Linux's before Debian's; as root. These managers only write down what they are told."""
    script = ("#!/bin/sh", f'echo "{manager} $*" >> /asked', 'test "$(id -u)" = 0', f"# {room.folder}")
    room.write("build/manager", *script)
    steps = (f"COPY manager /usr/bin/{manager}", f"RUN chmod 755 /usr/bin/{manager}")
    room.write("build/Dockerfile", f"FROM {IMAGE}", *steps)
    configure(room, '":all:" = {dockerfile = "build", packages = ["libpq-devel", "gcc-c++"]}')
    body = "raise RuntimeError(pathlib.Path('/asked').read_text())"
    done = room.lbuild(write_native(room.folder, body), *WHERE)

    assert (done.status, done.codes) == (5, ["sdist-build-failed"])
    assert "RuntimeError: " + f"{MANAGERS[manager][0]}" in done.stderr
    assert f"\n  {MANAGERS[manager][1]}\n" in done.stderr


LIES = {
    "name": ("name='other'", "the file is named for `other` 1.0; to be built was `demo` 1.0"),
    "Python": ("tag='cp38-cp38-linux_x86_64'", "built for CPython 3.8"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_wheel_that_lies_is_refused_with_the_log(client: Any, room: Room, lie: str) -> None:
    """Its name, its tag (more lies: tests/manylinux/repair); the log's place is told, to programs too."""
    argument, told = LIES[lie]
    files = "{'x.so': open('/bin/sh', 'rb').read()}"
    body = f"print('HERE')\nreturn wheel(wheel_directory, files={files}, {argument})"
    folder = room.folder / "links"
    folder.mkdir()
    write_native(folder, body)
    done = room.lbuild("demo", "--find-links", folder, *WHERE, "--json")

    assert (done.status, done.codes) == (5, ["lying-wheel"])
    assert told in done.stderr
    log = done.report["error"]["log"]
    assert f"  log: {log}\n" in done.stderr
    assert "HERE" in Path(log).read_text()


def test_a_wheel_that_needs_more_is_refused_with_the_log(client: Any, room: Room) -> None:
    """The image's glibc is newer than the runtime's: the symbols are named."""
    options = {"includes": "#define _GNU_SOURCE\n#include <unistd.h>", "expression": "(long) gettid()"}
    done = room.lbuild(write_native(room.folder, **options), *WHERE, "--json")

    assert (done.status, done.codes) == (4, ["wheel-needs-more"])
    assert "GLIBC_2.30" in done.stderr
    assert Path(done.report["error"]["log"]).is_file()


@pytest.mark.parametrize(
    ("image", "words", "variables", "status", "code", "told"),
    [
        (
            IMAGE,
            (),
            {"DOCKER_HOST": "unix:///nowhere.sock"},
            6,
            "no-build-backend",
            ["nowhere.sock", "Start "],
        ),
        ("127.0.0.1:9/x", (), {}, 3, "image-pull", ["127.0.0.1:9/x", "[tool.lbuild.build]"]),
        ("127.0.0.1:9/x", ("--offline",), {}, 6, "no-build-backend", ["`--offline` is in force", "pulling"]),
        (IMAGE, ("--runtime", "python3.13"), {}, 5, "sdist-build-failed", ["there is no Python 3.13 in the"]),
    ],
)
def test_what_is_missing_is_told(
    client: Any,
    room: Room,
    image: str,
    words: tuple[str, ...],
    variables: dict[str, str],
    status: int,
    code: str,
    told: list[str],
) -> None:
    """The engine, the image, its Python."""
    configure(room, f'":all:" = {{image = "{image}"}}')
    environ = {**room.environ, **variables}
    world = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)

    # A process of its own: the engine's client leaves sockets to the garbage collector when it is refused.
    demand_words(world.process(write_native(room.folder), *WHERE, *words), status, code, told)


def test_an_engine_that_is_too_old_is_told(room: Room) -> None:
    """Its interface lacks what is asked of it."""

    class Old(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"ApiVersion": "1.10", "Version": "0.9"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # the base's name
            pass

    with socketserver.TCPServer(("127.0.0.1", 0), Old) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        environ = {**room.environ, "DOCKER_HOST": f"tcp://127.0.0.1:{server.server_address[1]}"}
        world = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)
        done = world.process(write_native(room.folder), *WHERE)
        server.shutdown()

    demand_words(done, 6, "no-build-backend", ["API versions below", "DOCKER_HOST where one listens"])


def started_build(room: Room, client: Any) -> subprocess.Popen[str]:
    """A build that sleeps in its container."""
    archive = write_native(room.folder, "time.sleep(100)")
    process = room.start(archive, *WHERE)
    deadline = time.monotonic() + 60
    while not left(client, temporary(room)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return process


def temporary(room: Room) -> Path:
    return Path(room.environ["TMPDIR"])


@pytest.fixture
def apart(room: Room) -> Room:
    """A room whose builds work in a folder of its own."""
    folder = room.folder.parent / "temporary"
    folder.mkdir()
    environ = {**room.environ, "TMPDIR": str(folder)}
    return Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)


def test_an_interruption_removes_the_container(client: Any, apart: Room) -> None:
    """And the build's folder; the status is that of the signal. Meanwhile it is bounded."""
    with started_build(apart, client) as process:
        (container,) = left(client, temporary(apart))
        bounds = container.attrs["HostConfig"]
        process.send_signal(signal.SIGINT)
        status = process.wait(60)

    assert status == 128 + signal.SIGINT
    assert left(client, temporary(apart)) == []
    assert list(temporary(apart).iterdir()) == []
    assert bounds["NetworkMode"] == "none"
    assert bounds["Memory"] == bounds["MemorySwap"] > 0
    assert bounds["PidsLimit"] > 0
    assert bounds["NanoCpus"] > 0
    assert not bounds["Binds"]


def test_the_next_build_sweeps_what_a_killed_one_left(client: Any, apart: Room) -> None:
    """Its container and its folder."""
    with started_build(apart, client) as process:
        process.kill()
        process.wait(60)
    assert len(left(client, temporary(apart))) == 1

    done = apart.process(write_native(apart.folder, COMPILE), *WHERE)

    assert done.status == 0, done.stderr
    assert left(client, temporary(apart)) == []
    assert list(temporary(apart).iterdir()) == []
