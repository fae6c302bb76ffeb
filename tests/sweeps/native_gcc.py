"""The same sdist by `pip wheel` and this machine's compiler: what the wheel needs, and whether it loads."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from builder.interpreter.finding import search
from sweeps.native_elf import needs_of_wheel


def python_for(runtime: str) -> Path:
    """A Python of the runtime's minor version on this machine."""
    found = search(runtime.removeprefix("python"), os.environ, lambda interpreter: "").found
    if found is None:
        raise SystemExit(f"there is no Python for {runtime} here")
    return found.path


def by_gcc(sdist: Path, runtime: str, arch: str, folder: Path) -> dict[str, Any]:
    """What became of it: `verdict` is `loads`, or what keeps it from that."""
    command = (
        str(python_for(runtime)),
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        str(sdist),
        "-w",
        str(folder),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return {"verdict": f"fails: {done.stderr.strip().splitlines()[-1]}"}
    (wheel,) = folder.glob("*.whl")
    words = ("-m", "builder", "inspect", str(wheel), "--runtime", runtime, "--arch", arch, "--json")
    told = subprocess.run((sys.executable, *words), capture_output=True, text=True, check=False)
    report = json.loads(told.stdout)
    codes = sorted({each["code"] for each in report["findings"] if each["severity"] == "error"})
    return needs_of_wheel(wheel).as_row() | {"verdict": ", ".join(codes) or "loads"}
