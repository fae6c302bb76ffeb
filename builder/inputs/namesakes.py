"""Words that name a project, and could have meant a file or folder that lies here.

pip's rule decides: a path has a separator. Who meant the other thing is told, for a project may be anybody's.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from builder.disk import Disk
from builder.inputs.requirement import PROJECT_FILES
from builder.inputs.words import Kind, classify
from manylinux.errors import LbuildError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def namesakes(words: Sequence[str], cwd: Path, disk: Disk) -> Iterator[str]:
    """A line for each word that is a project's name, and a project's folder or a Python file in `cwd` too."""
    for word in words:
        if not _NAME.fullmatch(word) or not _is_project(word, cwd, disk):
            continue
        if any(disk.is_file(cwd / word / name) for name in PROJECT_FILES):
            yield f"`{word}` is taken for a project of an index; the folder here is `./{word}`"
        elif word.endswith(".py") and disk.is_file(cwd / word):
            yield (
                f"`{word}` is taken for a project of an index: the file here has no script metadata (PEP 723)"
            )


def _is_project(word: str, cwd: Path, disk: Disk) -> bool:
    try:
        return classify(word, cwd, disk).kind is Kind.REQUIREMENT
    except (LbuildError, OSError):
        return False  # told where the word is read
