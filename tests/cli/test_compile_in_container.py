"""`--compile-in`: bytecode made by the Python of a container image, for who has none of that version."""

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from containers.image import IMAGE
from factories.commands import Room, members
from factories.refusals import demand_words

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="containers of Linux")

WORDS = ("--runtime", "python3.9", "-o", "b.zip", "--bytecode", "all", "--compile-in")
FILES = {
    "lib/__init__.py": b"from lib import core\n",
    "lib/core.py": b"VALUE = {'a', 'b'}\n",
    "lib/newer.py": b"match 1:\n    case 1: pass\n",
    "lib/huge.py": b"VALUE = " + b"-" * 200_000 + b"1\n",
}
PYC = "lib/__pycache__/core.cpython-39.pyc"


@pytest.fixture
def room(room: Room) -> Room:
    """A user with an engine that has the image, without any Python on PATH, and a wheel to compile."""
    import docker

    script = Path(__file__).parents[1] / "containers" / "image.py"
    done = subprocess.run([sys.executable, script], stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        pytest.skip(done.stderr.splitlines()[-1])
    with closing(docker.from_env()):
        places = {name: os.environ[name] for name in ("DOCKER_HOST", "XDG_RUNTIME_DIR") if name in os.environ}
    room.offer("lib", "1.0", FILES)
    room.write("app/handler.py", "import lib\n")
    return replace(room, environ={**room.environ, **places, "PATH": ""})


def test_an_images_python_compiles_wheels_and_the_app(room: Room) -> None:
    """What it does not compile, or what ends it, has no bytecode, and the rest has."""
    outcome = room.lbuild("lib", "--source", "app", *WORDS, IMAGE, "--json")
    found = {path: content for path, content in members(room.folder / "b.zip").items() if ".pyc" in path}
    handler = "__pycache__/handler.cpython-39.pyc"

    assert outcome.status == 0, outcome.stderr
    assert found.keys() == {PYC, PYC.replace("core", "__init__"), handler}
    assert {content[4:8] for content in found.values()} == {(1).to_bytes(4, "little")}
    assert outcome.report["bytecode"]["python"].startswith("3.9.")
    assert outcome.report["bytecode"]["not_compiled"] == 2


def test_the_second_build_starts_no_container(room: Room, client_events: list[str]) -> None:
    room.offer("plain", "1.0", {"plain.py": b"VALUE = 1\n"})
    first = room.lbuild("plain", *WORDS, IMAGE, "--json").report
    made = list(client_events)
    second = room.lbuild("plain", *WORDS, IMAGE, "--json").report

    assert made
    assert client_events == made
    assert second["bundle"]["sha256"] == first["bundle"]["sha256"]


@pytest.fixture
def client_events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the containers that were made."""
    from manylinux.containers.engine import Engine

    seen: list[str] = []
    make = Engine._started

    def started(self: Engine, name: str, *rest: object) -> object:
        seen.append(name)
        return make(self, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Engine, "_started", started)
    return seen


def test_an_image_without_the_python_is_told(room: Room) -> None:
    """It is asked for by name, so nothing else is taken instead; the older bundle stays."""
    room.write("b.zip", "older")
    outcome = room.lbuild("lib", *("--runtime", "python3.12", *WORDS[2:]), IMAGE)

    demand_words(outcome, 6, "no-interpreter", ["Python 3.12", IMAGE, "--compile-in"])
    assert (room.folder / "b.zip").read_text() == "older\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--bytecode", "all", "--compile-in", ""), "names nothing"),
        (("--bytecode", "none", "--compile-in", "container"), "--bytecode none"),
    ],
)
def test_a_wish_that_means_nothing_is_refused(room: Room, words: tuple[str, ...], told: str) -> None:
    outcome = room.lbuild("lib", "--runtime", "python3.9", "-o", "b.zip", *words)

    demand_words(outcome, 2, "usage", ["--compile-in", told])


def test_a_name_that_is_none_is_told(room: Room) -> None:
    """By the engine, before anything is downloaded."""
    outcome = room.lbuild("lib", *WORDS, ":::")

    assert outcome.codes == ["container"]
    assert "fetch" not in outcome.stderr


def test_without_an_engine_there_is_an_error_and_the_way_without(room: Room) -> None:
    blind = replace(room, environ={**room.environ, "DOCKER_HOST": "tcp://127.0.0.1:9"})
    outcome = blind.lbuild("lib", *WORDS, "container")

    demand_words(outcome, 6, "no-container-engine", ["127.0.0.1:9", "--compile-in"])
