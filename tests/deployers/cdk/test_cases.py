"""Projects of functions in an app, and mistakes: the same in both languages."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployers.aws import code_sha256
from deployers.cdk.apps import App
from factories.commands import members, offer
from servers.index_server import IndexServer

CASES = Path(__file__).with_name("cases")
PROJECT = """
[defaults]
runtime = "python3.13"
share-layers = true
bytecode = "none"

[functions.one]
requirements = "heavy"
source = "one"
handler = "app.handler"

[functions.two]
extends = "one"
source = "two"

[functions.bare]
source = "one"
"""


@pytest.fixture(scope="module")
def index() -> Iterator[IndexServer]:
    """An index with one project that is worth a layer."""
    with IndexServer() as server:
        offer(server, "heavy", "1.0", {"heavy/__init__.py": b"", "heavy/data.bin": os.urandom(1_500_000)})
        yield server


@pytest.fixture(scope="module", params=["typescript", "python"])
def app(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    variables: dict[str, str],
    index: IndexServer,
) -> App:
    """The app of the cases, with the construct of the example and a project of two functions that share."""
    folder = tmp_path_factory.mktemp(request.param) / "app"
    configuration = folder.with_name("pip.conf")
    configuration.write_text(f"[global]\nindex-url = {index.index_url}\n", encoding="utf-8")
    environ = {name: value for name, value in variables.items() if not name.startswith("PIP_")}
    environ |= {"PIP_CONFIG_FILE": str(configuration), "LBUILD_CACHE_DIR": str(folder.with_name("cache"))}
    made = App.of_example(request.param, folder, environ)
    for case in CASES.iterdir():
        shutil.copy(case, folder)
    (folder / "lbuild.toml").write_text(PROJECT, encoding="utf-8")
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "app.py").write_text(f"import heavy  # {name}\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def said(app: App) -> dict[str, str]:
    """What the app told of each case."""
    found = json.loads(app.well())
    assert isinstance(found, dict)
    return found


def test_mistakes_are_told_in_words(app: App, said: dict[str, str]) -> None:
    """With the construct that made them; and nothing half-made stays."""
    place = "Stack/Function: "
    install = "\nhint: Install it with `pip install lambda-lbuild`, or say `command`"
    assert said["missing command"] == f"{place}`no-such-lbuild` was not found{install}"
    assert said["no lbuild"] == f"{place}`true` ended with status 0, and made no report"
    assert said["language"] == f"{place}`nodejs22.x` is no runtime of Python"
    assert said["entry"] == f"{place}there is no `app.py` in `gone`"
    assert said["index"] == f"{place}there is no `gone.py` in `one`"
    assert said["runtime"].startswith(place)
    assert "python3.7" in said["runtime"]
    assert "absent-here" in said["requirement"]
    assert said["layer"].startswith("Stack/Layer: a layer is for one runtime and one architecture")
    assert said["function"].startswith(
        "Shop/Project/Three: the project has no function `three`\n  there are: "
    )
    assert said["handler"].endswith("Name it with `handler` in lbuild.toml")
    assert [path.name for path in (app.folder / "other.out" / "lbuild").iterdir()] == ["unbuilt"]


def test_nothing_is_built_for_other_stacks(said: dict[str, str]) -> None:
    """`cdk list` and `cdk deploy Another` do not wait for lbuild."""
    assert said["other stacks"] == "nothing"


def test_functions_of_a_project_share_a_layer(app: App, said: dict[str, str]) -> None:
    """One run; assets are the project's files, and what else a function is comes from there."""
    assert sum(words.startswith("build ") for words in app.runs()) == 1
    manifest = json.loads((app.folder / "dist" / "lbuild-manifest.json").read_text(encoding="utf-8"))
    resources = {name: each["Properties"] for name, each in app.template()["Resources"].items()}
    functions = {name[7:10]: each for name, each in resources.items() if "Role" in each}
    ((layer_name, layer),) = ((name, each) for name, each in resources.items() if "Content" in each)
    for name, code in (("One", manifest["functions"]["one"]), ("Two", manifest["functions"]["two"])):
        assert functions[name]["Layers"] == [{"Ref": layer_name}]
        assert (functions[name]["Runtime"], functions[name]["Handler"]) == ("python3.13", "app.handler")
        assert code_sha256(app.asset(functions[name]["Code"])) == code["code_sha256"]
    assert functions["One"]["MemorySize"] == 256
    (entry,) = manifest["layers"].values()
    assert code_sha256(app.asset(layer["Content"])) == entry["code_sha256"]
    assert "python/heavy/__init__.py" in members(app.folder / "dist" / entry["file"])


@pytest.mark.parametrize("app", ["typescript"], indirect=True)
def test_an_uncaught_mistake_ends_the_app_with_its_words(app: App, said: dict[str, str]) -> None:
    """Where Node.js would print a stack trace, there is none."""
    (app.folder / "app.ts").write_text(
        "import { App, Stack } from 'aws-cdk-lib';\n"
        "import { LbuildProject } from './lib/lbuild';\n"
        "new LbuildProject(new Stack(new App(), 'Shop'), 'Project', { folder: 'one' });\n"
    )
    done = app.synth()

    assert done.returncode == 1
    assert "LbuildError: Shop/Project: No project of functions is described here" in done.stderr
    assert "    at " not in done.stderr
