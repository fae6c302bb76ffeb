"""`--bytecode`: compiled modules beside their sources, as Lambda's Python takes them."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from factories.commands import Room, members, tree
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
    report = able.lbuild("lib", *WORDS, "--bytecode", "all").report
    (note,), figures = report["notes"], report["bytecode"]

    assert figures.pop("compile_seconds") > 0
    assert figures == {
        "python": interpreter_of(PYTHON).version,
        "modules": 2,
        "sourceless": 0,
        "unpacked": sum(map(len, bytecode(able).values())),
        "packed": figures["packed"],
        "not_compiled": 1,
        "without": 0,
    }
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


def test_it_is_there_unless_it_is_refused(able: Room) -> None:
    """Without a word as with `auto`; with `none` there is no word of it either."""
    default = replace(able, bytecode=None).lbuild("lib", *WORDS)
    assert bytecode(able).keys() == MADE

    refused = able.lbuild("lib", *WORDS, "--bytecode", "none")
    assert bytecode(able) == {}
    assert refused.report["notes"] == []
    assert refused.report["bytecode"] is None
    assert "compile" not in {stage["name"] for stage in refused.report["stages"]}
    assert "compile" in {stage["name"] for stage in default.report["stages"]}


def test_a_dry_run_compiles_nothing(able: Room, tmp_path: Path) -> None:
    """And looks for no Python."""
    outcome = replace(able, bytecode=None).lbuild("lib", "--dry-run", "--json", *WORDS[:2])

    assert outcome.status == 0, outcome.stderr
    assert outcome.report["notes"] == []


def test_a_locked_build_into_a_folder_has_it_too(able: Room) -> None:
    """The same files as in the zip."""
    able.lbuild("lock", "lib", "-o", "pylock.toml", *WORDS[:2])
    words = ("lib", "--locked", "pylock.toml", "--bytecode", "auto", *WORDS[:2])
    outcomes = [able.lbuild(*words, "-o", output) for output in ("b.zip", "build/")]

    assert [outcome.status for outcome in outcomes] == [0, 0], outcomes
    assert tree(able.folder / "build") == members(able.folder / "b.zip")
    assert bytecode(able).keys() == MADE


def test_inspect_finds_nothing_wrong_with_it(able: Room) -> None:
    """It is used: neither stale nor for another Python, with its source or without."""
    for mode in ("all", "only"):
        able.lbuild("lib", *WORDS, "--bytecode", mode)
        outcome = able.lbuild("inspect", "b.zip", *WORDS[:2], "--json", index=False, cache=False)

        assert outcome.status == 0, outcome.stdout
        assert [each["code"] for each in outcome.report["findings"]] == []


def test_only_leaves_sources_out(able: Room) -> None:
    """Bytecode stands in the place of the source; what does not compile, and the app's own, stays."""
    source = able.write("src/app.py", "import lib").parent
    outcome = able.lbuild("lib", *WORDS, "--bytecode", "only", "--source", source)
    found = members(able.folder / "b.zip")
    record = found["lib-1.0.dist-info/RECORD"].decode()
    drops = {drop["path"]: drop for drop in outcome.report["dropped"]}

    assert outcome.status == 0, outcome.stderr
    assert bytecode(able).keys() == {
        *("lib/__init__.pyc", "lib/core.pyc"),
        f"__pycache__/app.{TAG}.pyc",
    }
    assert {path for path in found if path.endswith(".py")} == {"app.py", "lib/template.py"}
    assert "lib/core.pyc," in record
    assert "lib/core.py," not in record
    assert drops["lib/core.py"]["rule"] == "sourceless"
    assert drops["lib/core.py"]["size"] == len(FILES["lib/core.py"])
    assert "2 of them in place of the source" in outcome.report["notes"][0]


def test_a_source_that_is_to_be_kept_stays(able: Room) -> None:
    """With its bytecode beside it."""
    able.lbuild("lib", *WORDS, "--bytecode", "only")
    outcome = able.lbuild("lib", *WORDS, "--bytecode", "only", "--keep", "lib:lib/core.py")
    found = members(able.folder / "b.zip")

    assert outcome.status == 0, outcome.stderr
    assert {"lib/core.py", f"lib/__pycache__/core.{TAG}.pyc", "lib/__init__.pyc"} <= found.keys()
    assert "lib/core.pyc" not in found


def test_a_module_without_its_source_is_imported(able: Room) -> None:
    """By the target's Python; a traceback names the path in the bundle."""
    able.lbuild("lib", "-o", "build/", "--runtime", f"python{PYTHON}", "--bytecode", "only")
    folder = os.fspath(able.folder / "build")
    program = (
        f"import sys; sys.path.insert(0, {folder!r}); import lib; print(lib.core.VALUE, lib.core.__file__)"
    )

    assert run(interpreter_of(PYTHON), program) == f"compiled {folder}/lib/core.pyc"


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
