"""`osls deploy`, the real one, against AWS as moto plays it: the example, as it stands."""

import shutil
from pathlib import Path

import pytest

from deployers.aws import Aws
from deployers.serverless.service import Service, code_sha256
from deployers.tools import ROOT
from factories.commands import members

pytestmark = pytest.mark.registry


@pytest.fixture
def service(tmp_path: Path, variables: dict[str, str], moto: Aws) -> Service:
    """A copy of the example, to be deployed to moto."""
    folder = tmp_path / "shop"
    unwanted = shutil.ignore_patterns("node_modules", ".serverless", ".lbuild", "__pycache__")
    shutil.copytree(ROOT / "examples" / "serverless", folder, ignore=unwanted)
    return Service(folder=folder, variables={**variables, "AWS_ENDPOINT_URL": moto.endpoint})


def test_lambda_has_the_bytes_that_lbuild_told(service: Service, moto: Aws) -> None:
    """CodeSha256 is the printed one; nothing changed gives the same bytes; one edit deploys one function."""
    deployed = service.well("deploy")
    lambdas = {name: f"shop-dev-{name}" for name in ("api", "worker")}

    assert {name: moto.code_sha256(each) for name, each in lambdas.items()} == deployed.printed
    assert service.resource("WorkerLambdaFunction")["Architectures"] == ["arm64"]
    first = service.packaged()
    assert {name: code_sha256(content) for name, content in first.items()} == deployed.printed
    api, worker = (set(members(service.folder / f".serverless/{name}.zip")) for name in ("api", "worker"))
    assert {"app.py", "jinja2/__init__.py"} < api
    assert any(name.endswith("aarch64-linux-gnu.so") for name in worker)
    assert not any(name.endswith(".md") for name in worker - {each for each in worker if "dist-info" in each})

    again = service.well("package")
    assert (again.printed, service.packaged()) == (deployed.printed, first)
    assert "`custom.pythonRequirements.dockerizePip` is ignored" in again.output

    service.write("api/app.py", "def handler(event, context):", "    return 1")
    one = service.well("deploy", "function", "--function", "api")
    assert list(one.printed) == ["api"]
    assert one.printed["api"] != deployed.printed["api"]
    assert moto.code_sha256("shop-dev-api") == one.printed["api"]
    assert moto.code_sha256("shop-dev-worker") == deployed.printed["worker"]
