"""What lbuild makes, for a Pulumi program. Written by `lbuild pulumi`, which writes it again.

    from lbuild_pulumi import bundle

    api = bundle("requirements.txt", source="src", output="build/api.zip", architecture="arm64")
    aws.lambda_.Function(
        "api",
        code=api.archive,
        source_code_hash=api.code_sha256,
        runtime=api.runtime,
        architectures=[api.architecture],
        handler="app.handler",
        role=role.arn,
    )

It builds while the program runs, in previews too; the same content has the same bytes. There is no dynamic
provider. It imports the standard library and pulumi, and lbuild runs in a process of its own: no module of
yours is ever taken for one of lbuild's, or the other way round.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMAND = "lbuild"
LEFT_OUT = ("PYTHONPATH", "PYTHONHOME")
"""Variables that would put your modules before lbuild's own."""


@dataclass(frozen=True)
class Bundle:
    """A zip, as the function or the layer that it is for."""

    path: str
    sha256: str
    """Hex."""
    code_sha256: str
    """Base64: for `source_code_hash`, and what Lambda answers as CodeSha256."""
    size: int
    """Bytes of the zip."""
    unpacked: int
    """Bytes, as Lambda counts them."""
    runtime: str
    architecture: str
    handler: str | None = None
    layers: tuple[str, ...] = ()
    """Of a project's function: names, in the order in which Lambda is to be given them."""

    @property
    def archive(self) -> pulumi.FileArchive:
        """For `code`."""
        return pulumi.FileArchive(self.path)


@dataclass(frozen=True)
class Project:
    """Functions with the layers that they share."""

    functions: Mapping[str, Bundle]
    layers: Mapping[str, Bundle]


def bundle(
    *requirements: str,
    output: str,
    source: str | None = None,
    runtime: str | None = None,
    architecture: str | None = None,
    layer: bool = False,
    options: Sequence[str] = (),
) -> Bundle:
    """Build a bundle, or a layer, as `lbuild REQUIREMENTS -o OUTPUT` does.

    `options` are any others of that command, such as `["--slim", "small"]`. Raises pulumi.RunError with what
    lbuild said.
    """
    words = [*requirements, "-o", output, *options]
    for option, value in (("--source", source), ("--runtime", runtime), ("--arch", architecture)):
        words += [] if value is None else [option, value]
    report = _run(words + (["--layer"] if layer else []), None)
    made, target = report["bundle"], report["target"]
    return Bundle(
        path=output,
        sha256=made["sha256"],
        code_sha256=made["code_sha256"],
        size=made["zipped"],
        unpacked=made["unzipped"],
        runtime=target["runtime"],
        architecture=target["architecture"],
    )


def project(folder: str = ".", *, output: str = "dist", options: Sequence[str] = ()) -> Project:
    """Build all functions of the project in `folder` and the layers they share, as `lbuild build` does.

    `output` is a folder, seen from `folder`. Raises pulumi.RunError with what lbuild said.
    """
    made = _run(["build", "-o", output, *options], folder)["manifest"]
    place = os.path.join(folder, output)
    functions = {
        name: _of_project(each, place, each["runtime"], each["architecture"])
        for name, each in made["functions"].items()
    }
    layers = {
        name: _of_project(each, place, each["compatible_runtimes"][0], each["compatible_architectures"][0])
        for name, each in made["layers"].items()
    }
    return Project(functions=functions, layers=layers)


def _of_project(made: dict[str, Any], place: str, runtime: str, architecture: str) -> Bundle:
    return Bundle(
        path=os.path.join(place, made["file"]),
        sha256=made["sha256"],
        code_sha256=made["code_sha256"],
        size=made["zipped"],
        unpacked=made["unzipped"],
        runtime=runtime,
        architecture=architecture,
        handler=made.get("handler"),
        layers=tuple(made.get("layers", ())),
    )


def _run(words: list[str], folder: str | None) -> dict[str, Any]:
    """What lbuild reports; its warnings are shown."""
    environ = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    command = [COMMAND, *words, "--json"]
    try:
        done = subprocess.run(
            command, cwd=folder, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError as error:
        raise pulumi.RunError(
            f"lbuild cannot be run: {error}\nInstall it: pip install lambda-lbuild"
        ) from error
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise pulumi.RunError(f"{' '.join(command)} ended with status {done.returncode}\n{said}")
    report: dict[str, Any] = json.loads(done.stdout)
    for line in report["warnings"]:
        pulumi.log.warn(f"lbuild: {line}")
    return report
