"""Functions and layers of a SAM template."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from builder.project.beginning.documents import inner, read_document, text
from builder.project.beginning.values import Guess, Inferred, name_of, requirements_in, target_keys

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("template.yaml", "template.yml", "template.json")
_FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
_LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")


def infer(folder: Path) -> Inferred | None:
    """None where there is no template."""
    path = next((folder / name for name in NAMES if os.path.isfile(folder / name)), None)
    if path is None:
        return None
    document = read_document(path)
    resources = inner(document, "Resources")
    common = inner(document, "Globals", "Function")
    notes: list[str] = []
    layers = {
        name: guess
        for name, resource in sorted(resources.items())
        if inner(resource).get("Type") in _LAYERS
        and (guess := _layer(name, inner(resource), path)) is not None
    }
    functions = []
    for name, resource in sorted(resources.items()):
        if inner(resource).get("Type") in _FUNCTIONS:
            guess = _function(name, {**common, **inner(resource, "Properties")}, path, set(layers), notes)
            if guess is not None:
                functions.append(guess)
    used = {layer for guess in functions for layer in guess.keys.get("layers", ())}
    return Inferred(
        functions=tuple(functions),
        layers=tuple(layers[name] for name in sorted(used)),
        notes=tuple(notes),
    )


def _function(
    name: str, properties: dict[str, Any], path: Path, layers: set[str], notes: list[str]
) -> Guess | None:
    where = f"`{name}` of {path.name}"
    runtime = properties.get("Runtime")
    if properties.get("PackageType") == "Image":
        notes.append(f"{where} is a container image: left aside")
        return None
    if isinstance(runtime, str) and not runtime.startswith("python"):
        return None
    source = text(properties.get("CodeUri")) or text(properties.get("Code"))
    if source is None or not os.path.isdir(path.parent / source):
        notes.append(f"{where} has no local folder for its code: left aside")
        return None
    architectures = properties.get("Architectures")
    arch = architectures[0] if isinstance(architectures, list) and architectures else None
    keys, told = target_keys(where, runtime, arch)
    notes += told
    requirements = requirements_in(path.parent / source, path.parent)
    if requirements is None:
        notes.append(f"{where} has no requirements.txt in `{source}`: it gets nothing but its source")
    wanted = [each["Ref"] for each in properties.get("Layers") or () if inner(each).get("Ref") in layers]
    return Guess(
        name=name_of(name),
        keys={
            **({"requirements": requirements} if requirements else {}),
            "source": (path.parent / source).relative_to(path.parent).as_posix(),
            **({"handler": handler} if (handler := text(properties.get("Handler"))) else {}),
            **keys,
            **({"layers": wanted} if wanted else {}),
        },
        because=f"{path.name}, resource {name}",
    )


def _layer(name: str, resource: dict[str, Any], path: Path) -> Guess | None:
    """A layer that is made of requirements; one of other content stays SAM's."""
    content = text(inner(resource, "Properties").get("ContentUri"))
    if content is None:
        return None
    requirements = requirements_in(path.parent / content, path.parent)
    if requirements is None:
        return None
    return Guess(name=name, keys={"requirements": requirements}, because=f"{path.name}, resource {name}")
