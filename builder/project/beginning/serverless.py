"""Functions of a serverless.yml, with the keys of its plugin for Python requirements."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from builder.project.beginning.documents import inner, read_document, text
from builder.project.beginning.values import Guess, Inferred, name_of, requirements_in, target_keys

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("serverless.yml", "serverless.yaml", "serverless.json")


def infer(folder: Path) -> Inferred | None:
    """None where there is no such file."""
    path = next((folder / name for name in NAMES if os.path.isfile(folder / name)), None)
    if path is None:
        return None
    document = read_document(path)
    plugin = inner(document, "custom", "pythonRequirements")
    provider = inner(document, "provider")
    notes: list[str] = []
    functions = []
    for name, table in sorted(inner(document, "functions").items()):
        guess = _function(name, {**provider, **inner(table)}, plugin, path, notes)
        if guess is not None:
            functions.append(guess)
    share = {"share-layers": True} if plugin.get("layer") else {}
    return Inferred(functions=tuple(functions), defaults=share, notes=tuple(notes))


def _function(
    name: str, table: dict[str, Any], plugin: dict[str, Any], path: Path, notes: list[str]
) -> Guess | None:
    where = f"`{name}` of {path.name}"
    runtime = table.get("runtime")
    if isinstance(runtime, str) and not runtime.startswith("python"):
        return None
    if table.get("image") is not None:
        notes.append(f"{where} is a container image: left aside")
        return None
    module = text(table.get("module")) or "."
    keys, told = target_keys(where, runtime, table.get("architecture"))
    notes += told
    named = text(plugin.get("fileName")) or "requirements.txt"
    home = path.parent / module
    requirements = (
        (home / named).relative_to(path.parent).as_posix() if os.path.isfile(home / named) else None
    )
    requirements = requirements or requirements_in(home, path.parent)
    if requirements is None:
        notes.append(f"{where} has no `{named}`: it gets nothing but its source")
    return Guess(
        name=name_of(name),
        keys={
            **({"requirements": requirements} if requirements else {}),
            "source": module,
            **({"handler": handler} if (handler := text(table.get("handler"))) else {}),
            **keys,
        },
        because=f"{path.name}, function {name}",
    )
