"""AWS's own command takes what lbuild makes, as docs/deployers.md shows it."""

import os
import subprocess
from pathlib import Path

import pytest

from deployers.tools import environment_of
from factories.clouds import Cloud


@pytest.fixture(scope="session")
def aws_command() -> Path:
    return environment_of("awscli") / "aws"


def test_lambda_answers_what_lbuild_printed(cloud: Cloud, aws_command: Path) -> None:
    name = cloud.make_function("api")
    cloud.room.offer("tool", "1.0")
    bundle = cloud.room.lbuild("tool", "-o", "bundle.zip", "--json")
    layer = cloud.room.lbuild("tool", "-o", "layer.zip", "--layer", "--json")

    def aws(*words: str) -> str:
        done = subprocess.run(
            [aws_command, "lambda", *words, "--output", "text"],
            cwd=cloud.room.folder,
            env={**cloud.room.environ, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    of_function = aws(
        "update-function-code", "--function-name", name, "--zip-file", "fileb://bundle.zip",
        "--query", "CodeSha256",
    )  # fmt: skip
    of_layer = aws(
        "publish-layer-version", "--layer-name", f"{cloud.name}-deps", "--zip-file", "fileb://layer.zip",
        "--compatible-runtimes", "python3.13", "--query", "Content.CodeSha256",
    )  # fmt: skip

    assert of_function == bundle.report["bundle"]["code_sha256"]
    assert of_layer == layer.report["bundle"]["code_sha256"]
