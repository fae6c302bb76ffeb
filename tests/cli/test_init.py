"""`lbuild init`: a first configuration, inferred, that `lbuild build` reads."""

import json
import tomllib
from typing import Any

import pytest

from factories.commands import Room


def begun(room: Room) -> dict[str, Any]:
    """What init wrote."""
    outcome = room.lbuild("init", index=False, cache=False)
    assert outcome.status == 0, outcome.stderr
    return tomllib.loads((room.folder / "lbuild.toml").read_text())


def test_a_sam_template_names_functions_and_layers(room: Room) -> None:
    """With globals, and CloudFormation's short forms."""
    room.write("api/requirements.txt", "flask")
    room.write("deps/requirements.txt", "numpy")
    room.write("worker/app.py")
    room.write(
        "template.yaml",
        "Transform: AWS::Serverless-2016-10-31",
        "Globals:",
        "  Function: {Runtime: python3.13, Architectures: [arm64]}",
        "Resources:",
        "  Deps: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: deps/}}",
        "  Api:",
        "    Type: AWS::Serverless::Function",
        "    Properties:",
        "      CodeUri: api/",
        "      Handler: app.handler",
        "      Layers: [!Ref Deps, !Sub 'arn:${X}']",
        "  Worker: {Type: AWS::Serverless::Function, Properties: {CodeUri: worker, Handler: app.run}}",
        "  Site: {Type: AWS::Serverless::Function, Properties: {Runtime: nodejs22.x, CodeUri: worker}}",
        "  Box: {Type: AWS::Serverless::Function, Properties: {PackageType: Image}}",
    )

    assert begun(room) == {
        "defaults": {"runtime": "python3.13", "arch": "arm64", "share-layers": True},
        "layers": {"Deps": {"requirements": "deps/requirements.txt"}},
        "functions": {
            "Api": {
                "requirements": "api/requirements.txt",
                "source": "api",
                "handler": "app.handler",
                "layers": ["Deps"],
            },
            "Worker": {"source": "worker", "handler": "app.run"},
        },
    }


def test_a_serverless_file_names_functions(room: Room) -> None:
    """The plugin's own keys count."""
    room.write("reqs.txt", "requests")
    room.write(
        "serverless.yml",
        "provider: {name: aws, runtime: python3.12, architecture: x86_64}",
        "custom: {pythonRequirements: {fileName: reqs.txt, layer: true}}",
        "functions:",
        "  hello: {handler: src/app.hello}",
        "  there: {handler: src/app.there, architecture: arm64}",
    )
    table = begun(room)

    assert table["defaults"] == {"share-layers": True, "runtime": "python3.12"}
    assert table["functions"]["there"] == {
        "requirements": "reqs.txt",
        "source": ".",
        "handler": "src/app.there",
        "arch": "arm64",
    }


def test_a_chalice_app_is_one_function(room: Room) -> None:
    """Which Python runs it, nobody wrote down."""
    room.write("requirements.txt", "requests")
    room.write(".chalice/config.json", json.dumps({"app_name": "shop", "lambda_architecture": "arm64"}))
    outcome = room.lbuild("init", "--dry-run", index=False, cache=False)

    assert tomllib.loads(outcome.stdout)["functions"]["shop"]["handler"] == "app.app"
    assert "the Python that runs it" in outcome.stderr
    assert not (room.folder / "lbuild.toml").exists()


def test_a_zappa_app_is_one_function(room: Room) -> None:
    """Its stages share the code."""
    room.write("requirements.txt", "flask")
    stages = {
        "dev": {"app_function": "app.app", "project_name": "shop", "runtime": "python3.13"},
        "prod": {"x": 1},
    }
    room.write("zappa_settings.json", json.dumps(stages))

    assert begun(room)["functions"]["shop"]["handler"] == "handler.lambda_handler"


def test_folders_are_functions_by_their_look(room: Room) -> None:
    """Requirements, and a module that defines a handler; cdk.json says no more."""
    room.write("cdk.json", "{}")
    room.write("requirements.txt", "aws-cdk-lib")
    room.write("functions/api/requirements.txt", "flask")
    room.write("functions/api/app.py", "def handler(event, context):", "    return 1")
    room.write("functions/bare/requirements.txt", "six")
    room.write(".venv/lib/requirements.txt", "six")
    outcome = room.lbuild("init", "--json", index=False, cache=False)
    table = tomllib.loads(outcome.report["text"])

    assert table["functions"]["api"] == {
        "requirements": "functions/api/requirements.txt",
        "source": "functions/api",
        "handler": "app.handler",
    }
    assert sorted(table["functions"]) == ["api", "bare"]
    assert table["defaults"] == {"runtime": "python3.14", "share-layers": True}
    assert len(outcome.report["notes"]) == 4
    assert "`python3.14`, the newest supported, is written down" in outcome.report["notes"][-1]


def test_what_init_writes_is_built(room: Room) -> None:
    """From an empty folder to a zip in two commands."""
    room.offer("base", "1.0")
    room.write("one/requirements.txt", "base")
    room.write("one/app.py", "def handler(event, context): ...")
    begun(room)

    assert room.lbuild("build").status == 0
    assert (room.folder / "dist/one.zip").is_file()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("template.yaml", "Resources: [", "cannot be read"),
        ("template.yaml", "- 1", "not a mapping"),
        ("serverless.yml", "a: &a [*a, *a]\nb: !!python/object:os.system {}", "cannot be read"),
        (".chalice/config.json", "{", "cannot be read"),
        ("zappa_settings.json", "[" * 100_000, "cannot be read"),
        ("readme.txt", "", "Nothing here looks like a function"),
        ("lbuild.toml", "", "describes a project already"),
    ],
)
def test_what_cannot_be_read_is_told(room: Room, name: str, content: str, told: str) -> None:
    """Nothing is written."""
    room.write(name, content)
    outcome = room.lbuild("init", index=False, cache=False)

    assert (outcome.status, outcome.codes) == (2, ["configuration"])
    assert told in outcome.stderr
    assert room.names() == [name.partition("/")[0]]


def test_a_template_of_other_shapes_is_no_traceback(room: Room) -> None:
    """Whatever stands where a mapping should."""
    room.write(
        "template.json", json.dumps({"Resources": {"A": 1, "B": {"Type": "AWS::Serverless::Function"}}})
    )
    outcome = room.lbuild("init", index=False, cache=False)

    assert outcome.status == 2
    assert "Traceback" not in outcome.stderr


def test_locks_of_poetry_and_pipenv_are_requirements(room: Room) -> None:
    """Where nothing that people write says them."""
    room.write("one/Pipfile.lock", "{}")
    room.write("two/poetry.lock", "")
    room.write("two/pyproject.toml", "[tool.poetry]", "name = 'two'")
    functions = begun(room)["functions"]

    assert functions["one"]["requirements"] == "one/Pipfile.lock"
    assert functions["two"]["requirements"] == "two/poetry.lock"
