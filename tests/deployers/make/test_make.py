"""`examples/make` as a user or CI runs it, with an AWS of moto's."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from factories.clouds import Cloud


@pytest.mark.parametrize("example", ["make"], indirect=True)
def test_make_builds_and_deploys_what_is_missing(example: Path, cloud: Cloud, commands: Path) -> None:
    cloud.room.offer("idna", "3.10")
    variables = {
        **cloud.room.environ,
        "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}",
        "PIP_INDEX_URL": cloud.room.index.index_url,
        "LBUILD_CACHE_DIR": str(cloud.room.cache),
    }

    def make(*goals: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *goals], cwd=example, env=variables, capture_output=True, text=True, check=False
        )

    # The names of the example are the account's: no test but this one has them.
    cloud.client("lambda").create_function(
        FunctionName="greet", Role=cloud.role, Runtime="python3.13", Handler="x.y", Code={"ZipFile": b"old"}
    )
    try:
        first = make("deploy")
        built = json.loads((example / "dist/lbuild-manifest.json").read_text())["functions"]["greet"]
        live = cloud.client("lambda").get_function_configuration(FunctionName="greet", Qualifier="live")
        again, checked = make("deploy"), make("check")
        (example / "src/app.py").write_text("import idna\n\n\ndef handler(event, context):\n    return 1\n")
        edited = make("deploy")
        (example / "lbuild.toml").write_text(
            '[functions.greet]\nrequirements = ["idna>99"]\nsource = "src"\n'
        )
        failed = make("deploy")
    finally:
        cloud.client("lambda").delete_function(FunctionName="greet")

    assert first.returncode == 0, first.stderr
    assert live["CodeSha256"] == built["code_sha256"]
    assert "nothing changed" in again.stderr
    assert "greet  unchanged" in again.stderr
    assert checked.returncode == 0, checked.stderr
    assert "greet  updated: code" in edited.stderr
    assert failed.returncode == 2, "make's own"
    assert "Error 1" in failed.stderr, "lbuild's: there is no such version"
    assert "deploy-function" not in failed.stdout, "nothing is deployed of what was not built"
