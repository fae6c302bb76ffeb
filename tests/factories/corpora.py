"""Test data of others, beside the repository or where LBUILD_CORPORA says; never copied into it."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("LBUILD_CORPORA") or Path(__file__).parents[3] / "shared" / "corpora")


def corpus(relative: str) -> Path:
    """A file or folder of the corpora; the calling test is skipped where it is absent."""
    path = FOLDER / relative
    if not path.exists():
        pytest.skip(f"no corpus `{relative}` in `{FOLDER}` (LBUILD_CORPORA names another folder)")
    return path


def corpus_files(*folders: str, pattern: str = "*") -> Sequence[object]:
    """The files of those folders for `parametrize`, by name; one that is skipped where there are none."""
    files = sorted(path for folder in folders for path in (FOLDER / folder).glob(pattern) if path.is_file())
    reason = f"no corpus {', '.join(folders)} in `{FOLDER}` (LBUILD_CORPORA names another folder)"
    absent = pytest.param(FOLDER, id="absent", marks=pytest.mark.skip(reason=reason))
    return [pytest.param(path, id=f"{path.parent.name}/{path.name}") for path in files] or [absent]
