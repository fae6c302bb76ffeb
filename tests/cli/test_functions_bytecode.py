"""Bytecode of functions and the layers they share."""

import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from factories.commands import Room, members
from factories.interpreters import interpreter_of

PYTHON = "3.12" if sys.version_info[:2] == (3, 13) else "3.13"
"""A minor version that lbuild itself does not run on, so that only PATH decides whether there is one."""
TAG = "cpython-" + PYTHON.replace(".", "")
MODULES = {"base/__init__.py": b"x = 1", "base/more.py": b"y = 2"}
TABLES = """
[defaults]
runtime = "python{python}"
share-layers = true
bytecode = "{mode}"

[functions.one]
requirements = "base"
source = "one"

[functions.two]
requirements = "base"
"""


@pytest.fixture
def able(room: Room, tmp_path: Path) -> Room:
    """A user with the target's Python, and a wheel that is worth a layer."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / f"python{PYTHON}").symlink_to(interpreter_of(PYTHON).path)
    room.offer("base", "1.0", {**MODULES, "base/data.bin": random.Random(1).randbytes(1_500_000)})
    room.write("one/app.py", "import base")
    return replace(room, environ={**room.environ, "PATH": str(folder)}, bytecode=None)


def build(room: Room, mode: str) -> dict[str, Any]:
    """Build in this mode; the report."""
    room.write("lbuild.toml", TABLES.format(python=PYTHON, mode=mode))
    outcome = room.lbuild("build", "--json")
    assert outcome.status == 0, outcome.stderr
    return outcome.report


def compiled(room: Room) -> dict[str, list[str]]:
    """The bytecode in each zip."""
    manifest = json.loads((room.folder / "dist/lbuild-manifest.json").read_text())
    entries = {**manifest["functions"], **manifest["layers"]}
    return {
        name: [path for path in members(room.folder / "dist" / entry["file"]) if path.endswith(".pyc")]
        for name, entry in entries.items()
    }


@pytest.mark.parametrize("mode", ["auto", "all"])
def test_bytecode_is_for_all_of_a_layer_and_for_the_app(able: Room, mode: str) -> None:
    """An edit of the app leaves the layer as it is."""
    build(able, mode)
    before = compiled(able)
    able.write("one/app.py", "import base", "print(1)")
    report = build(able, mode)

    (layer,) = (paths for name, paths in before.items() if name not in ("one", "two"))
    assert layer == [f"python/base/__pycache__/{name}.{TAG}.pyc" for name in ("__init__", "more")]
    assert before["one"] == [f"__pycache__/app.{TAG}.pyc"]
    assert report["changed"] == ["one.zip"]


def test_none_is_none(able: Room) -> None:
    """Wherever it lies."""
    build(able, "none")

    assert not any(compiled(able).values())


def test_without_an_interpreter_there_is_a_note_and_no_bytecode(able: Room, tmp_path: Path) -> None:
    """The functions work without."""
    empty = tmp_path / "empty"
    empty.mkdir()
    report = build(replace(able, environ={**able.environ, "PATH": str(empty)}), "auto")

    assert not any(compiled(able).values())
    assert any("no bytecode" in note for note in report["notes"])


def test_a_layer_without_room_for_it_in_one_function_has_none(able: Room) -> None:
    """The function whose room it is is named; the others' bundles get theirs."""
    zeros = bytes(205_000_000)
    code = "".join(f"def f{number}(): return {number}\n" for number in range(60_000)).encode()
    noise = random.Random(2).randbytes(4_500_000)
    able.offer("base", "1.1", {**MODULES, "base/large.py": code, "base/data.bin": noise})
    able.offer("heavy", "1.0", {"zeros.bin": zeros, "noise.bin": noise})
    able.write(
        "lbuild.toml",
        TABLES.format(python=PYTHON, mode="auto").replace('"base"\n\n', '"base"\n', 1)
        + '[functions.full]\nrequirements = ["base", "heavy"]\n',
    )
    outcome = able.lbuild("build", "--json", "--refresh")

    assert outcome.status == 0, outcome.stderr
    assert any("`full` has no room for" in note for note in outcome.report["notes"])
    assert compiled(able)["one"] == [f"__pycache__/app.{TAG}.pyc"]


def test_a_layer_keeps_its_bytecode_near_the_line(able: Room) -> None:
    """What a function grows by does not take it away at once; a fresh build decides anew."""
    code = "".join(f"def f{number}(): return {number}\n" for number in range(60_000)).encode()
    noise = random.Random(2).randbytes(4_500_000)
    able.offer("base", "1.1", {**MODULES, "base/large.py": code, "base/data.bin": noise})
    able.offer("heavy", "1.0", {"zeros.bin": bytes(180_000_000), "noise.bin": noise})
    table = '[functions.full]\nrequirements = ["base", "heavy"]\nsource = "full"\n'
    able.write("lbuild.toml", TABLES.format(python=PYTHON, mode="auto") + table)
    able.write("full/app.py", "x = 1")
    assert able.lbuild("build", "--refresh").status == 0
    before = compiled(able)
    (able.folder / "full/data.bin").write_bytes(bytes(18_000_000))
    grown = able.lbuild("build", "--json")
    afresh = able.lbuild("build", "--json", "-o", "other")

    assert any(name.startswith("shared") and paths for name, paths in before.items())
    assert grown.report["changed"] == ["full.zip"]
    assert any("`full` has no room for" in note for note in afresh.report["notes"])
