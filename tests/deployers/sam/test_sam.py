"""`sam build` and `sam package`, the real ones, with functions and layers that lbuild makes."""

import json
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from deployers.aws import Aws, code_sha256
from deployers.tools import environment_of
from factories.commands import tree

pytestmark = [
    pytest.mark.registry,
    pytest.mark.parametrize("example", ["sam"], indirect=True),
    pytest.mark.skipif(shutil.which("make") is None, reason="recipes of SAM are run by make"),
]


def run(folder: Path, variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """One command in the example; SAM reports nothing to anyone."""
    environ = {**variables, "SAM_CLI_TELEMETRY": "0"}
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def sam(folder: Path, variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """One command of SAM's; it ends well."""
    done = run(folder, variables, str(environment_of("sam") / "sam"), *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def lbuild(folder: Path, variables: dict[str, str], *words: str) -> dict[str, Any]:
    """The report of one run of lbuild."""
    done = run(folder, variables, "lbuild", *words, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert isinstance(report, dict)
    return report


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of an archive."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def test_what_sam_uploads_is_what_lbuild_built(
    example: Path, variables: dict[str, str], moto: Aws, tmp_path: Path
) -> None:
    """The function and the layer file by file, the archive byte for byte; Lambda takes all three."""
    target = ("--runtime", "python3.13", "--arch", "arm64")
    inputs = ("src/api/requirements.txt", "layers/deps/requirements.txt")
    report = lbuild(example, variables, *inputs, "--source", "src/api", *target, "-o", "prebuilt.zip")
    lbuild(example, variables, inputs[0], "--source", "src/api", *target, "-o", str(tmp_path / "api/"))
    lbuild(example, variables, inputs[1], "--layer", *target, "-o", str(tmp_path / "deps/"))

    sam(example, variables, "build")
    built = example / ".aws-sam/build"
    assert tree(built / "Api") == tree(tmp_path / "api")
    assert tree(built / "Deps") == tree(tmp_path / "deps")
    assert any(name.endswith("aarch64-linux-gnu.so") for name in tree(built / "Deps"))

    bucket = moto.bucket("sam-artifacts")
    environ = {**variables, "AWS_ENDPOINT_URL": moto.endpoint}
    packaged = example / "packaged.yaml"
    sam(example, environ, "package", "--s3-bucket", bucket, "--output-template-file", str(packaged))
    resources = yaml.safe_load(packaged.read_text().replace("!Ref ", ""))["Resources"]
    keys = {
        name: resources[name]["Properties"][content].removeprefix(f"s3://{bucket}/")
        for name, content in (("Api", "CodeUri"), ("Deps", "ContentUri"), ("Prebuilt", "CodeUri"))
    }
    assert unpacked(moto.download(bucket, keys["Api"])) == tree(tmp_path / "api")
    assert unpacked(moto.download(bucket, keys["Deps"])) == tree(tmp_path / "deps")

    role = moto.role("sam-functions")
    layer = moto.ask(
        "lambda",
        "publish_layer_version",
        LayerName="deps",
        Content={"S3Bucket": bucket, "S3Key": keys["Deps"]},
    )
    assert layer["Content"]["CodeSha256"] == code_sha256(moto.download(bucket, keys["Deps"]))
    for name in ("Api", "Prebuilt"):
        moto.ask(
            "lambda",
            "create_function",
            FunctionName=name,
            Runtime="python3.13",
            Handler="app.handler",
            Role=role,
            Architectures=["arm64"],
            Code={"S3Bucket": bucket, "S3Key": keys[name]},
        )
    assert moto.code_sha256("Api") == code_sha256(moto.download(bucket, keys["Api"]))
    assert moto.code_sha256("Prebuilt") == report["bundle"]["code_sha256"]


def test_a_second_build_uploads_nothing_anew(example: Path, variables: dict[str, str]) -> None:
    """SAM names what it uploads by the content of the folder."""
    sam(example, variables, "build", "Api")
    before = tree(example / ".aws-sam/build/Api")
    sam(example, variables, "build", "Api", "--parallel")

    assert tree(example / ".aws-sam/build/Api") == before


def test_what_lbuild_says_of_a_failure_is_shown_by_sam(example: Path, variables: dict[str, str]) -> None:
    """And `sam build` fails."""
    (example / "src/api/requirements.txt").write_text("humanize==0.0.404\n")
    done = run(example, variables, str(environment_of("sam") / "sam"), "build", "Api")

    assert done.returncode != 0
    assert "error[resolution-impossible]" in done.stdout + done.stderr
