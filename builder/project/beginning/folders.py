"""Functions by the look of folders: requirements, and a module with a handler."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from builder.project.beginning.values import Guess, Inferred, name_of, requirements_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DEEPEST = 3
_MOST = 5000
"""Folders that are looked into."""
_PASSED_OVER = frozenset(
    {
        "node_modules",
        "venv",
        "env",
        "dist",
        "build",
        "tests",
        "test",
        "docs",
        "cdk.out",
        "__pycache__",
        "vendor",
    }
)
_MODULES = ("lambda_function", "app", "handler", "main", "index")
_HANDLER = re.compile(
    r"^(?:async )?def (lambda_handler|handler|main)\(\w+[^,)]*,\s*\w+[^,)]*\)", re.MULTILINE
)
_LARGEST = 1024 * 1024


def infer(root: Path) -> Inferred:
    """Each folder below `root` with requirements; `root` itself where there is no other."""
    below = [folder for folder in _folders(root, _DEEPEST) if requirements_in(folder, root)]
    notes: list[str] = []
    own = requirements_in(root, root)
    if below and own:
        notes.append(f"`{own}` at the top is left aside: folders below have requirements of their own")
    homes = below or ([root] if own else [])
    functions = [_guess(home, root, notes) for home in homes]
    names: dict[str, int] = {}
    for guess in functions:
        names[guess.name] = names.get(guess.name, 0) + 1
    told = tuple(
        guess
        if names[guess.name] == 1
        else Guess(name=name_of(str(guess.keys["source"])), keys=guess.keys, because=guess.because)
        for guess in functions
    )
    return Inferred(functions=told, notes=tuple(notes))


def _folders(root: Path, depth: int) -> Iterator[Path]:
    """The folders below `root` in which functions may be, sorted."""
    waiting, seen = [(root, depth)], 0
    while waiting and seen < _MOST:
        folder, left = waiting.pop(0)
        seen += 1
        try:
            with os.scandir(folder) as entries:
                names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        except OSError:
            continue
        for name in names:
            if name in _PASSED_OVER or name.startswith(".") or os.path.exists(folder / name / "pyvenv.cfg"):
                continue
            yield folder / name
            if left > 1:
                waiting.append((folder / name, left - 1))


def _guess(home: Path, root: Path, notes: list[str]) -> Guess:
    source = home.relative_to(root).as_posix()
    handler = handler_in(home)
    seen = requirements_in(home, root)
    if handler is None:
        notes.append(f"no handler was found in `{source}`: name it with `handler`")
    return Guess(
        name=name_of(home.name),
        keys={"requirements": seen, "source": source, **({"handler": handler} if handler else {})},
        because=f"{seen}" + (f", {handler.partition('.')[0]}.py" if handler else ""),
    )


def handler_in(folder: Path) -> str | None:
    """`app.handler`, when a module by one of the usual names defines a function of two arguments."""
    for module in _MODULES:
        path = folder / f"{module}.py"
        try:
            if path.stat().st_size > _LARGEST:
                continue
            found = _HANDLER.search(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        if found is not None:
            return f"{module}.{found[1]}"
    return None
