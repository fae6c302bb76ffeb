"""Chalice and Zappa: one app that is one function."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from builder.project.beginning.documents import inner, read_document, text
from builder.project.beginning.values import Guess, Inferred, name_of, requirements_in, target_keys

if TYPE_CHECKING:
    from pathlib import Path

CHALICE = ".chalice/config.json"
ZAPPA = "zappa_settings.json"


def infer_chalice(folder: Path) -> Inferred | None:
    """None where there is no `.chalice/config.json`. Its runtime is whatever Python runs Chalice."""
    path = folder / CHALICE
    if not os.path.isfile(path):
        return None
    document = read_document(path)
    stage: object = next(iter(inner(document, "stages").values()), {})
    arch = inner(stage).get("lambda_architecture", document.get("lambda_architecture"))
    keys, notes = target_keys(f"`{CHALICE}`", None, arch)
    notes.append("Chalice's runtime is the Python that runs it: set `runtime` to that")
    name = text(document.get("app_name")) or folder.name
    return Inferred(functions=(_app(folder, name, "app.app", keys, CHALICE),), notes=tuple(notes))


def infer_zappa(folder: Path) -> Inferred | None:
    """None where there is no `zappa_settings.json`. Its stages are one function, for they share the code."""
    path = folder / ZAPPA
    if not os.path.isfile(path):
        return None
    stages = {name: inner(each) for name, each in read_document(path).items() if inner(each)}
    stage: dict[str, Any] = next(iter(stages.values()), {})
    arch = stage.get("architecture")
    arch = arch[0] if isinstance(arch, list) and arch else arch
    keys, notes = target_keys(f"`{ZAPPA}`", stage.get("runtime"), arch)
    if len(stages) > 1:
        notes.append(
            f"the stages of `{ZAPPA}` share their code: one function, as `{next(iter(stages))}` says"
        )
    name = text(stage.get("project_name")) or folder.name
    return Inferred(
        functions=(_app(folder, name, "handler.lambda_handler", keys, ZAPPA),), notes=tuple(notes)
    )


def _app(folder: Path, name: str, handler: str, keys: dict[str, str], because: str) -> Guess:
    requirements = requirements_in(folder, folder)
    wanted = {"requirements": requirements} if requirements else {}
    return Guess(
        name=name_of(name), keys={**wanted, "source": ".", "handler": handler, **keys}, because=because
    )
