"""Prebuilt indexes of small wheels."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from factories.wheels import write_wheel
from prebuilt_index.tree.adding import add
from prebuilt_index.tree.admission import Candidate


def built(root: Path, name: str, version: str, files: dict[str, bytes] | None = None, **options: Any) -> str:
    """The index at `root` offers such a wheel, see `make_wheel`; its file name."""
    folder = root.with_name(f"{root.name}-wheels")
    folder.mkdir(parents=True, exist_ok=True)
    path = write_wheel(folder, name, version, files, **options)
    add(root, [Candidate(path=path, filename=path.name)])
    return path.name


def built_all(root: Path, wheels: Iterable[tuple[str, str]]) -> Path:
    """An index with these wheels, by project and version."""
    for name, version in wheels:
        built(root, name, version)
    return root
