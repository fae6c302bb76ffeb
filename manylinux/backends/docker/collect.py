"""A script for the Python of an image; it knows nothing but the standard library.

    python -I collect.py WHEEL SCRATCH LIBRARIES PROMISED

Copies into the folder LIBRARIES, under the paths they have in the image, the libraries that the image's
loader gives to the compiled files of WHEEL, but for those that the target has: the file PROMISED names them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile

_GIVEN = re.compile(r"^\s*(\S+) => (/\S+) \(0x")


def collect(wheel: str, scratch: str, libraries: str, promised: frozenset[str]) -> None:
    """See the module."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(scratch)
    for folder, _, names in os.walk(scratch):
        for name in names:
            path = os.path.join(folder, name)
            if _is_elf(path):
                _copy_needed(path, scratch, libraries, promised)


def _is_elf(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def _copy_needed(path: str, scratch: str, libraries: str, promised: frozenset[str]) -> None:
    done = subprocess.run(["ldd", path], check=False, stdout=subprocess.PIPE, encoding="utf-8")
    for line in done.stdout.splitlines():
        found = _GIVEN.match(line)
        if found is None:
            continue
        name, library = found[1], found[2]
        place = libraries + os.path.join(os.path.dirname(library), os.path.basename(name))
        if name in promised or library.startswith(scratch + "/") or os.path.exists(place):
            continue
        os.makedirs(os.path.dirname(place), exist_ok=True)
        shutil.copyfile(library, place)


if __name__ == "__main__":
    with open(sys.argv[4], encoding="utf-8") as names:
        collect(sys.argv[1], sys.argv[2], sys.argv[3], frozenset(names.read().splitlines()))
