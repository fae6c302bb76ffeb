"""A Pulumi program with lbuild's module, run by the real pulumi with mocks in place of its engine."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from builder.deployers.pulumi.project import TEMPLATE
from deployers.aws import Aws, code_sha256
from deployers.tools import ROOT, environment_of

pytestmark = [pytest.mark.registry, pytest.mark.parametrize("example", ["pulumi"], indirect=True)]
PROGRAM = Path(__file__).with_name("program.py")


def run(folder: Path, variables: dict[str, str], main: str) -> subprocess.CompletedProcess[str]:
    command = [environment_of("pulumi") / "python", PROGRAM, folder / main]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)


def resources(folder: Path, variables: dict[str, str], main: str = "__main__.py") -> dict[str, Any]:
    """What the program asked for: type to inputs."""
    done = run(folder, variables, main)
    assert done.returncode == 0, done.stdout + done.stderr
    return {each["type"]: each["inputs"] for each in json.loads(done.stdout)}


def test_lambda_gets_what_the_program_was_told(example: Path, variables: dict[str, str], moto: Aws) -> None:
    """The archives are the files, the hashes theirs; a user's `builder` on PYTHONPATH is no trouble."""
    (example / "builder.py").write_text("raise RuntimeError('a module of the program')\n")
    asked = resources(example, {**variables, "PYTHONPATH": str(example)})
    function = asked["aws:lambda/function:Function"]
    layer = asked["aws:lambda/layerVersion:LayerVersion"]

    assert function["runtime"] == "python3.13"
    assert function["architectures"] == ["arm64"]
    assert function["layers"] == ["arn:of:deps"]
    made = moto.ask(
        "lambda",
        "create_function",
        FunctionName="pulumi-api",
        Runtime=function["runtime"],
        Architectures=function["architectures"],
        Handler=function["handler"],
        Role=moto.role("pulumi-api"),
        Code={"ZipFile": str(example / function["code"]["archive"])},
    )
    assert made["CodeSha256"] == function["sourceCodeHash"]
    assert code_sha256((example / layer["code"]["archive"]).read_bytes()) == layer["sourceCodeHash"]


def test_the_same_sources_are_the_same_program(example: Path, variables: dict[str, str]) -> None:
    """So a second `pulumi up` has nothing to do."""
    assert resources(example, variables) == resources(example, variables)


def test_functions_of_a_project_come_with_their_layers(example: Path, variables: dict[str, str]) -> None:
    (example / "lbuild.toml").write_text(
        '[defaults]\nruntime = "python3.13"\n[functions.api]\nrequirements = "humanize"\nsource = "src"\n'
        'handler = "app.handler"\nlayers = ["deps"]\n[layers.deps]\nrequirements = "humanize"\n'
    )
    (example / "main.py").write_text(
        "import pulumi_aws as aws\n"
        "from lbuild_pulumi import project\n"
        "made = project()\n"
        "api = made.functions['api']\n"
        "layers = [aws.lambda_.LayerVersion(name, layer_name=name, code=made.layers[name].archive,\n"
        "    source_code_hash=made.layers[name].code_sha256).arn for name in api.layers]\n"
        "function = aws.lambda_.Function('api', code=api.archive, source_code_hash=api.code_sha256,\n"
        "    runtime=api.runtime, architectures=[api.architecture], handler=api.handler,\n"
        "    role='arn:aws:iam::123456789012:role/x', layers=layers)\n"
    )
    asked = resources(example, variables, "main.py")
    function = asked["aws:lambda/function:Function"]
    layer = asked["aws:lambda/layerVersion:LayerVersion"]

    assert function["handler"] == "app.handler"
    assert function["layers"] == ["arn:of:deps"]
    for each in (function, layer):
        assert each["sourceCodeHash"] == code_sha256((example / each["code"]["archive"]).read_bytes())


def test_a_failure_ends_the_program(example: Path, variables: dict[str, str]) -> None:
    """With lbuild's own words."""
    (example / "src/requirements.txt").write_text("humanize==0.0.404\n")
    done = run(example, variables, "__main__.py")

    assert done.returncode != 0
    assert "error[resolution-impossible]" in done.stderr
    assert not (example / "build/api.zip").exists()


def test_without_lbuild_the_program_says_so(example: Path, variables: dict[str, str]) -> None:
    done = run(example, {**variables, "PATH": "/nowhere"}, "__main__.py")

    assert done.returncode != 0
    assert "lbuild cannot be run" in done.stderr


def test_the_example_has_the_module_that_lbuild_writes(example: Path) -> None:
    assert (ROOT / "examples/pulumi/lbuild_pulumi.py").read_bytes() == TEMPLATE.read_bytes()
