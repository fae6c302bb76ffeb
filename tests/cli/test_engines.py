"""A build and a trial in containers of other engines: Podman's without root, and Docker's over TCP.

`make test-engines` starts them; see tests/containers/with-more-engines.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from containers.image import IMAGE
from factories.commands import Room
from factories.engines import write_native
from factories.runtime_clients import offer_runtime, write_function
from manylinux.backends.docker.bench import LABEL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engines of the tests run on Linux")
RUNTIME = "python3.9"
APP = "import demo\ndef handler(event, context):\n    return demo.answer()\n"


@pytest.fixture(params=["LBUILD_TEST_PODMAN", "LBUILD_TEST_TCP"], ids=["rootless Podman", "Docker over TCP"])
def engine(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """Where it is, and a client."""
    import docker

    host = os.environ.get(request.param)
    if not host:
        pytest.skip(f"no such engine: {request.param} does not say where one is (`make test-engines`)")
    with closing(docker.DockerClient(base_url=host)) as client:
        yield host, client


def test_an_engine_whose_disk_is_full_is_told(room: Room) -> None:
    """The build has found it: where to free space is told, and no container is left."""
    import docker

    host = os.environ.get("LBUILD_TEST_TCP")
    if not host:
        pytest.skip("no engine with a small disk (`make test-engines`)")
    environ = {**room.environ, "DOCKER_HOST": host}
    room = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)
    room.write("pyproject.toml", "[tool.lbuild.build]", f'":all:" = {{image = "{IMAGE}"}}')
    filling = "file = open('large', 'wb')\n[file.write(bytes(1 << 20)) for _ in range(4000)]\nfile.flush()"
    done = room.lbuild(write_native(room.folder, filling), "--runtime", RUNTIME, "-o", "b.zip")

    assert (done.status, done.codes) == (6, ["no-space"])
    assert "the disk is full" in done.stderr
    assert "hint: Free space: " in done.stderr
    assert "  log: " in done.stderr
    with closing(docker.DockerClient(base_url=host)) as client:
        assert client.containers.list(all=True, filters={"label": LABEL}) == []


def test_a_wheel_is_made_there_and_the_function_tried(engine: tuple[str, Any], room: Room) -> None:
    """And no container is left."""
    host, client = engine
    environ = {**room.environ, "DOCKER_HOST": host}
    room = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)
    room.write("pyproject.toml", "[tool.lbuild.build]", f'":all:" = {{image = "{IMAGE}"}}')
    offer_runtime(room.index, RUNTIME)
    source = write_function(room.folder / "app", app=APP)
    words = ("--runtime", RUNTIME, "--source", source, "-o", "b.zip", "--json")
    done = room.lbuild(write_native(room.folder), *words)
    where = ("--runtime", RUNTIME, "--in-container", "--image", IMAGE)
    tried = room.lbuild("try", "b.zip", "--handler", "app.handler", *where)

    assert done.status == 0, done.stderr
    (compiled,) = done.report["compiled"]
    assert compiled["backend"] == "docker"
    assert compiled["notes"][0].startswith(f"made in `{IMAGE}`")
    assert tried.status == 0, tried.stderr
    assert tried.stdout == "42\n"
    assert client.containers.list(all=True, filters={"label": LABEL}) == []
