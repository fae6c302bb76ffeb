"""A recipe's changes to the sources of a project: each text must be there once, or nothing is built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from builder.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prebuilt_index.recipes import Edit


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """The changes of one recipe."""

    project: str
    edits: Sequence[Edit]

    def __call__(self, folder: Path) -> None:
        """The sources in `folder` are changed. Raises EditError with every edit that does not fit."""
        texts: dict[str, str] = {}
        told: list[str] = []
        for edit in self.edits:
            try:
                text = texts.get(edit.file)
                if text is None:
                    text = _inside(folder, edit.file).read_bytes().decode()
            except (OSError, ValueError) as error:
                told.append(f"`{edit.file}`: {getattr(error, 'strerror', None) or error}")
                continue
            times = text.count(edit.find)
            if times != 1:
                told.append(f"`{edit.file}` has `{edit.find.strip()[:80]}` {times} times, not once")
            texts[edit.file] = text.replace(edit.find, edit.replace)
        if told:
            raise EditError(
                f"The recipe of `{self.project}` changes what its sources do not have",
                evidence=told,
                hint="The recipe is for another version: say so in `versions`, or change its `edits`",
            )
        for file, text in texts.items():
            _inside(folder, file).write_bytes(text.encode())


def _inside(folder: Path, file: str) -> Path:
    """The file, which no link leads out of the folder. Raises ValueError."""
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("it is not below the project's folder")
    return path
