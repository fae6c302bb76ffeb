"""Makes the tests' container image, unless the engine has it: Debian 11 (glibc 2.31), Python 3.9, gcc, g++.

Its packages are unpacked and not configured, which is enough for Python and the compilers and takes half the
time; dpkg is told that they are installed. Those of libsnappy lie in `/srv/debs`, from where apt installs
them without a network. That needs root and debootstrap; where the image cannot be made the exit status is 6
and the last line says why.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound

SUITE = "bullseye"
IMAGE = f"lbuild-test:{SUITE}-compilers"
_PACKAGES = (
    *("python3", "python3-dev", "gcc", "g++", "libc6-dev"),
    *("libpq-dev", "libcurl4-openssl-dev", "libssl-dev", "libsnappy-dev"),
)
_OFFERED = "libsnappy"
_DOWNLOAD = ("debootstrap", "--download-only", "--variant=minbase", f"--include={','.join(_PACKAGES)}", SUITE)
_SOURCES = "deb [trusted=yes] file:/srv/debs ./\n"
_USERS = "root:x:0:0:root:/root:/bin/sh\n_apt:x:100:65534::/nonexistent:/usr/sbin/nologin\n"


def main() -> int:
    """0 when the image is there."""
    try:
        with closing(docker.from_env()) as client:
            if not _has_image(client):
                make(client)
    except (DockerException, OSError, subprocess.CalledProcessError) as error:
        print(f"the image {IMAGE} cannot be made: {error}", file=sys.stderr)  # noqa: T201  # a script
        return 6
    return 0


def _has_image(client: docker.DockerClient) -> bool:
    try:
        client.images.get(IMAGE)
    except ImageNotFound:
        return False
    return True


def make(client: docker.DockerClient) -> None:
    """The engine has the image. Raises OSError and CalledProcessError."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        raise OSError("that needs root and debootstrap")
    with tempfile.TemporaryDirectory(prefix="lbuild-image-") as folder:
        downloads, root, archive = (os.path.join(folder, name) for name in ("downloads", "root", "root.tar"))
        os.mkdir(root)
        subprocess.run([*_DOWNLOAD, downloads], stdout=subprocess.DEVNULL, check=True)
        packages = sorted(Path(downloads, "var/cache/apt/archives").glob("*.deb"))
        unpacked = [package for package in packages if not package.name.startswith(_OFFERED)]
        for package in unpacked:
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        _furnish(Path(root), unpacked)
        _offer(Path(root), [package for package in packages if package not in unpacked])
        subprocess.run(["tar", "-C", root, "--numeric-owner", "-cf", archive, "."], check=True)
        client.api.import_image_from_file(archive, repository=IMAGE)


def _furnish(root: Path, packages: Sequence[Path]) -> None:
    """What the packages' scripts would have made, as far as apt needs it."""
    (root / "var/lib/dpkg/status").write_text(
        "".join(f"{_control(package)}\nStatus: install ok installed\n\n" for package in packages)
    )
    (root / "etc/passwd").write_text(_USERS)
    (root / "etc/group").write_text("root:x:0:\nnogroup:x:65534:\n")
    (root / "etc/apt/sources.list").write_text(_SOURCES)


def _offer(root: Path, packages: Sequence[Path]) -> None:
    """An index of the packages, for apt."""
    folder = root / "srv/debs"
    folder.mkdir(parents=True)
    rows = []
    for package in packages:
        content = package.read_bytes()
        (folder / package.name).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        rows.append(
            f"{_control(package)}\nFilename: ./{package.name}\nSize: {len(content)}\nSHA256: {digest}\n\n"
        )
    (folder / "Packages").write_text("".join(rows))


def _control(package: Path) -> str:
    done = subprocess.run(["dpkg-deb", "-f", package], check=True, capture_output=True, text=True)
    return done.stdout.rstrip()


if __name__ == "__main__":
    sys.exit(main())
