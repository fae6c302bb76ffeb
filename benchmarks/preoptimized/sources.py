"""What it is made from: each by its registry's ordinary client, each with the digest it must have."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from prebuilt_index.index.client import IndexClient, IndexSettings
from prebuilt_index.pip_config import read_pip_defaults
from prebuilt_index.store import Store

NUMPY = "2.5.5"
ZIG = "0.17.1"
OPENBLAS = "0.3.29"
_ORIG = f"openblas_{OPENBLAS}+ds.orig.tar.xz"
_ORIG_SHA256 = "eb691e2cff83799400da22aa6ab93ebaa346ad317fea578b7ae119e226ce1b01"
_SUITE = "trixie"
"""The Debian suite whose source package has that version."""


def numpy_wheel(folder: Path) -> Path:
    """numpy's own wheel for python3.13 on x86_64."""
    platforms = [word for glibc in (17, 27, 28) for word in ("--platform", f"manylinux_2_{glibc}_x86_64")]
    return _by_pip(folder, "numpy", NUMPY, "--python-version", "3.13", *platforms)


def zig(folder: Path) -> Path:
    """The compiler, unpacked."""
    program = folder / "zig" / "ziglang" / "zig"
    if not program.exists():
        with zipfile.ZipFile(_by_pip(folder, "ziglang", ZIG)) as archive:
            archive.extractall(folder / "zig")
        program.chmod(0o755)
    return program


def lapack(folder: Path) -> Path:
    """The folder of the LAPACK that numpy has for itself, in C: just what it calls."""
    inside = f"numpy-{NUMPY}/numpy/linalg/lapack_lite"
    if not (folder / inside).exists():
        with tarfile.open(_numpy_sdist(folder)) as archive:
            members = [member for member in archive if member.name.startswith(f"{inside}/")]
            archive.extractall(folder, members, filter="data")
    return folder / inside


def openblas(folder: Path, tarball: Path | None) -> Path:
    """OpenBLAS's folder, from Debian's source package or a file of the same bytes."""
    tree = folder / f"OpenBLAS-{OPENBLAS}"
    if not tree.exists():
        found = tarball or _by_apt(folder)
        if hashlib.sha256(found.read_bytes()).hexdigest() != _ORIG_SHA256:
            sys.exit(f"{found} is not the {_ORIG} that this was made for")
        with tarfile.open(found) as archive:
            archive.extractall(folder, filter="data")
    return tree


def _by_pip(folder: Path, project: str, version: str, *options: str) -> Path:
    pattern = f"{project}-{version}-*.whl"
    if not (found := list(folder.glob(pattern))):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*command, *options, "-d", str(folder), f"{project}=={version}"], check=True)
        found = list(folder.glob(pattern))
    return found[0]


def _numpy_sdist(folder: Path) -> Path:
    """By lbuild's client: pip would run the sdist's build backend to learn what it is called."""
    name = f"numpy-{NUMPY}.tar.gz"
    if not (folder / name).exists():
        with Store.temporary() as store:
            defaults = read_pip_defaults(os.environ, store)
            with IndexClient(store, IndexSettings(indexes=(defaults.index_url,))) as client:
                (file,) = (file for file in client.page("numpy").files if file.filename == name)  # type: ignore[arg-type]  # normal as it is
                shutil.copyfile(client.download(file, lambda size: None), folder / name)
    return folder / name


def _by_apt(folder: Path) -> Path:
    """By apt, asked for sources of the suite at the place where it gets Debian's packages."""
    found = folder / _ORIG
    if found.exists():
        return found
    configured = Path("/etc/apt/sources.list.d/debian.sources")
    if shutil.which("apt-get") is None or not configured.exists():
        sys.exit(f"there is no apt here to get {_ORIG} with: name the file with --openblas")
    state = folder / "apt"
    (state / "partial").mkdir(parents=True, exist_ok=True)
    first = configured.read_text().split("\n\n")[0]
    wanted = re.sub(r"(?m)^Types:.*", "Types: deb-src", re.sub(r"(?m)^Suites:.*", f"Suites: {_SUITE}", first))
    (folder / "suite.sources").write_text(wanted + "\n")
    options = [f"Dir::Etc::sourcelist={folder / 'suite.sources'}", "Dir::Etc::sourceparts=/dev/null"]
    options += [f"Dir::State::lists={state}"]
    apt = ["apt-get", *(word for option in options for word in ("-o", option))]
    subprocess.run([*apt, "-q", "update"], check=True)
    subprocess.run([*apt, "-q", "source", "--download-only", "openblas"], check=True, cwd=folder)
    return found
