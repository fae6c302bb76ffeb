"""`lbuild publish-layer` with an AWS of moto's: what Lambda has is what lbuild printed."""

import json
import zipfile
from pathlib import Path
from typing import Any

from factories.clouds import HERE, THERE, Cloud


def built_layer(cloud: Cloud, version: str = "1.0") -> tuple[Path, str]:
    """A layer that lbuild made, and the CodeSha256 it printed."""
    cloud.room.offer("tool", version)
    built = cloud.room.lbuild(f"tool=={version}", "-o", "layer.zip", "--layer", "--json")
    assert built.status == 0, built.stderr
    return cloud.room.folder / "layer.zip", built.report["bundle"]["code_sha256"]


def steps(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Region, name and action of each step."""
    return [
        (region["region"], step["name"], step["action"])
        for region in document["regions"]
        for step in region["steps"]
    ]


def test_lambda_has_what_lbuild_printed(cloud: Cloud) -> None:
    layer, printed = built_layer(cloud)

    done = cloud.run(
        "publish-layer", layer, "--name", f"{cloud.name}-deps", "--runtime", "python3.13", "--runtime",
        "python3.12", "--arch", "arm64", "--json",
    )  # fmt: skip

    assert done.status == 0, done.stderr
    (step,) = done.report["regions"][0]["steps"]
    assert (step["action"], step["code_sha256"], step["version"]) == ("published", printed, "1")
    there = cloud.client("lambda").get_layer_version(LayerName=step["name"], VersionNumber=1)
    assert there["Content"]["CodeSha256"] == printed
    assert there["CompatibleRuntimes"] == ["python3.13", "python3.12"]
    assert there["CompatibleArchitectures"] == ["arm64"]


def test_the_same_content_is_published_once(cloud: Cloud) -> None:
    layer, printed = built_layer(cloud)
    name = f"{cloud.name}-deps"
    words = ("publish-layer", layer, "--name", name, "--runtime", "python3.13")
    first = cloud.run(*words)

    again = cloud.run(*words, "--json")
    wider = cloud.run(*words, "--runtime", "python3.12", "--json")
    narrower = cloud.run("publish-layer", layer, "--name", name, "--runtime", "python3.12", "--json")

    assert f"{HERE}  layer  {name}  published  version 1  {printed}" in first.stderr
    assert [each["action"] for each in again.report["regions"][0]["steps"]] == ["unchanged"]
    assert "unchanged" in again.stderr
    # A version that is not told to be compatible with what is asked for is another one.
    assert steps(wider.report) == [(HERE, name, "published")]
    assert narrower.report["regions"][0]["steps"][0]["version"] == "2"
    assert len(cloud.layers(name)) == 2


def test_a_version_that_another_tool_published_is_used(cloud: Cloud) -> None:
    layer, _ = built_layer(cloud)
    name = f"{cloud.name}-deps"
    cloud.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": layer.read_bytes()})
    cloud.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": b"another"})

    done = cloud.run("publish-layer", layer, "--name", name, "--json")

    assert [step["version"] for step in done.report["regions"][0]["steps"]] == ["1"]
    assert len(cloud.layers(name)) == 2


def test_a_zip_of_any_tool_in_two_regions(cloud: Cloud) -> None:
    path = cloud.room.folder / "theirs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("python/tool.py", "x = 1\n")
    name = f"{cloud.name}-theirs"

    done = cloud.run("publish-layer", path, "--name", name, "--region", HERE, "--region", THERE, "--json")

    assert done.status == 0, done.stderr
    assert steps(done.report) == [(HERE, name, "published"), (THERE, name, "published")]
    assert {step["code_sha256"] for region in done.report["regions"] for step in region["steps"]} == {
        cloud.client("lambda", region).get_layer_version(LayerName=name, VersionNumber=1)["Content"][
            "CodeSha256"
        ]
        for region in (HERE, THERE)
    }


def test_a_dry_run_only_looks(cloud: Cloud) -> None:
    layer, _ = built_layer(cloud)
    name = f"{cloud.name}-deps"

    done = cloud.run("publish-layer", layer, "--name", name, "--dry-run")

    assert done.status == 0
    assert f"{name}  would be published" in done.stderr
    assert cloud.layers(name) == []


def test_all_layers_of_a_manifest_or_some(cloud: Cloud) -> None:
    cloud.room.offer("one", "1.0")
    cloud.room.offer("two", "1.0")
    cloud.room.write(
        "lbuild.toml",
        '[defaults]\nruntime = "python3.13"\nbytecode = "none"',
        '[functions.api]\nrequirements = ["one", "two"]\nlayers = ["first", "second"]',
        '[layers.first]\nrequirements = ["one"]',
        '[layers.second]\nrequirements = ["two"]',
    )
    assert cloud.room.lbuild("build").status == 0
    manifest = json.loads((cloud.room.folder / "dist/lbuild-manifest.json").read_text())
    prefix = f"{cloud.name}-"

    some = cloud.run("publish-layer", "dist", "--name", "second", "--name-prefix", prefix, "--json")
    every = cloud.run("publish-layer", "dist/lbuild-manifest.json", "--name-prefix", prefix, "--json")

    assert steps(some.report) == [(HERE, f"{prefix}second", "published")]
    assert steps(every.report) == [
        (HERE, f"{prefix}first", "published"),
        (HERE, f"{prefix}second", "unchanged"),
    ]
    for name, layer in manifest["layers"].items():
        there = cloud.client("lambda").get_layer_version(LayerName=f"{prefix}{name}", VersionNumber=1)
        assert there["Content"]["CodeSha256"] == layer["code_sha256"]
        assert there["CompatibleRuntimes"] == ["python3.13"]
        assert there["CompatibleArchitectures"] == ["x86_64"]
