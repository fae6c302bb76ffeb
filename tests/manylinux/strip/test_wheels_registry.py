"""Wheels whose libraries other strippers break: they were changed by patchelf after they had been linked."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from factories.linked import memory_image
from manylinux.elf.layouts import LayoutReader
from manylinux.strip.strip import Kept, Stripped, strip_elf

WHEELS = {
    "fiona==1.9.6": "312",
    "numpy==1.21.2": "39",
    "opencv-python-headless==4.5.5.64": "39",
    "pillow==8.4.0": "39",
    "psycopg2-binary==2.9.3": "39",
    "rasterio==1.3.10": "312",
    "scipy==1.7.3": "39",
}


def downloaded(folder: Path, requirement: str, python: str) -> Path:
    """Its wheel for x86-64."""
    platforms = ("--platform", "manylinux2014_x86_64", "--platform", "manylinux_2_17_x86_64")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    command += ["--python-version", python, "--implementation", "cp", "--abi", f"cp{python}", "--abi", "abi3"]
    subprocess.run([*command, *platforms, "-d", str(folder), requirement], check=True)
    return next(folder.glob("*.whl"))


@pytest.mark.registry
@pytest.mark.parametrize(("requirement", "python"), WHEELS.items(), ids=WHEELS)
def test_libraries_that_others_break_load_the_same(tmp_path: Path, requirement: str, python: str) -> None:
    """None is left alone on doubt, each loads the same bytes, and lief finds nothing wrong."""
    stripped, doubts, faults = 0, [], []
    target = tmp_path / "library.so"
    with (
        zipfile.ZipFile(downloaded(tmp_path, requirement, python)) as archive,
        LayoutReader() as layouts,
    ):
        for member in archive.infolist():
            content = archive.read(member)
            if not content.startswith(b"\x7fELF"):
                continue
            outcome = strip_elf(content)
            if isinstance(outcome, Kept):
                doubts += [outcome.reason] if outcome.reason != "nothing to remove" else []
                continue
            assert isinstance(outcome, Stripped)
            written = b"".join(outcome.written(content))
            assert memory_image(written) == memory_image(content)
            target.write_bytes(written)
            faults.append(layouts.fault(target))
            stripped += 1

    assert doubts == []
    assert set(faults) == {None}
    assert stripped
