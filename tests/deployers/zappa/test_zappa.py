"""`zappa package` and `zappa deploy`, the real ones, with lbuild's callback."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from builder.deployers.zappa.project import TEMPLATE
from deployers.aws import Aws, code_sha256
from deployers.tools import ROOT, environment_of
from factories.commands import members

pytestmark = [pytest.mark.registry, pytest.mark.parametrize("example", ["zappa"], indirect=True)]

EVENT = {
    "httpMethod": "GET",
    "path": "/mean",
    "resource": "/mean",
    "headers": {"Host": "example"},
    "multiValueHeaders": {"Host": ["example"]},
    "queryStringParameters": {"reading": "2"},
    "multiValueQueryStringParameters": {"reading": ["1", "2"]},
    "requestContext": {"stage": "dev", "httpMethod": "GET", "identity": {"sourceIp": "127.0.0.1"}},
    "body": None,
    "isBase64Encoded": False,
    "pathParameters": None,
    "stageVariables": None,
}
"""As API Gateway sends it."""


@pytest.fixture
def environ(variables: dict[str, str]) -> dict[str, str]:
    """A user in Zappa's virtual environment."""
    folder = environment_of("zappa")
    path = os.pathsep.join([str(folder), variables["PATH"]])
    return {**variables, "PATH": path, "VIRTUAL_ENV": str(folder.parent)}


@pytest.fixture
def hasty(environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The same, with an empty environment for Zappa to copy: lbuild brings the packages."""
    folder = tmp_path / "empty"
    for python in (environment_of("zappa").parent / "lib").iterdir():
        (folder / "lib" / python.name / "site-packages").mkdir(parents=True)
    return {**environ, "VIRTUAL_ENV": str(folder)}


def run(folder: Path, environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def done(outcome: subprocess.CompletedProcess[str]) -> str:
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome.stdout + outcome.stderr


def printed_by_lbuild(said: str) -> str:
    """The CodeSha256 among all that was said."""
    return next(line.split()[-1] for line in said.splitlines() if "CodeSha256" in line)


def test_lambda_gets_what_lbuild_made(example: Path, environ: dict[str, str], moto: Aws) -> None:
    """Packaged, tried as Lambda would run it, deployed.

    The project has a package called `builder`, and PYTHONPATH leads to it: nobody takes it for lbuild's.
    """
    (example / "builder").mkdir()
    (example / "builder/__init__.py").write_text("raise RuntimeError('a package of the app')\n")
    environ = {**environ, "PYTHONPATH": str(example)}
    said = done(run(example, environ, "zappa", "package", "dev", "-o", "app.zip"))

    printed = printed_by_lbuild(said)
    archive = example / "app.zip"
    assert printed == code_sha256(archive.read_bytes())
    content = members(archive)
    assert {"app.py", "handler.py", "zappa_settings.py", "builder/__init__.py"} <= set(content)
    assert {"flask/__init__.py", "numpy/__init__.py", "zappa/handler.py"} <= set(content)
    assert not any(name.startswith(("pip/", "troposphere/")) for name in content)
    assert "package_info.json" not in content
    assert "__init__.py" not in content

    moto.role("lbuild-example-zappa")
    environ = {**environ, "AWS_ENDPOINT_URL": moto.endpoint}
    done(run(example, environ, "zappa", "deploy", "dev", "--zip", "app.zip"))
    assert moto.code_sha256("lbuild-example-dev") == printed

    (example / "event.json").write_text(json.dumps(EVENT))
    del environ["PYTHONPATH"]
    words = ("try", "app.zip", "--handler", "handler.lambda_handler", "--event", "event.json")
    answer = done(run(example, environ, "lbuild", *words, "--timeout", "60"))
    assert '{\\"mean\\":1.5}' in answer


def test_zappa_deploys_it_by_itself(example: Path, hasty: dict[str, str], moto: Aws) -> None:
    """Without `--zip`: packaged, made anew by the callback, and uploaded through S3."""
    settings = (example / "zappa_settings.json").read_text()
    (example / "zappa_settings.json").write_text(settings.replace('"lbuild-example"', '"lbuild-direct"'))
    moto.role("lbuild-example-zappa")
    said = done(run(example, {**hasty, "AWS_ENDPOINT_URL": moto.endpoint}, "zappa", "deploy", "dev"))

    assert moto.code_sha256("lbuild-direct-dev") == printed_by_lbuild(said)
    assert not list(example.glob("*.zip"))


def test_the_same_project_is_the_same_archive(example: Path, hasty: dict[str, str]) -> None:
    """Zappa puts a time and a random number into its own."""
    for name in ("one.zip", "two.zip"):
        done(run(example, hasty, "zappa", "package", "dev", "-o", name))

    assert (example / "one.zip").read_bytes() == (example / "two.zip").read_bytes()


def test_a_failure_leaves_no_archive(example: Path, hasty: dict[str, str]) -> None:
    """Or Zappa's own would be deployed."""
    (example / "requirements.txt").write_text("flask==0.0.404\n")
    outcome = run(example, hasty, "zappa", "package", "dev", "-o", "app.zip")

    assert outcome.returncode == 1
    assert "error[resolution-impossible]" in outcome.stderr
    assert not (example / "app.zip").exists()


def test_without_a_callback_it_is_done_by_hand(example: Path, hasty: dict[str, str]) -> None:
    """Runtime and version are asked of the Zappa on PATH."""
    done(run(example, hasty, "zappa", "package", "dev", "-o", "by-callback.zip"))
    settings = (example / "zappa_settings.json").read_text()
    (example / "zappa_settings.json").write_text(settings.replace('"callbacks"', '"callbacks-not"'))
    done(run(example, hasty, "zappa", "package", "dev", "-o", "by-hand.zip"))
    words = json.loads(settings)["base"]["lbuild"]
    done(run(example, hasty, "lbuild", "zappa", "dev", "--archive", "by-hand.zip", *words))

    assert members(example / "by-hand.zip") == members(example / "by-callback.zip")


def test_the_example_has_the_callback_that_lbuild_writes(example: Path) -> None:
    assert (ROOT / "examples/zappa/lbuild_zappa.py").read_bytes() == TEMPLATE.read_bytes()
