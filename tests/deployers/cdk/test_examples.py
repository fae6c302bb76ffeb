"""The examples for TypeScript and Python, synthesized as they stand; moto's Lambda takes their assets."""

import subprocess
from pathlib import Path

import pytest

from deployers.aws import Aws
from deployers.cdk.apps import App
from factories.commands import members

pytestmark = pytest.mark.registry


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory, variables: dict[str, str]) -> dict[str, App]:
    """Both, synthesized."""
    made = {}
    for language in ("typescript", "python"):
        folder = tmp_path_factory.mktemp(language) / "app"
        made[language] = App.of_example(language, folder, variables)
        made[language].well()
    return made


def resources(app: App, kind: str) -> dict[str, dict[str, object]]:
    """Properties of the resources of a kind, by the names that the app gave them."""
    found = app.template()["Resources"].items()
    return {name[:-8]: each["Properties"] for name, each in found if each["Type"] == kind}


def test_both_languages_give_the_same_app(apps: dict[str, App]) -> None:
    """Whole templates, and with them every asset's hash."""
    assert apps["typescript"].template() == apps["python"].template()


@pytest.mark.parametrize("language", ["typescript", "python"])
def test_assets_are_what_lbuild_builds(apps: dict[str, App], language: str, tmp_path: Path) -> None:
    """Byte for byte; two functions with one source have one asset, built by one run."""
    app = apps[language]
    functions = resources(app, "AWS::Lambda::Function")
    assert functions["Page"]["Code"] == functions["Preview"]["Code"]
    assert (functions["Page"]["Handler"], functions["Preview"]["Handler"]) == ("app.handler", "app.preview")
    assert functions["Page"]["Architectures"] == ["arm64"]
    assert len(app.runs()) == 3

    words = ["lbuild", "functions/page/requirements.txt", "--source", "functions/page", "--arch", "arm64"]
    words += ["--runtime", "python3.13", "-o", str(tmp_path / "page.zip"), "--quiet"]
    subprocess.run(words, cwd=app.folder, env=dict(app.variables), check=True)
    assert app.asset(functions["Page"]["Code"]) == (tmp_path / "page.zip").read_bytes()
    (layer,) = resources(app, "AWS::Lambda::LayerVersion").values()
    (tmp_path / "layer.zip").write_bytes(app.asset(layer["Content"]))
    assert "python/markupsafe/__init__.py" in members(tmp_path / "layer.zip")
    assert layer["CompatibleArchitectures"] == ["x86_64"]


def test_lambda_has_the_bytes_that_lbuild_told(apps: dict[str, App], moto: Aws, tmp_path: Path) -> None:
    """What the template's outputs say is what Lambda reports of the assets."""
    app = apps["python"]
    outputs = {name: each["Value"] for name, each in app.template()["Outputs"].items()}
    functions = resources(app, "AWS::Lambda::Function")
    for name in ("Page", "Work"):
        archive = tmp_path / f"{name}.zip"
        archive.write_bytes(app.asset(functions[name]["Code"]))
        made = moto.ask(
            "lambda",
            "create_function",
            FunctionName=f"cdk-{name}",
            Runtime=functions[name]["Runtime"],
            Handler=functions[name]["Handler"],
            Role=moto.role(f"cdk-{name}"),
            Code={"ZipFile": str(archive)},
        )
        assert made["CodeSha256"] == outputs[f"{name.lower()}CodeSha256"]
    (layer,) = resources(app, "AWS::Lambda::LayerVersion").values()
    archive.write_bytes(app.asset(layer["Content"]))
    published = moto.ask(
        "lambda", "publish_layer_version", LayerName="cdk", Content={"ZipFile": str(archive)}
    )
    assert published["Content"]["CodeSha256"] == outputs["layerCodeSha256"]
