"""What this machine has of a runtime: its C libraries, and an interpreter of the minor version."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_LINE = re.compile(r"^\s+(\S+) \(libc6,x86-64\) => (\S+)$", re.MULTILINE)
_ROOTS = "/sbin:/usr/sbin"


@cache
def system_libraries() -> Mapping[str, Path]:
    """Soname to path of every x86-64 library that the host's loader finds by itself; the first one counts."""
    ldconfig = shutil.which("ldconfig") or shutil.which("ldconfig", path=_ROOTS)
    if ldconfig is None:
        return {}
    said = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=True).stdout
    found: dict[str, Path] = {}
    for name, path in _LINE.findall(said):
        found.setdefault(name, Path(path))
    return found
