"""`lbuild index build` with `backend = "docker"`: packages, compilers, grafts, a trial, an index.

In containers of a real engine, by recipes; the image is that of the other tests, from which apt installs
libsnappy without a network. Its Python is 3.9, and so is that of the smoke tests.
"""

import json
import os
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from containers.image import IMAGE
from factories.commands import Outcome, Room
from factories.engines import engine_with_image, nothing_prepared, write_native
from factories.interpreters import interpreter_of
from manylinux.backends.docker.bench import FOLDER_LABEL, LABEL

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engine of the tests runs on Linux")
PLACES = {name: os.environ[name] for name in ("DOCKER_HOST", "XDG_RUNTIME_DIR") if name in os.environ}
SNAPPY = {
    "includes": "#include <snappy-c.h>",
    "expression": "(long) snappy_max_compressed_length(0)",
    "libraries": ("-lsnappy",),
}
RECIPE = """\
schema = 1
project = "demo"
about = "It needs libsnappy."
targets = {runtimes = ["python3.9"], architectures = ["x86_64"]}
backend = "docker"
image = "IMAGE"
packages = {apt-get = ["libsnappy-dev"], dnf = ["snappy-devel"]}
grafts = ["libsnappy.so.*"]
licences = {snappy = "BSD-3-Clause"}
smoke = "import demo; assert demo.answer() == 32"
""".replace("IMAGE", IMAGE)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """The engine, without the images that are prepared for these tests."""
    with engine_with_image() as client, nothing_prepared(client):
        yield client


@pytest.fixture
def farm(room: Room) -> Room:
    """Its index has the sdist; its user finds the engine where whoever runs the tests does."""
    path = write_native(room.folder, **SNAPPY)
    room.index.add("demo", path.name, path.read_bytes())
    path.unlink()
    python = interpreter_of("3.9").path
    temporary = room.folder.parent / "temporary"
    temporary.mkdir()
    path = f"{room.environ['PATH']}{os.pathsep}{python.parent}"
    environ = {**room.environ, **PLACES, "PATH": path, "TMPDIR": str(temporary)}
    return Room(folder=room.folder, cache=room.cache, index=room.index, environ=environ)


def build(farm: Room, recipe: str, *more: str) -> Outcome:
    farm.write("recipes/demo.toml", recipe)
    return farm.lbuild(
        "index", "build", "--index", "out", "--recipes", "recipes", "--only-recipes", "--json", *more
    )


def failed(farm: Room, client: Any, done: Outcome) -> dict[str, Any]:
    """The only row, of a wheel that did not come to be: nothing is in the index, and no container is left."""
    (row,) = done.report["wheels"]
    assert (done.status, row["state"]) == (5, "failed"), done.stdout
    assert [path for path in (farm.folder / "out").rglob("*") if "demo" in path.name] == []
    assert left(client, farm) == []
    return dict(row)


def left(client: Any, farm: Room) -> list[Any]:
    """Containers of the farm's builds, which work in a folder of its own."""
    found = client.containers.list(all=True, filters={"label": LABEL})
    return [each for each in found if each.labels[FOLDER_LABEL].startswith(farm.environ["TMPDIR"])]


def test_it_is_built_grafted_tried_and_installed(client: Any, farm: Room) -> None:
    """What is in the index says where it is from, and a bundle takes it from there without an engine."""
    done = build(farm, RECIPE)
    (row,) = done.report["wheels"]
    wheel = farm.folder / "out/files/demo" / row["wheel"]
    made = json.loads(wheel.with_name(f"{wheel.name}.entry.json").read_text())["provenance"]
    with zipfile.ZipFile(wheel) as archive:
        grafted = [name for name in archive.namelist() if name.startswith("demo.libs/libsnappy-")]
    bundled = farm.lbuild("demo", "--runtime", "python3.9", "-o", "b.zip", "--prebuilt-index", "out")

    assert (done.status, row["state"], row["backend"]) == (0, "built", "docker"), done.stdout
    assert row["smoke"]["ran"]
    assert len(grafted) == 1
    assert (made["backend"], made["recipe"], made["target"]) == ("docker", "demo", "python3.9-x86_64")
    assert made["notes"][1].startswith(f"prepared from `{IMAGE}`, sha256:")
    assert "brings `libsnappy.so.1`, from /usr/lib/x86_64-linux-gnu/libsnappy.so.1" in made["notes"]
    assert bundled.status == 0, bundled.stderr
    assert left(client, farm) == []


@pytest.mark.registry
def test_python_snappy_itself_is_built_and_tried(client: Any, farm: Room) -> None:
    """A real project of the configured index, by the recipe in docs/recipes.md."""
    text = RECIPE.replace('"demo"', '"python-snappy"\nversions = ["0.6.1"]')
    smoke = "import snappy; assert snappy.uncompress(snappy.compress(b'a' * 1000)) == b'a' * 1000"
    farm.write("recipes/python-snappy.toml", text.replace("import demo; assert demo.answer() == 32", smoke))
    user = Room(folder=farm.folder, cache=farm.cache, index=farm.index, environ=dict(os.environ))
    where = ("--index", "out", "--recipes", "recipes", "--only-recipes", "--all", "--json")
    done = user.lbuild("index", "build", *where, index=False)
    (row,) = done.report["wheels"]

    assert (done.status, row["state"]) == (0, "built"), done.stdout
    assert row["wheel"].startswith("python_snappy-0.6.1-cp39-cp39-manylinux_2_")
    assert row["smoke"]["ran"]


def test_a_library_that_the_recipe_does_not_name_is_not_handed_on(client: Any, farm: Room) -> None:
    row = failed(farm, client, build(farm, RECIPE.replace("libsnappy.so.*", "libpq.so.*")))
    assert row["error"]["code"] == "graft-failed"
    (evidence,) = row["error"]["evidence"]
    assert evidence.startswith("`libsnappy.so.1`, from /usr/lib/x86_64-linux-gnu/libsnappy.so.1, for _demo.")
    assert row["error"]["hint"].startswith("Name them in `grafts`")
    assert "/var/lang/bin/python3.9" in Path(row["log"]).read_text()


def test_packages_that_cannot_be_had_are_told(client: Any, farm: Room) -> None:
    """In the engine's words, which are whole in the log."""
    row = failed(farm, client, build(farm, RECIPE.replace("libsnappy-dev", "libnobody-dev")))
    assert row["error"]["code"] == "image-build"
    assert "E: Unable to locate package libnobody-dev" in row["error"]["evidence"]
    assert "or in the recipe" in row["error"]["hint"]
    assert "E: Unable to locate package libnobody-dev" in Path(row["log"]).read_text()


def test_a_wheel_that_fails_its_smoke_test_stays_out(client: Any, farm: Room) -> None:
    row = failed(farm, client, build(farm, RECIPE.replace("== 32", "== 33")))
    assert row["error"]["code"] == "smoke-test-failed"
    assert row["error"]["evidence"][-1] == "AssertionError"
    assert "AssertionError" in Path(row["log"]).read_text()


def test_an_engine_that_does_not_answer_is_told(farm: Room) -> None:
    environ = {**farm.environ, "DOCKER_HOST": "unix:///nowhere.sock"}
    done = build(Room(folder=farm.folder, cache=farm.cache, index=farm.index, environ=environ), RECIPE)
    (row,) = done.report["wheels"]
    assert (done.status, row["error"]["code"]) == (5, "no-build-backend")
    assert "docker: needs a container engine that answers" in row["error"]["evidence"][0]
    assert row["error"]["hint"].startswith("Name another `backend` in the recipe")
