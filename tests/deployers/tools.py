"""The deployers that tests here run: each in a folder of its own, put there by `make test-deployers`.

None of them goes into lbuild's own environment: they pin what lbuild uses too, and a `pip` that resolves all
of them at once would choose old versions of everything.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements")
FOLDER = Path(os.environ.get("LBUILD_DEPLOYERS") or ROOT / ".venv" / "deployers")
"""Below it: a virtual environment for each file of `requirements/`, by its name."""
MARK = ".installed"
"""In each of them: what was installed."""


def environment_of(name: str) -> Path:
    """The `bin` of the environment in which this tool is. Skips the test where it is not."""
    folder = FOLDER / name
    wanted = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
    mark = folder / MARK
    if not mark.is_file() or mark.read_text(encoding="utf-8") != wanted:
        pytest.skip(f"{wanted.split()[0]} is not installed: `make test-deployers` does that")
    return folder / "bin"
