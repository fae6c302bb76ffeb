"""What Terraform is answered: a JSON object of strings, with its own names for what Lambda wants to know.

`filename` begins as the query wrote it, so that a plan is the same on every machine; `source_code_hash` is
the base64 SHA-256 of the AWS provider's argument of that name, `filebase64sha256` and CodeSha256.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.api import BuiltBundle, BuiltFile, BuiltFunction, BuiltLayer, ProjectRun


def bundle_answer(built: BuiltBundle, filename: str) -> dict[str, str]:
    """Of one zip."""
    assert built.code_sha256 is not None  # which a zip has
    return {
        "filename": filename,
        "sha256": built.sha256,
        "source_code_hash": built.code_sha256,
        "size": str(built.size),
        "unpacked": str(built.unpacked),
        "runtime": built.runtime,
        "architecture": built.architecture,
        "packages": json.dumps({package.name: package.version for package in built.packages}),
        "warnings": json.dumps(built.warnings),
    }


def function_answer(run: ProjectRun, name: str, folder: str) -> dict[str, str]:
    """Of one function of a project; `layers` is a list in JSON, in Lambda's order."""
    function = run.functions[name]
    layers = [_layer(run.layers[each], folder) for each in function.layers]
    return {
        **{key: str(value) for key, value in _function(function, folder).items()},
        "layers": json.dumps(layers),
        "warnings": json.dumps(run.warnings),
    }


def project_answer(run: ProjectRun, names: Sequence[str], folder: str) -> dict[str, str]:
    """Of several: `functions` and `layers` are objects in JSON, by name."""
    functions = {
        name: {**_function(run.functions[name], folder), "layers": run.functions[name].layers}
        for name in names
    }
    used = sorted({layer for name in names for layer in run.functions[name].layers})
    return {
        "manifest": _filename(run.manifest, folder),
        "functions": json.dumps(functions),
        "layers": json.dumps({name: _layer(run.layers[name], folder) for name in used}),
        "warnings": json.dumps(run.warnings),
    }


def _function(built: BuiltFunction, folder: str) -> dict[str, Any]:
    return {
        **_file(built, folder),
        "runtime": built.runtime,
        "architecture": built.architecture,
        "handler": built.handler or "",
        "unpacked_with_layers": built.unpacked_with_layers,
    }


def _layer(built: BuiltLayer, folder: str) -> dict[str, Any]:
    return {
        **_file(built, folder),
        "compatible_runtimes": built.runtimes,
        "compatible_architectures": built.architectures,
    }


def _file(built: BuiltFile, folder: str) -> dict[str, Any]:
    return {
        "name": built.name,
        "filename": _filename(built.path, folder),
        "sha256": built.sha256,
        "source_code_hash": built.code_sha256,
        "size": built.size,
        "unpacked": built.unpacked,
    }


def _filename(path: Path, folder: str) -> str:
    """`path` seen from where Terraform runs; one that is not below the project's folder stays absolute."""
    start = Path(folder).absolute()
    return (
        f"{folder.rstrip('/')}/{path.relative_to(start).as_posix()}"
        if path.is_relative_to(start)
        else str(path)
    )
