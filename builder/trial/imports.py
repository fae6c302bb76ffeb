"""Every module of a bundle and its layers, imported as a function would import it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from builder.trial.modules import importable
from builder.trial.start import launch
from builder.trial.values import Function, ImportFault, Imports, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from builder.trial.beside.process import Listener
    from builder.trial.place import Stage

_START = 60.0
"""Seconds for the interpreter itself."""


def import_all(function: Function, modules: tuple[str, ...], stage: Stage, hear: Listener) -> Imports:
    """What imports and what does not; `function.timeout` is the time for each module, at least a second."""
    if not modules:
        return Imports(modules=(), faults=())
    tree = stage.tree
    results = str(tree.at("/tmp/imports.jsonl"))
    seconds = max(1, round(function.timeout))
    reading = stage.read(
        launch(function, stage, [str(seconds), results, *modules]),
        results,
        _START + seconds * len(modules),
        lambda line: hear(tree.as_on_lambda(line)),
    )
    told = _told(tree.as_on_lambda(reading.content))
    reasons = {module: told.get(module, f"not reached: {reading.ending}") for module in modules}
    faults = tuple(ImportFault(module=name, reason=why) for name, why in reasons.items() if why)
    return Imports(modules=modules, faults=faults)


def offered(function: Function, tree: Tree) -> tuple[str, ...]:
    """The modules of the bundle and then of its layers, each once."""
    found: dict[str, None] = {}
    for folder in searched(function, tree):
        found |= dict.fromkeys(importable(_files(folder)))
    return tuple(found)


def searched(function: Function, tree: Tree) -> tuple[Path, ...]:
    """Where the modules of the bundle and its layers are, in the order of sys.path."""
    layers = (f"/opt/python/lib/python{function.runtime.python}/site-packages", "/opt/python")
    return (tree.task, *map(tree.at, layers))


def _files(root: Path) -> list[str]:
    """Paths below a folder; another folder of sys.path in it (`lib/`) has no say."""
    found = []
    for folder, folders, names in os.walk(root):
        inner = [name for name in folders if name.isidentifier() and name != "__pycache__"]
        folders[:] = [name for name in inner if folder != str(root) or name != "lib" or not _is_layer(root)]
        below = os.path.relpath(folder, root)
        found += [name if below == "." else f"{below}/{name}".replace(os.sep, "/") for name in names]
    return found


def _is_layer(root: Path) -> bool:
    return root.name == "python" and root.parent.name == "opt"


def _told(results: bytes) -> dict[str, str]:
    return {module: reason for module, reason in map(json.loads, results.splitlines())}  # noqa: C416  # dict() loses the types
