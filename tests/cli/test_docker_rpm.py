"""Packages of an rpm system, by the real `dnf`, by the name `yum` too; `make test-rpm` makes the images."""

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from containers.image_rpm import IMAGE, YUM_IMAGE
from factories.commands import Room
from factories.engines import nothing_prepared, write_native
from factories.refusals import demand_words

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engine of the tests runs on Linux")
WHERE = ("--runtime", "python3.9", "-o", "b.zip")
TINY = {"includes": "#include <tiny.h>", "expression": "tiny_answer()", "libraries": ("-ltiny",)}


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The engine; images that are prepared for these tests are gone afterwards."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env()
        client.images.get(IMAGE), client.images.get(YUM_IMAGE)
    except DockerException as error:
        pytest.skip(f"no engine with the image {IMAGE} (`make test-rpm`): {error}")
    with closing(client), nothing_prepared(client):
        yield client


@pytest.mark.parametrize("image", [IMAGE, YUM_IMAGE])
def test_a_package_is_installed_and_its_library_grafted(client: Any, room: Room, image: str) -> None:
    """With what it requires; by whatever name the image has it."""
    row = f'":all:" = {{image = "{image}", packages = ["lbuild-tiny-devel"]}}'
    room.write("pyproject.toml", "[tool.lbuild.build]", row)
    done = room.lbuild(write_native(room.folder, **TINY), *WHERE, "--json")

    assert done.status == 0, done.stderr
    (compiled,) = done.report["compiled"]
    assert compiled["backend"] == "docker"
    assert "brings `libtiny.so.1`, from /usr/lib/libtiny.so.1" in compiled["notes"]


def test_a_package_that_no_repository_has_is_told(client: Any, room: Room) -> None:
    """In dnf's words; no image is left."""
    room.write(
        "pyproject.toml", "[tool.lbuild.build]", f'":all:" = {{image = "{IMAGE}", packages = ["nothing"]}}'
    )
    before = len(client.images.list())
    done = room.process(write_native(room.folder, **TINY), *WHERE)

    demand_words(done, 5, "image-build", ["Unable to find a match: nothing", "dnf install -y nothing"])
    assert len(client.images.list()) == before
