"""The GitHub Action: read by GitHub's own parser, and its steps run as a runner runs them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployers.aws import code_sha256
from deployers.github_action.runner import Runner, ask_github
from deployers.tools import ROOT
from factories.commands import members, offer
from servers.index_server import IndexServer

ACTION = ROOT / "examples" / "github-action"


@pytest.fixture
def index() -> Iterator[IndexServer]:
    """An index with two projects, of which one needs the other."""
    with IndexServer() as server:
        offer(server, "base", "1.0")
        offer(server, "tool", "1.0", requires_dist=["base"])
        yield server


@pytest.fixture
def runner(tmp_path: Path, variables: dict[str, str], index: IndexServer) -> Runner:
    """A runner with a checked-out app; `lbuild` is there already, see the input of that name."""
    configuration = tmp_path / "pip.conf"
    configuration.write_text(f"[global]\nindex-url = {index.index_url}\n", encoding="utf-8")
    environ = {name: value for name, value in variables.items() if not name.startswith("PIP_")}
    environ |= {"PIP_CONFIG_FILE": str(configuration), "LBUILD_CACHE_DIR": str(tmp_path / "cache")}
    workspace = tmp_path / "work"
    (workspace / "api").mkdir(parents=True)
    (workspace / "api" / "app.py").write_text("import tool\n", encoding="utf-8")
    (workspace / "api" / "requirements.txt").write_text("tool\n", encoding="utf-8")
    return Runner(action=ACTION, workspace=workspace, temp=tmp_path / "temp", variables=environ)


@pytest.mark.parametrize("kind", ["action", "workflow"])
def test_github_reads_it(kind: str) -> None:
    """Keys, types, and the contexts that expressions name; the parser finds faults where there are any."""
    text = (ACTION / f"{kind}.yml").read_text(encoding="utf-8")

    assert ask_github({"check": kind, "text": text}) == []
    assert ask_github({"check": kind, "text": text.replace("steps:", "stepps:")}) != []


def test_a_bundle_its_outputs_and_its_cache(runner: Runner, index: IndexServer) -> None:
    """Outputs are those of the file; the same files find the cache by its key, and need no index any more."""
    asked = {
        "requirements": "requirements.txt",
        "source": ".",
        "runtime": "python3.13",
        "architecture": "arm64",
        "output": "dist/api.zip",
        "args": "--bytecode\nnone",
        "working_directory": "api",
        "lbuild": "",
    }
    first = runner.use(**asked)
    assert first.status == 0, first.log
    archive = runner.workspace / first.outputs["path"]

    assert first.outputs["path"] == "api/dist/api.zip"
    assert first.outputs["code-sha256"] == code_sha256(archive.read_bytes())
    assert first.outputs["size"] == str(archive.stat().st_size)
    assert first.outputs["cache-hit"] == ""
    assert {"app.py", "tool.py", "base.py"} < set(members(archive))
    assert f"| code-sha256 | `{first.outputs['code-sha256']}` |" in first.summary
    report = json.loads(Path(first.outputs["report"]).read_text(encoding="utf-8"))
    assert report["target"]["architecture"] == "arm64"

    shutil.rmtree(archive.parent)
    index.requests.clear()
    second = runner.use(**{**asked, "args": "--bytecode\nnone\n--offline"})
    assert second.status == 0, second.log
    assert (second.outputs["cache-hit"], index.paths()) == ("true", [])
    assert second.outputs["sha256"] == first.outputs["sha256"]

    (runner.workspace / "api" / "requirements.txt").write_text("tool\nbase\n", encoding="utf-8")
    third = runner.use(**asked)
    assert (third.status, third.outputs["cache-hit"]) == (0, "false")  # an older cache, kept under a new key
    assert third.cache_key != first.cache_key
    assert len(runner.caches) == 2


def test_a_project(runner: Runner) -> None:
    """Without requirements: all its functions; the key follows its configuration."""
    table = (
        '[functions.api]\nrequirements = ["api/requirements.txt"]\nsource = "api"\nruntime = "python3.13"\n'
    )
    (runner.workspace / "lbuild.toml").write_text(table, encoding="utf-8")
    done = runner.use(lbuild="")
    assert done.status == 0, done.log
    manifest = json.loads((runner.workspace / done.outputs["manifest"]).read_text(encoding="utf-8"))

    assert (done.outputs["path"], list(manifest["functions"])) == ("dist", ["api"])
    assert done.outputs["size"] == str(manifest["functions"]["api"]["zipped"])
    (runner.workspace / "lbuild.toml").write_text(table + 'slim = "none"\n', encoding="utf-8")
    assert runner.use(lbuild="").cache_key != done.cache_key


def test_a_layer_without_a_cache(runner: Runner) -> None:
    """`cache: false` uses none; a value of an input is never run."""
    done = runner.use(
        requirements="tool\nbase", layer="true", cache="false", output="a b $(touch gone).zip", lbuild=""
    )

    assert done.status == 0, done.log
    assert "python/tool.py" in members(runner.workspace / done.outputs["path"])
    assert done.cache_key is None
    assert not (runner.workspace / "gone").exists()


def test_a_failure_is_an_annotation_and_lbuild_s_status(runner: Runner) -> None:
    """The log has lbuild's words; nothing is written."""
    done = runner.use(requirements="absent-here", lbuild="")

    assert done.status == 1
    assert (
        "\n::error title=lbuild (project-not-found)::no index knows the project `absent-here`%0Ahint: "
        in done.log
    )
    assert "error[project-not-found]" in done.log
    assert done.outputs["path"] == ""
    assert not (runner.workspace / "bundle.zip").exists()


def test_no_lbuild_is_told(runner: Runner) -> None:
    """Before anything else is done."""
    runner.variables = {**runner.variables, "PATH": "/usr/bin:/bin"}
    done = runner.use(requirements="tool", lbuild="")

    assert done.status == 6
    assert "::error title=lbuild::`lbuild` was not found%0Ahint: Say in the input `lbuild`" in done.log


def test_what_pip_cannot_install_is_told(runner: Runner) -> None:
    """pip's own words are in the log."""
    done = runner.use(requirements="tool", lbuild="absent-here")

    assert done.status == 6
    assert "No matching distribution found for absent-here" in done.log
    assert "::error title=lbuild::pip could not install `absent-here`%0Ahint: The log says why" in done.log


@pytest.mark.registry
def test_lbuild_is_installed_by_the_action(runner: Runner, variables: dict[str, str]) -> None:
    """By pip, into an environment of its own."""
    runner.variables = {**runner.variables, "PATH": "/usr/bin:/bin"}
    pip = {name: value for name, value in variables.items() if name.startswith("PIP_")}
    del runner.variables["PIP_CONFIG_FILE"]
    runner.variables |= pip
    done = runner.use(lbuild=str(ROOT), requirements="idna", args="--bytecode\nnone")

    assert done.status == 0, done.log
    assert (runner.temp / "lbuild" / "bin" / "lbuild").exists()
    assert "idna/core.py" in members(runner.workspace / "bundle.zip")
