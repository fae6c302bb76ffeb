"""Makes the tests' container image, unless the engine has it: Debian 11 with its Python 3.9, glibc 2.31.

Its packages are unpacked and not configured, which is enough for Python and takes half the time. That needs
root and debootstrap; where the image cannot be made the exit status is 6 and the last line says why.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import docker
from docker.errors import DockerException, ImageNotFound

NAME, TAG = "lbuild-test", "bullseye"
IMAGE = f"{NAME}:{TAG}"
_DOWNLOAD = ("debootstrap", "--download-only", "--variant=minbase", "--include=python3", TAG)


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
        for package in sorted(Path(downloads, "var/cache/apt/archives").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", package, root], check=True)
        subprocess.run(["tar", "-C", root, "--numeric-owner", "-cf", archive, "."], check=True)
        client.api.import_image_from_file(archive, repository=NAME, tag=TAG)


if __name__ == "__main__":
    sys.exit(main())
