"""A Python of arm64 on another machine: Debian's, unpacked, and run by qemu.

    python tests/sweeps/native_arm.py MINOR [FOLDER]        makes it, and prints the folder for PATH

Nothing is installed and nothing registered with the kernel: `pythonX.Y` is a script that starts qemu, which
is a processor only; the kernel is this machine's. It lies two folders below the root's `usr`, where CPython
looks for its library. Needs root (for debootstrap), debootstrap, dpkg-deb and qemu-aarch64-static.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SUITES = {"3.9": "bullseye", "3.11": "bookworm", "3.13": "trixie"}
"""Debian's release with a Python of that minor version; there is none for others."""
QEMU = "qemu-aarch64-static"
_PROGRAMS = (QEMU, "debootstrap", "dpkg-deb")
_SCRIPT = """\
#!/bin/sh
exec {qemu} -L {root} -0 "$0" {root}/usr/bin/python{minor} "$@"
"""


class NoArmError(Exception):
    """It cannot be had here; the text says why."""


def arm_python(minor: str, folder: Path) -> Path:
    """The folder of a `pythonX.Y` for arm64, made below `folder` where it is not there. Raises NoArmError."""
    root = folder.absolute() / f"arm64-python{minor}"
    programs = root / "usr/lib/under-qemu"
    if not programs.exists():
        suite = SUITES.get(minor)
        if suite is None:
            raise NoArmError(f"Debian has no Python {minor}")
        missing = [program for program in _PROGRAMS if shutil.which(program) is None]
        if missing or os.geteuid() != 0:
            raise NoArmError(
                f"needs root and {', '.join(_PROGRAMS)}; missing: {', '.join(missing) or 'root'}"
            )
        _make(root, suite, minor)
        _write_script(root, programs, minor)
    _demand(programs / f"python{minor}")
    return programs


def _make(root: Path, suite: str, minor: str) -> None:
    """The packages are unpacked, and not configured."""
    wanted = f"python{minor}-minimal,libpython{minor}-stdlib,libstdc++6,zlib1g"
    with tempfile.TemporaryDirectory() as downloads:
        words = (
            "--download-only",
            "--arch=arm64",
            "--variant=minbase",
            f"--include={wanted}",
            suite,
            downloads,
        )
        done = subprocess.run(("debootstrap", *words), capture_output=True, text=True, check=False)
        if done.returncode:
            raise NoArmError(f"debootstrap fails: {(done.stderr or done.stdout).strip()[-500:]}")
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for package in sorted(Path(downloads, "var/cache/apt/archives").glob("*.deb")):
            subprocess.run(("dpkg-deb", "-x", str(package), str(root)), check=True)


def _write_script(root: Path, programs: Path, minor: str) -> None:
    """Last, as it says that the root is whole."""
    unfinished = programs.with_suffix(".new")
    unfinished.mkdir()
    script = unfinished / f"python{minor}"
    script.write_text(_SCRIPT.format(qemu=shutil.which(QEMU), root=root, minor=minor), encoding="utf-8")
    script.chmod(0o755)
    unfinished.rename(programs)


def _demand(python: Path) -> None:
    asked = (str(python), "-I", "-c", "import ctypes, os, ssl; print(os.uname().machine)")
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.stdout.strip() != "aarch64":
        raise NoArmError(f"{python} does not run: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    sys.stdout.write(f"{arm_python(sys.argv[1], Path(*sys.argv[2:] or ['build']))}\n")
