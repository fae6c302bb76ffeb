"""`lbuild-manifest.json`, written and read."""

from pathlib import Path

import pytest

from builder.errors import InvalidManifestError
from builder.model import base64_of
from builder.project.manifest import (
    Distribution,
    FunctionEntry,
    LayerEntry,
    Manifest,
    manifest_text,
    read_manifest,
)

SHA256 = "ab" * 32
WHEEL = Distribution(name="base", version="1.0", file="base-1.0-py3-none-any.whl", sha256=SHA256)


def function(file: str = "one.zip", layers: tuple[str, ...] = ("shared",)) -> FunctionEntry:
    return FunctionEntry(
        file=file,
        sha256=SHA256,
        code_sha256=base64_of(SHA256),
        zipped=1,
        unzipped=2,
        files=3,
        inputs="x",
        distributions=(WHEEL,),
        runtime="python3.13",
        architecture="arm64",
        group="shared",
        handler=None,
        layers=layers,
        unzipped_with_layers=4,
    )


def layer(file: str = f"layers/shared-{SHA256[:16]}.zip") -> LayerEntry:
    return LayerEntry(
        file=file,
        sha256=SHA256,
        code_sha256=base64_of(SHA256),
        zipped=1,
        unzipped=2,
        files=3,
        inputs="x",
        distributions=(WHEEL,),
        compatible_runtimes=("python3.13",),
        compatible_architectures=("arm64",),
        path="python/",
        planned=True,
        group="shared",
    )


def read(tmp_path: Path, text: str) -> Manifest:
    path = tmp_path / "lbuild-manifest.json"
    path.write_text(text)
    return read_manifest(path)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Nothing is lost, and the text is the same whatever order it was made in."""
    manifest = Manifest(functions={"one": function()}, layers={"shared": layer()})

    assert read(tmp_path, manifest_text(manifest)) == manifest


def test_keys_of_later_versions_are_passed_over(tmp_path: Path) -> None:
    """Keys are only ever added within one schema."""
    text = manifest_text(Manifest()).replace('"schema": 1', '"schema": 1, "more": {}')

    assert read(tmp_path, text) == Manifest()


def test_layers_of_one_group_and_target() -> None:
    """Named layers, and those of others, are not part of a plan."""
    manifest = Manifest(functions={}, layers={"shared": layer()})

    assert set(manifest.of_group("shared", "python3.13", "arm64")) == {"shared"}
    assert not manifest.of_group("shared", "python3.13", "x86_64")
    assert not manifest.of_group("other", "python3.13", "arm64")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema": 2}',
        '{"functions": {"one": {}}}',
        "[" * 100_000,
        manifest_text(Manifest(functions={"../one": function("../one.zip", ())})),
        manifest_text(Manifest(functions={"one": function("other.zip", ())})),
        manifest_text(Manifest(functions={"one": function()})),
        manifest_text(Manifest(layers={"shared": layer("layers/other.zip")})),
        manifest_text(Manifest(layers={"../x": layer(f"layers/../x-{SHA256[:16]}.zip")})),
    ],
)
def test_what_lbuild_would_not_write_is_refused(tmp_path: Path, text: str) -> None:
    """Its files are replaced and removed, so they have to be its own."""
    with pytest.raises(InvalidManifestError):
        read(tmp_path, text)
