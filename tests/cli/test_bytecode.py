"""`--bytecode`: compiled modules beside their sources, as Lambda's Python takes them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from factories.commands import Room, members
from factories.interpreters import interpreter_of, run

PYTHON = "3.12" if sys.version_info[:2] == (3, 13) else "3.13"
"""A minor version that lbuild itself does not run on, so that only PATH decides whether there is one."""
TAG = "cpython-" + PYTHON.replace(".", "")
WORDS = ("--runtime", f"python{PYTHON}", "-o", "b.zip", "--json")
FILES = {
    "lib/__init__.py": b"from lib import core\n",
    "lib/core.py": b"VALUE = 'compiled'\n",
    "lib/template.py": b"{{ name }} = {{ value }} here\n",
    "lib/data.txt": b"1\n",
}
MADE = {f"lib/__pycache__/__init__.{TAG}.pyc", f"lib/__pycache__/core.{TAG}.pyc"}
UNCHECKED = (1).to_bytes(4, "little")
"""PEP 552: there is a hash of the source, and nobody compares it."""


def with_python(room: Room, folder: Path) -> Room:
    """The same user, who has that Python and no other; the test is skipped where this machine has none."""
    folder.mkdir()
    (folder / f"python{PYTHON}").symlink_to(interpreter_of(PYTHON).path)
    return replace(room, environ={**room.environ, "PATH": str(folder)})


@pytest.fixture
def able(room: Room, tmp_path: Path) -> Room:
    """A user with the target's Python, and a wheel to compile."""
    room.offer("lib", "1.0", FILES)
    return with_python(room, tmp_path / "bin")


def bytecode(room: Room) -> dict[str, bytes]:
    return {
        path: content for path, content in members(room.folder / "b.zip").items() if path.endswith(".pyc")
    }


def test_modules_have_bytecode_that_nobody_checks(able: Room) -> None:
    """Beside every source that compiles, of the form that Python takes whatever the times of files are."""
    outcome = able.lbuild("lib", *WORDS, "--bytecode", "all")
    found = bytecode(able)

    assert outcome.status == 0, outcome.stderr
    assert found.keys() == MADE
    assert {content[4:8] for content in found.values()} == {UNCHECKED}


def test_the_targets_python_runs_the_bytecode(able: Room, tmp_path: Path) -> None:
    """It does not even look at the source."""
    able.lbuild("lib", "-o", "build/", "--runtime", f"python{PYTHON}", "--bytecode", "auto")
    folder = able.folder / "build"
    (folder / "lib" / "core.py").write_text("VALUE = 'from the source'\n")
    program = f"import sys; sys.path.insert(0, {os.fspath(folder)!r}); import lib; print(lib.core.VALUE)"

    assert run(interpreter_of(PYTHON), program) == "compiled"


def test_the_report_tells_what_was_made_and_by_whom(able: Room) -> None:
    """The patch release decides over the bytes; a source that does not compile is counted."""
    (note,) = able.lbuild("lib", *WORDS, "--bytecode", "all").report["notes"]

    assert note.startswith(f"bytecode of 2 modules by Python {interpreter_of(PYTHON).version}: ")
    assert note.endswith("; 1 not compiled")


def test_record_lists_bytecode(able: Room) -> None:
    """`importlib.metadata.files` names what is there."""
    able.lbuild("lib", *WORDS, "--bytecode", "all")
    record = members(able.folder / "b.zip")["lib-1.0.dist-info/RECORD"].decode()
    rows = dict(line.split(",", 1) for line in record.splitlines())

    assert rows.keys() >= MADE
    assert all(rows[path].endswith(f",{len(content)}") for path, content in bytecode(able).items())


def test_the_same_bundle_comes_from_the_cache(able: Room) -> None:
    """The second build compiles nothing and asks no index."""
    source = able.write("src/app.py", "import lib").parent
    words = ("lib", *WORDS, "--bytecode", "auto", "--source", source)
    first = able.lbuild(*words)
    second = able.lbuild(*words, "--offline")

    assert second.status == 0, second.stderr
    assert second.report["bundle"]["sha256"] == first.report["bundle"]["sha256"]


@pytest.mark.parametrize("words", [(), ("--bytecode", "none")])
def test_there_is_none_unless_it_is_asked_for(able: Room, words: tuple[str, ...]) -> None:
    """The same bytes as ever, and no word of it."""
    outcome = able.lbuild("lib", *WORDS, *words)

    assert bytecode(able) == {}
    assert outcome.report["notes"] == []


def test_the_apps_own_code_is_compiled_too(able: Room) -> None:
    """In a layer below its prefix; what is no module is left alone."""
    able.write("src/bin/tool.txt", "x")
    source = able.write("src/app/main.py", "import lib").parent.parent
    outcome = able.lbuild("lib", *WORDS, "--bytecode", "all", "--layer", "--source", source)

    assert outcome.status == 0, outcome.stderr
    assert bytecode(able).keys() == {f"python/{path}" for path in MADE} | {
        f"python/app/__pycache__/main.{TAG}.pyc"
    }


def test_a_file_that_has_the_place_already_stays(able: Room) -> None:
    """A wheel's own bytecode, or a file where the folder would be, is no conflict."""
    theirs = f"old/__pycache__/core.{TAG}.pyc"
    files = {"old/core.py": b"x = 1\n", theirs: b"theirs", "odd/core.py": b"", "odd/__pycache__": b""}
    able.offer("old", "1.0", files)
    outcome = able.lbuild("old", *WORDS, "--slim", "none", "--bytecode", "all")
    found = members(able.folder / "b.zip")

    assert outcome.status == 0, outcome.stderr
    assert found.keys() >= files.keys()
    assert found[theirs] == b"theirs"


def test_without_the_targets_python_there_is_a_note(able: Room, tmp_path: Path) -> None:
    """The bundle is what it would be without the wish."""
    empty = tmp_path / "empty"
    empty.mkdir()
    poor = replace(able, environ={**able.environ, "PATH": str(empty)})
    plain = poor.lbuild("lib", *WORDS)
    outcome = poor.lbuild("lib", *WORDS, "--bytecode", "all")
    (note,) = outcome.report["notes"]

    assert outcome.status == 0, outcome.stderr
    assert note.startswith(f"no bytecode: there is no Python {PYTHON} ")
    assert outcome.report["bundle"]["sha256"] == plain.report["bundle"]["sha256"]


def test_a_preview_gets_none(room: Room) -> None:
    """Its Python may still change what bytecode looks like."""
    room.offer("lib", "1.0", FILES)
    words = ("--runtime", "python3.15", "-o", "b.zip", "--json", "--bytecode", "all")
    outcome = room.lbuild("lib", *words)

    assert outcome.status == 0, outcome.stderr
    assert bytecode(room) == {}
    assert any(note.startswith("no bytecode: `python3.15` is a preview") for note in outcome.report["notes"])
