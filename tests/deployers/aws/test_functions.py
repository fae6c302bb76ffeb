"""`lbuild deploy-function` with an AWS of moto's: what Lambda has is what lbuild printed."""

import json
from pathlib import Path
from typing import Any

import pytest

from factories.clouds import HERE, THERE, Cloud
from factories.commands import Outcome


@pytest.fixture
def bundle(cloud: Cloud) -> tuple[Path, str]:
    """A bundle, and the CodeSha256 that lbuild printed."""
    cloud.room.offer("tool", "1.0")
    built = cloud.room.lbuild("tool", "-o", "bundle.zip", "--json")
    assert built.status == 0, built.stderr
    return cloud.room.folder / "bundle.zip", built.report["bundle"]["code_sha256"]


@pytest.fixture
def manifest(cloud: Cloud) -> dict[str, Any]:
    """A project of two functions with a layer, built; its manifest."""
    cloud.room.offer("base", "1.0")
    for name in ("one", "two"):
        cloud.room.write(f"{name}/app.py", f"name = '{name}'")
    cloud.room.write(
        "lbuild.toml",
        '[defaults]\nruntime = "python3.13"\narch = "arm64"\nbytecode = "none"\nrequirements = ["base"]',
        '[functions.one]\nsource = "one"\nhandler = "app.one"\nlayers = ["common"]',
        '[functions.two]\nsource = "two"\nhandler = "app.two"\nlayers = ["common"]',
        '[layers.common]\nrequirements = ["base"]',
    )
    return built(cloud)


def built(cloud: Cloud) -> dict[str, Any]:
    done = cloud.room.lbuild("build")
    assert done.status == 0, done.stderr
    found = json.loads((cloud.room.folder / "dist/lbuild-manifest.json").read_text())
    assert isinstance(found, dict)
    return found


def make_arm_function(cloud: Cloud, name: str, region: str = HERE) -> str:
    """As the project has them: moto's UpdateFunctionCode leaves a function's architecture as it is."""
    return cloud.make_function(name, region, Architectures=["arm64"])


def actions(done: Outcome, region: str = HERE) -> list[tuple[str, str]]:
    """Name, without what is before it, and action of each step."""
    (found,) = (each for each in done.report["regions"] if each["region"] == region)
    return [(step["name"].rpartition("-")[2], step["action"]) for step in found["steps"]]


def test_a_zip_goes_to_a_function_that_is_there(cloud: Cloud, bundle: tuple[Path, str]) -> None:
    path, printed = bundle
    name = cloud.make_function("api")

    done = cloud.run("deploy-function", path, "--function", name, "--json")
    again = cloud.run("deploy-function", path, "--function", name, "--json")

    assert done.status == 0, done.stderr
    there = cloud.function(name)
    assert there["CodeSha256"] == printed
    assert (there["Handler"], there["Runtime"]) == ("old.handler", "python3.11")
    assert actions(done) == [("api", "updated")]
    assert actions(again) == [("api", "unchanged")]
    assert done.report["regions"][0]["steps"][0]["code_sha256"] == printed


def test_settings_of_a_zip(cloud: Cloud, bundle: tuple[Path, str]) -> None:
    path, _ = bundle
    name = cloud.make_function("api")

    settings = ("--handler", "new.handler", "--runtime", "python3.13")
    done = cloud.run("deploy-function", path, "--function", name, *settings, "--json")

    there = cloud.function(name)
    assert (there["Handler"], there["Runtime"]) == ("new.handler", "python3.13")
    assert done.report["regions"][0]["steps"][0]["changes"] == ["code", "runtime", "handler"]


def test_a_manifest_brings_layers_and_settings(cloud: Cloud, manifest: dict[str, Any]) -> None:
    prefix = f"{cloud.name}-"
    names = {each: make_arm_function(cloud, each) for each in ("one", "two")}

    done = cloud.run("deploy-function", "dist", "--name-prefix", prefix, "--json")
    again = cloud.run("deploy-function", "dist", "--name-prefix", prefix, "--json")

    assert done.status == 0, done.stderr
    assert actions(done) == [("common", "published"), ("one", "updated"), ("two", "updated")]
    assert {action for _, action in actions(again)} == {"unchanged"}
    (layer,) = cloud.layers(f"{prefix}common")
    for name, called in names.items():
        there = cloud.function(called)
        assert there["CodeSha256"] == manifest["functions"][name]["code_sha256"]
        assert there["Handler"] == f"app.{name}"
        assert (there["Runtime"], there["Architectures"]) == ("python3.13", ["arm64"])
        assert [each["Arn"] for each in there["Layers"]] == [layer["LayerVersionArn"]]


def test_only_what_was_edited_is_updated(cloud: Cloud, manifest: dict[str, Any]) -> None:
    prefix = f"{cloud.name}-"
    for each in ("one", "two"):
        make_arm_function(cloud, each)
    cloud.run("deploy-function", "dist", "--name-prefix", prefix)
    cloud.room.write("two/app.py", "name = 'edited'")
    edited = built(cloud)

    done = cloud.run("deploy-function", "dist", "--name-prefix", prefix, "--json")

    assert actions(done) == [("common", "unchanged"), ("one", "unchanged"), ("two", "updated")]
    assert cloud.function(f"{prefix}two")["CodeSha256"] == edited["functions"]["two"]["code_sha256"]
    assert edited["functions"]["one"] == manifest["functions"]["one"]


def test_layers_that_are_not_the_projects(cloud: Cloud, manifest: dict[str, Any]) -> None:
    name = make_arm_function(cloud, "one")
    published = {
        region: cloud.client("lambda", region).publish_layer_version(
            LayerName=f"{cloud.name}-extension", Content={"ZipFile": b"extension"}
        )["LayerVersionArn"]
        for region in (HERE, THERE)
    }
    cloud.client("lambda").update_function_configuration(FunctionName=name, Layers=[published[HERE]])
    make_arm_function(cloud, "one", THERE)
    words = ("deploy-function", "dist", "--function", "one", "--name-prefix", f"{cloud.name}-")
    extension = published[HERE].replace(HERE, "{region}")

    kept = cloud.run(*words, "--layer", extension, "--region", HERE, "--region", THERE, "--json")
    lost = cloud.run(*words, "--json")

    assert kept.status == 0, kept.stderr
    layers = [layer["Arn"] for layer in cloud.function(name, THERE)["Layers"]]
    assert [layers[-1], len(layers)] == [published[THERE], 2]
    assert "warning" not in kept.stderr
    assert f"keep it with `--layer {published[HERE]}`" in lost.stderr
    assert lost.report["regions"][0]["steps"][-1]["removed_layers"] == [published[HERE]]
    assert len(cloud.function(name)["Layers"]) == 1


def test_functions_by_other_names(cloud: Cloud, manifest: dict[str, Any]) -> None:
    name = cloud.make_function("production")

    done = cloud.run(
        "deploy-function", "dist", "--function", f"one={name}", "--name-prefix", f"{cloud.name}-", "--json"
    )

    assert actions(done) == [("common", "published"), ("production", "updated")]
    assert cloud.function(name)["CodeSha256"] == manifest["functions"]["one"]["code_sha256"]


def test_functions_are_made_when_that_is_asked_for(cloud: Cloud, manifest: dict[str, Any]) -> None:
    words = ("deploy-function", "dist", "--function", "one", "--name-prefix", f"{cloud.name}-")

    without = cloud.run(*words)
    looked = cloud.run(*words, "--create", "--role", cloud.role, "--dry-run")
    done = cloud.run(*words, "--create", "--role", cloud.role, "--json")

    assert (without.status, without.codes) == (2, ["not-there"])
    assert "--create --role ARN" in without.stderr
    assert "would be made" in looked.stderr
    assert actions(done) == [("common", "published"), ("one", "created")]
    there = cloud.function(f"{cloud.name}-one")
    assert there["CodeSha256"] == manifest["functions"]["one"]["code_sha256"]
    assert (there["Role"], there["Architectures"], len(there["Layers"])) == (cloud.role, ["arm64"], 1)


def test_an_alias_moves_to_a_version_of_it(cloud: Cloud, bundle: tuple[Path, str]) -> None:
    path, printed = bundle
    name = cloud.make_function("api")
    words = ("deploy-function", path, "--function", name, "--alias", "live", "--json")

    done = cloud.run(*words)

    (step,) = done.report["regions"][0]["steps"]
    assert (step["version"], step["arn"].rpartition(":")[2]) == ("1", "1")
    alias = cloud.client("lambda").get_alias(FunctionName=name, Name="live")
    assert alias["FunctionVersion"] == "1"
    live = cloud.client("lambda").get_function_configuration(FunctionName=name, Qualifier="live")
    assert live["CodeSha256"] == printed
    cloud.room.offer("tool", "2.0")
    cloud.room.lbuild("tool", "-o", "bundle.zip", "--refresh")
    assert cloud.run(*words).report["regions"][0]["steps"][0]["version"] == "2"
    assert cloud.client("lambda").get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"


def test_a_dry_run_only_looks(cloud: Cloud, manifest: dict[str, Any]) -> None:
    names = [make_arm_function(cloud, each) for each in ("one", "two")]
    before = [cloud.function(name) for name in names]

    done = cloud.run("deploy-function", "dist", "--name-prefix", f"{cloud.name}-", "--dry-run")

    assert done.status == 0, done.stderr
    assert done.stderr.count("would be updated: code, runtime, handler, layers") == 2
    assert cloud.layers(f"{cloud.name}-common") == []
    assert [each["CodeSha256"] for each in map(cloud.function, names)] == [
        each["CodeSha256"] for each in before
    ]


def test_what_fails_midway_is_told_and_can_be_run_again(cloud: Cloud, manifest: dict[str, Any]) -> None:
    prefix = f"{cloud.name}-"
    for name, region in (("one", HERE), ("two", HERE), ("one", THERE)):
        make_arm_function(cloud, name, region)
    words = (
        "deploy-function",
        "dist",
        "--name-prefix",
        prefix,
        "--region",
        HERE,
        "--region",
        THERE,
        "--json",
    )

    first = cloud.run(*words)

    assert (first.status, first.codes) == (2, ["not-there"])
    assert actions(first) == [("common", "published"), ("one", "updated"), ("two", "updated")]
    assert actions(first, THERE) == [("common", "left"), ("one", "left"), ("two", "failed")]
    assert cloud.layers(f"{prefix}common", THERE) == []
    error = first.report["regions"][1]["steps"][2]["error"]
    assert (error["code"], THERE in error["evidence"][0]) == ("not-there", True)
    make_arm_function(cloud, "two", THERE)
    second = cloud.run(*words)

    assert second.status == 0, second.stderr
    assert {action for _, action in actions(second)} == {"unchanged"}
    assert actions(second, THERE) == [("common", "published"), ("one", "updated"), ("two", "updated")]
    assert cloud.function(f"{prefix}two", THERE)["CodeSha256"] == manifest["functions"]["two"]["code_sha256"]


def test_a_function_whose_layer_is_not_there_is_left_alone(cloud: Cloud, manifest: dict[str, Any]) -> None:
    name = cloud.make_function("one")
    before = cloud.function(name)
    layer = cloud.room.folder / "dist" / manifest["layers"]["common"]["file"]
    content = layer.read_bytes()
    layer.write_bytes(content + b"\n")  # still a zip, and another

    done = cloud.run("deploy-function", "dist", "--function", "one", "--name-prefix", f"{cloud.name}-")

    assert (done.status, done.codes) == (4, ["not-as-uploaded"])
    assert cloud.function(name)["CodeSha256"] == before["CodeSha256"]
    assert cloud.layers(f"{cloud.name}-common") == []
