"""`lbuild build --project`: functions that a deployer describes."""

import json
import subprocess
from typing import Any

import pytest

from factories.commands import Outcome, Room, members

RUNTIME = {"runtime": "python3.13", "bytecode": "none"}


def described(room: Room, document: Any, *words: str) -> Outcome:
    """A build of what stands on standard input."""
    text = document if isinstance(document, str) else json.dumps(document)
    with room.start("build", "--project", "-", "--json", *words, stdin=subprocess.PIPE) as process:
        stdout, stderr = process.communicate(text, timeout=60)
    return Outcome(status=process.returncode, stdout=stdout, stderr=stderr)


def test_functions_come_from_standard_input(room: Room) -> None:
    """Paths are as seen from the current folder; what that says of functions is not read."""
    room.offer("demo", "1.0")
    room.write("lbuild.toml", "[functions.other]", 'requirements = ["absent"]')
    room.write("api/app.py", "import demo")
    function = {"requirements": ["demo"], "source": "api"}
    done = described(room, {"defaults": RUNTIME, "functions": {"api": function}}, "-o", "out")

    assert done.status == 0, done.stderr
    assert {"app.py", "demo.py"} < set(members(room.folder / "out/api.zip"))
    assert list(done.report["manifest"]["functions"]) == ["api"]
    assert done.report["warnings"] == []


def test_the_folder_still_configures_the_rest(room: Room) -> None:
    """`[tool.lbuild.slim]` of pyproject.toml holds for functions that a file describes."""
    room.offer("demo", "1.0", {"demo/__init__.py": b"", "demo/notes.bin": b"0"})
    room.write("pyproject.toml", "[tool.lbuild.slim]", 'drop = ["demo:demo/notes.bin"]')
    room.write(
        "given.toml", "[defaults]", 'runtime = "python3.13"', "[functions.api]", 'requirements = ["demo"]'
    )
    done = room.lbuild("build", "--project", "given.toml", "--bytecode", "none", "-o", "out")

    assert done.status == 0, done.stderr
    assert "demo/notes.bin" not in members(room.folder / "out/api.zip")


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{", "The project in `standard input` cannot be read"),
        ([], "The project in `standard input` is no table"),
        ({"function": {}}, "`standard input` has no key `function`"),
        ({"slim": {}, "functions": {}}, "`standard input` has no key `slim`"),
        ({"functions": {}}, "`standard input` names no functions"),
        ({"functions": {"api": {"requirements": 1}}}, "`requirements` of `functions.api in standard input`"),
    ],
)
def test_what_is_no_project_is_told(room: Room, document: Any, said: str) -> None:
    """By a program's side too; nothing is written."""
    done = described(room, document)

    assert (done.status, done.report["error"]["code"]) == (2, "configuration")
    assert said in done.report["error"]["summary"]
    assert room.names() == []


def test_a_file_that_is_not_there_is_told(room: Room) -> None:
    """With what the option takes."""
    done = room.lbuild("build", "--project", "gone.json")

    assert (done.status, done.codes) == (2, ["input-not-found"])
