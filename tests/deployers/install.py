"""Install the deployers that the tests here run. `make test-deployers` calls it.

Usage: install.py [NAME...]   all that `requirements/` names when none is given
"""

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from deployers.tools import FOLDER, MARK, REQUIREMENTS

_AT_ONCE = 2
"""Half of an installation waits: for the index, for the disk."""


def main(names: list[str]) -> None:
    """Make the environments that are not there as they should be."""
    known = sorted(path.stem for path in REQUIREMENTS.glob("*.txt"))
    for name in names:
        if name not in known:
            sys.exit(f"there is no deployer {name!r}; known: {', '.join(known)}")
    with ThreadPoolExecutor(_AT_ONCE) as executor:
        list(executor.map(install, names or known))


def install(name: str) -> None:
    """One environment, whole or not at all."""
    folder, wanted = FOLDER / name, REQUIREMENTS / f"{name}.txt"
    mark = folder / MARK
    content = wanted.read_text(encoding="utf-8")
    if mark.is_file() and mark.read_text(encoding="utf-8") == content:
        return
    begin = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--requirement", wanted], check=True)
    mark.write_text(content, encoding="utf-8")
    print(f"{name}: {' '.join(content.split())}, {time.monotonic() - begin:.0f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
