"""Every module of a bundle and its layers, imported as a function would import it."""

import json
import os
import subprocess
from pathlib import Path

from builder.trial.environment import environment
from builder.trial.modules import importable
from builder.trial.process import FunctionProcess, Listener
from builder.trial.start import command
from builder.trial.values import Function, ImportFault, Imports, Tree

_NOWHERE = "127.0.0.1:9"
"""A Runtime API that nobody asks here."""
_START = 60.0
"""Seconds for the interpreter itself."""


def import_all(function: Function, tree: Tree, hear: Listener) -> Imports:
    """What imports and what does not; `function.timeout` is the time for each module, at least a second."""
    modules = offered(function, tree)
    if not modules:
        return Imports(modules=(), faults=())
    results = tree.at("/imports.jsonl")
    seconds = max(1, round(function.timeout))
    words = command(function, tree, [str(seconds), str(results), *modules])
    with FunctionProcess(
        words,
        environment(function, tree, _NOWHERE),
        tree.task,
        lambda line: hear(tree.as_on_lambda(line)),
        lambda status: None,
    ) as process:
        try:
            ending = f"the interpreter ended with status {process.wait(_START + seconds * len(modules))}"
        except subprocess.TimeoutExpired:
            ending = "it took too long"
    told = _told(results, tree)
    reasons = {module: told.get(module, f"not reached: {ending}") for module in modules}
    faults = tuple(ImportFault(module=name, reason=why) for name, why in reasons.items() if why)
    return Imports(modules=modules, faults=faults)


def offered(function: Function, tree: Tree) -> tuple[str, ...]:
    """The modules of the bundle and then of its layers, each once."""
    python = function.runtime.python
    layers = (f"/opt/python/lib/python{python}/site-packages", "/opt/python")
    found: dict[str, None] = {}
    for folder in (tree.task, *map(tree.at, layers)):
        found |= dict.fromkeys(importable(_files(folder)))
    return tuple(found)


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


def _told(results: Path, tree: Tree) -> dict[str, str]:
    try:
        text = results.read_bytes()
    except FileNotFoundError:
        return {}
    lines = (json.loads(line) for line in tree.as_on_lambda(text).splitlines())
    return {module: reason for module, reason in lines}  # noqa: C416  # dict() loses the types
