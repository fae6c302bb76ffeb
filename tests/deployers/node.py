"""The deployers that run on Node.js: each in a folder of its own, as `tools` has those of Python.

Usage: node.py [NAME...]   install all that `npm/` names when none is given; `make test-deployers` calls it
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from deployers.tools import FOLDER, MARK

PACKAGES = Path(__file__).with_name("npm")
"""A package.json for each, by its name. They pin the deployer; a lock file would name the registry."""


def node() -> str:
    """The interpreter. Skips the test where there is none."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("there is no Node.js")
    return found


def node_modules_of(name: str) -> Path:
    """The packages of one deployer. Skips the test where they are not installed."""
    if not _is_installed(name):
        pytest.skip(f"the npm packages of {name} are not installed: `make test-deployers` does that")
    return FOLDER / "npm" / name / "node_modules"


def _is_installed(name: str) -> bool:
    mark = FOLDER / "npm" / name / MARK
    wanted = (PACKAGES / f"{name}.json").read_text(encoding="utf-8")
    return mark.is_file() and mark.read_text(encoding="utf-8") == wanted


def install(name: str) -> None:
    """One folder of packages, whole or not at all."""
    if _is_installed(name):
        return
    folder = FOLDER / "npm" / name
    begin = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(PACKAGES / f"{name}.json", folder / "package.json")
    npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
    subprocess.run(npm, cwd=folder, check=True, env={**os.environ, "npm_config_update_notifier": "false"})
    shutil.copy(PACKAGES / f"{name}.json", folder / MARK)
    print(f"{name}: npm, {time.monotonic() - begin:.0f} s", flush=True)  # noqa: T201


def main(names: list[str]) -> None:
    """Install what is not there as it should be."""
    if shutil.which("npm") is None:
        print("there is no npm: the deployers that run on Node.js are not tested", flush=True)  # noqa: T201
        return
    known = sorted(path.stem for path in PACKAGES.glob("*.json"))
    for name in names or known:
        if name not in known:
            sys.exit(f"there is no deployer {name!r}; known: {', '.join(known)}")
        install(name)


if __name__ == "__main__":
    main(sys.argv[1:])
