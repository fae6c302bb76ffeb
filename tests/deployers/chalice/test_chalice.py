"""`chalice package` and `chalice deploy`, the real ones, with what lbuild made."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from deployers.aws import Aws, code_sha256
from deployers.tools import environment_of
from factories.commands import members

pytestmark = [pytest.mark.registry, pytest.mark.parametrize("example", ["chalice"], indirect=True)]


@pytest.fixture
def environ(variables: dict[str, str]) -> dict[str, str]:
    """A user in Chalice's virtual environment."""
    return {**variables, "PATH": os.pathsep.join([str(environment_of("chalice")), variables["PATH"]])}


def run(folder: Path, environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def chalice(folder: Path, environ: dict[str, str], *words: str) -> str:
    """What Chalice said; it ended well, and built nothing that lbuild had built."""
    done = run(folder, environ, "chalice", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lbuild(folder: Path, environ: dict[str, str], *words: str) -> dict[str, Any]:
    """What lbuild reports of the bundle."""
    done = run(folder, environ, "lbuild", "chalice", *words, "--json")
    assert done.returncode == 0, done.stderr
    bundle = json.loads(done.stdout)["bundle"]
    assert isinstance(bundle, dict)
    return bundle


@pytest.mark.parametrize(("stage", "machine"), [("dev", "x86_64"), ("arm", "aarch64")])
def test_both_formats_take_the_layer(
    example: Path, environ: dict[str, str], stage: str, machine: str
) -> None:
    """CloudFormation's and Terraform's; requirements.txt stays what it is."""
    bundle = lbuild(example, environ, "--stage", stage)
    for form in ("cloudformation", "terraform"):
        said = chalice(example, environ, "package", "--stage", stage, "--pkg-format", form, form)
        layer = (example / form / "layer-deployment.zip").read_bytes()

        assert "Reusing existing shared layer deployment package." in said
        assert code_sha256(layer) == bundle["code_sha256"]
        libraries = [
            name for name in members(example / form / "layer-deployment.zip") if name.endswith(".so")
        ]
        assert libraries
        assert all(machine in name for name in libraries if "-linux-gnu" in name)
        app = members(example / form / "deployment.zip")
        assert "app.py" in app
        assert not any(name.startswith("numpy") for name in app)


def test_lambda_gets_the_layer(example: Path, environ: dict[str, str], moto: Aws) -> None:
    """`chalice deploy`, and a second one."""
    arn = moto.role("lbuild-example")
    assert arn == "arn:aws:iam::123456789012:role/lbuild-example"
    bundle = lbuild(example, environ)
    environ = {**environ, "AWS_ENDPOINT_URL": moto.endpoint}
    chalice(example, environ, "deploy")

    function = moto.ask("lambda", "get_function", FunctionName="lbuild-example-dev-mean")["Configuration"]
    (attached,) = function["Layers"]
    name, version = attached["Arn"].split(":")[-2:]
    layer = moto.ask("lambda", "get_layer_version", LayerName=name, VersionNumber=int(version))
    assert layer["Content"]["CodeSha256"] == bundle["code_sha256"]


def test_it_may_run_again(example: Path, environ: dict[str, str]) -> None:
    """Also over a layer that Chalice made itself; nothing but that one file changes."""
    bundle = lbuild(example, environ)
    (layer,) = (example / ".chalice/deployments").iterdir()
    with zipfile.ZipFile(layer, "w") as archive:
        archive.writestr("python/broken.txt", "what pip could not install is not here")
    before = {path.relative_to(example) for path in example.rglob("*")}

    assert lbuild(example, environ) == bundle
    assert {path.relative_to(example) for path in example.rglob("*")} == before


def test_what_lies_in_vendor_is_in_the_layer_too(example: Path, environ: dict[str, str]) -> None:
    """Chalice's layer has both."""
    (example / "vendor").mkdir()
    (example / "vendor/ours.py").write_text("here = True\n")
    lbuild(example, environ)
    said = chalice(example, environ, "package", "out")

    assert "Reusing existing shared layer deployment package." in said
    names = members(example / "out/layer-deployment.zip")
    assert any(name.endswith("site-packages/ours.py") for name in names)
    assert any("/numpy/" in name for name in names)


def test_without_a_layer_everything_goes_to_vendor(example: Path, environ: dict[str, str]) -> None:
    """And so into the function's own archive; requirements.txt must be empty, and lbuild says how."""
    configuration = json.loads((example / ".chalice/config.json").read_text())
    configuration["automatic_layer"] = False
    (example / ".chalice/config.json").write_text(json.dumps(configuration))

    done = run(example, environ, "lbuild", "chalice")
    assert done.returncode == 2
    assert "error[deployer-configuration]: This stage has no layer of Chalice's" in done.stderr
    done = run(example, environ, "lbuild", "chalice", "--vendor", "requirements.txt")
    assert done.returncode == 2
    assert "touch requirements.txt" in done.stderr
    assert not (example / "vendor").exists()

    shutil.move(example / "requirements.txt", example / "requirements-lambda.txt")
    for _ in range(2):
        lbuild(example, environ, "--vendor", "requirements-lambda.txt")
    said = chalice(example, environ, "package", "out")
    assert "Could not install" not in said
    names = members(example / "out/deployment.zip")
    assert {"app.py", "chalice/app.py", "numpy/__init__.py", "humanize/__init__.py"} <= set(names)


def test_a_failure_changes_nothing(example: Path, environ: dict[str, str]) -> None:
    (example / "requirements.txt").write_text("humanize==0.0.404\n")
    done = run(example, environ, "lbuild", "chalice")

    assert done.returncode == 1
    assert "error[resolution-impossible]" in done.stderr
    assert not (example / ".chalice/deployments").exists()
