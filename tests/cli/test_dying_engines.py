"""A container engine that is killed at its work, and lbuild that is killed while one prepares an image."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from containers.image import IMAGE
from factories.commands import Room
from factories.engines import COMPILE, write_native
from factories.own_engines import OwnEngine, own_engine
from factories.processes import wait_for
from factories.refusals import listing
from manylinux.backends.docker.bench import LABEL

if TYPE_CHECKING:
    import subprocess

WHERE = ("--runtime", "python3.9", "-o", "b.zip", "-v")
SLEEPING = "print('HE' + 'RE', flush=True)\ntime.sleep(600)"


@pytest.fixture(scope="module")
def engine() -> Iterator[OwnEngine]:
    with own_engine() as engine:
        yield engine


@pytest.fixture
def user(room: Room, engine: OwnEngine, tmp_path: Path) -> Room:
    """Whose builds work in a folder of their own, by that engine."""
    (tmp_path / "temporary").mkdir()
    environ = {**room.environ, "DOCKER_HOST": engine.host, "TMPDIR": str(tmp_path / "temporary")}
    room = Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)
    room.write("pyproject.toml", "[tool.lbuild.build]", f'":all:" = {{image = "{IMAGE}"}}')
    return room


def begun(room: Room, archive: Path) -> "subprocess.Popen[str]":
    """A run whose build, or whose image's, has come to its sleep."""
    log = room.folder.parent / "said"
    with log.open("w") as file:
        process = room.start(archive, *WHERE, stderr=file)

    def sleeps() -> bool:
        assert process.poll() is None, log.read_text()
        return "HERE" in log.read_text()

    wait_for(sleeps, 120)
    return process


def ended(room: Room, process: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its status, and what it said."""
    try:
        process.communicate(timeout=120)
    finally:
        process.kill()  # else a test that failed would wait for it
    return process.returncode, (room.folder.parent / "said").read_text()


def demand_recovery(room: Room, engine: OwnEngine) -> None:
    """The next build is right, and nothing is left of either."""
    with room.start(write_native(room.folder, COMPILE), *WHERE) as process:
        _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert list(Path(room.environ["TMPDIR"]).iterdir()) == []
    with engine.client() as client:
        assert client.containers.list(all=True, filters={"label": LABEL}) == []


def test_an_engine_that_is_killed_while_it_builds(user: Room, engine: OwnEngine) -> None:
    """The environment's fault, with what to do; the store is as it was, and the next build right."""
    archive = write_native(user.folder, SLEEPING)
    with begun(user, archive) as process:
        before = listing(user.cache)
        engine.kill()
        status, said = ended(user, process)

    assert status == 6, said
    assert "error[container]: The container engine cannot run" in said
    assert "its container `lbuild-build-" in said
    assert "hint: The engine answers no more: start it again" in said
    assert user.names() == ["demo-1.0.tar.gz", "pyproject.toml"]
    assert list(Path(user.environ["TMPDIR"]).iterdir()) == []
    assert {path for path in listing(user.cache) - before if "logs" not in str(path)} == set()
    engine.start()
    demand_recovery(user, engine)


def test_an_engine_that_is_killed_while_it_prepares_an_image(user: Room, engine: OwnEngine) -> None:
    """As well."""
    user.write("pyproject.toml", "[tool.lbuild.build]", '":all:" = {dockerfile = "image"}')
    (user.folder / "image").mkdir()
    (user.folder / "image/Dockerfile").write_text(f"FROM {IMAGE}\nRUN echo HE''RE; sleep 600\n")
    with begun(user, write_native(user.folder, COMPILE)) as process:
        engine.kill()
        status, said = ended(user, process)

    assert status == 6, said
    assert "error[container]: The container engine cannot prepare the image `lbuild-build:" in said
    assert "hint: The engine answers no more: start it again" in said
    assert list(Path(user.environ["TMPDIR"]).iterdir()) == []
    engine.start()
    with engine.client() as client:
        assert [tag for image in client.images.list() for tag in image.tags] == [IMAGE]


def test_lbuild_is_killed_while_an_image_is_prepared(user: Room, engine: OwnEngine) -> None:
    """The engine stops, no image has the name that its whole would have had, and the next run makes it."""
    user.write("pyproject.toml", "[tool.lbuild.build]", '":all:" = {dockerfile = "image"}')
    folder = user.folder / "image"
    folder.mkdir()
    slow = f"FROM {IMAGE}\nARG PYTHON\nRUN echo HE''RE; sleep 5; echo whole > /srv/whole\n"
    (folder / "Dockerfile").write_text(slow)
    with engine.client() as client:
        # What an engine leaves that is killed itself is its own.
        before = {each.id for each in client.containers.list(all=True)}
        with begun(user, write_native(user.folder, COMPILE)) as process:
            process.send_signal(signal.SIGKILL)
            process.wait(60)
        wait_for(lambda: {each.id for each in client.containers.list(all=True)} <= before, 120)
        assert [tag for image in client.images.list() for tag in image.tags] == [IMAGE]
    demand_recovery(user, engine)
