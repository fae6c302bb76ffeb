"""`lbuild terraform`: a query on standard input, an answer on standard output."""

import base64
import hashlib
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from builder.api import Cache, Resolving
from builder.api.options import wishes_of
from builder.choices.wishes import IndexChoices
from builder.cli.making import indexes_of
from factories.commands import Outcome, Room, members


def asked(room: Room, query: object, *words: str) -> Outcome:
    """One query, as Terraform asks it: a process of its own."""
    data = query if isinstance(query, str) else json.dumps(query)
    with room.start("terraform", *words, stdin=subprocess.PIPE) as process:
        stdout, stderr = process.communicate(data, timeout=60)
    return Outcome(status=process.returncode, stdout=stdout, stderr=stderr)


def answered(room: Room, query: object, *words: str) -> dict[str, str]:
    outcome = asked(room, query, *words)
    assert outcome.status == 0, outcome.stderr
    answer = json.loads(outcome.stdout)
    assert all(isinstance(value, str) for value in answer.values())
    assert isinstance(answer, dict)
    return answer


@pytest.fixture
def query(room: Room) -> dict[str, Any]:
    """A bundle of one package and one module."""
    room.offer("tool", "1.0", tag="cp313-cp313-manylinux_2_17_aarch64")
    room.write("src/app.py", "import tool")
    return {
        "requirements": "tool",
        "source": "src",
        "output": "build/app.zip",
        "runtime": "python3.13",
        "architecture": "arm64",
        "bytecode": "none",
    }


def test_the_answer_is_what_lambda_will_say(room: Room, query: dict[str, Any]) -> None:
    answer = answered(room, query)
    content = (room.folder / "build/app.zip").read_bytes()

    assert {"app.py", "tool.py"} <= set(members(room.folder / "build/app.zip"))
    assert answer == {
        "filename": "build/app.zip",
        "sha256": hashlib.sha256(content).hexdigest(),
        "source_code_hash": base64.b64encode(hashlib.sha256(content).digest()).decode(),
        "size": str(len(content)),
        "unpacked": answer["unpacked"],
        "runtime": "python3.13",
        "architecture": "arm64",
        "packages": '{"tool": "1.0"}',
        "warnings": "[]",
    }


def test_the_file_is_where_terraform_looks_for_it(room: Room, query: dict[str, Any]) -> None:
    """Of a query with a folder of its own."""
    room.write("infra/src/app.py", "import tool")
    answer = answered(room, {**query, "folder": "infra"})

    assert answer["filename"] == "infra/build/app.zip"
    assert "app.py" in members(room.folder / answer["filename"])


def test_the_same_question_has_the_same_answer(room: Room, query: dict[str, Any]) -> None:
    """And several may be asked at once: Terraform plans ten things in parallel."""
    first = answered(room, query)
    processes = [room.start("terraform", stdin=subprocess.PIPE) for _ in range(3)]
    outputs = []
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(json.dumps(query))
        process.stdin.close()
        process.stdin = None
    for process in processes:
        with process:
            stdout, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
        outputs.append(json.loads(stdout))

    assert outputs == [first] * 3
    assert room.names() == ["build", "src"]
    assert [path.name for path in (room.folder / "build").iterdir()] == ["app.zip"]


def test_a_failure_says_nothing_on_standard_output(room: Room, query: dict[str, Any]) -> None:
    """And leaves what is there."""
    answered(room, query)
    before = (room.folder / "build/app.zip").read_bytes()
    outcome = asked(room, {**query, "requirements": "tool==9"})

    assert outcome.status == 1
    assert outcome.stdout == ""
    assert outcome.codes == ["resolution-impossible"]
    assert (room.folder / "build/app.zip").read_bytes() == before


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "query"),
        ("{", "query"),
        ("[]", "query"),
        ({"output": "x.zip", "runtime": "python2.7", "requirements": "tool"}, "unknown-runtime"),
        ({"output": "x.zip", "architecture": "sparc", "requirements": "tool"}, "unknown-architecture"),
        ({"output": "x.zip"}, "usage"),
        ({"output": "x.zip", "requirements": "missing.txt"}, "input-not-found"),
        ({"project": "nowhere"}, "configuration"),
        ({"project": ".", "function": "api"}, "configuration"),
    ],
)
def test_bad_questions(room: Room, query: object, code: str) -> None:
    outcome = asked(room, query)

    assert (outcome.status, outcome.stdout, outcome.codes) == (2, "", [code])
    assert room.names() == []


def test_functions_of_a_project_come_with_their_layers(room: Room) -> None:
    """One function, or all of them; file names begin as the query wrote the folder."""
    room.offer("base", "1.0")
    room.write(
        "app/lbuild.toml",
        "[defaults]",
        'runtime = "python3.13"',
        'bytecode = "none"',
        "[functions.one]",
        'requirements = "base"',
        'source = "one"',
        'handler = "app.handler"',
        'layers = ["common"]',
        "[functions.two]",
        'requirements = "base"',
        'source = "one"',
        "[layers.common]",
        'requirements = "base"',
    )
    room.write("app/one/app.py", "import base")

    one = answered(room, {"project": "./app", "function": "one"})
    (layer,) = json.loads(one["layers"])
    assert (one["name"], one["filename"], one["handler"]) == ("one", "./app/dist/one.zip", "app.handler")
    assert layer["filename"].startswith("./app/dist/layers/common-")
    assert layer["compatible_runtimes"] == ["python3.13"]
    content = (room.folder / layer["filename"]).read_bytes()
    assert layer["source_code_hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()

    everything = answered(room, {"project": "./app"})
    functions = json.loads(everything["functions"])
    assert set(functions) == {"one", "two"}
    assert functions["one"]["source_code_hash"] == one["source_code_hash"]
    assert functions["one"]["layers"] == ["common"]
    assert set(json.loads(everything["layers"])) == {"common"}
    assert everything["manifest"] == "./app/dist/lbuild-manifest.json"

    outcome = asked(room, {"project": "./app", "function": "thre"})
    assert (outcome.status, outcome.stdout) == (2, "")


def test_every_option_of_indexes_counts() -> None:
    """Of the command line, on its way through the API and back."""
    keywords = {
        "index_url": "https://a.example/simple",
        "extra_index_urls": ("https://b.example/simple",),
        "index_pins": ("tool=https://c.example/simple",),
        "prebuilt_indexes": ("https://d.example/simple",),
        "find_links": ("wheels",),
        "no_index": True,
        "trusted_hosts": ("a.example",),
    }
    wishes = wishes_of((), Resolving(), indexes_of(keywords), Cache(), Path.cwd())

    assert wishes.index == IndexChoices(**keywords)


def test_a_terminal_is_no_query(room: Room) -> None:
    """Nobody waits for a person to type JSON."""
    import os
    import pty

    ours, theirs = pty.openpty()
    with room.start("terraform", stdin=theirs) as process:
        os.close(theirs)
        _, stderr = process.communicate(timeout=60)
    os.close(ours)

    assert process.returncode == 2
    assert "Standard input is a terminal" in stderr
