"""What serverless-python-requirements 6.1 does to a folder with `slim: true` on Linux (its lib/slim.js)."""

import shutil
import subprocess
from pathlib import Path

PATTERNS = ("*.py[c|o]", "__pycache__*", "*.dist-info*")
"""Deleted in any folder; its `strip` comes first."""


def slim_as_serverless(folder: Path) -> None:
    """GNU strip on `*.so`, whatever comes of it, then the patterns."""
    for path in folder.rglob("*.so"):
        subprocess.run(["strip", str(path)], capture_output=True, check=False)
    for pattern in PATTERNS:
        for path in sorted(folder.rglob(pattern)):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
