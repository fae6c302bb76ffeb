"""Makes the tests' container image, unless the engine has it: Debian 11 with its Python 3.9, glibc 2.31.

It takes a minute, root and debootstrap; where it cannot be made the status is 6 and the last line says why.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing

import docker
from docker.errors import DockerException, ImageNotFound

NAME, TAG = "lbuild-test", "bullseye"
IMAGE = f"{NAME}:{TAG}"
_TAR = ("--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "--exclude=./var/lib/apt/lists/*_*")


def main() -> int:
    """0 when the image is there."""
    try:
        client = docker.from_env()
        client.ping()
    except (DockerException, OSError) as error:
        return refused(f"no container engine answers: {error}")
    with closing(client):
        try:
            client.images.get(IMAGE)
        except ImageNotFound:
            return make(client)
    return 0


def make(client: docker.DockerClient) -> int:
    """0 when it was made."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        return refused(f"the image {IMAGE} is made by `make container-image`, as root and with debootstrap")
    with tempfile.TemporaryDirectory(prefix="lbuild-image-") as root, tempfile.TemporaryFile() as archive:
        words = ["debootstrap", "--variant=minbase", "--include=python3", TAG, root]
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            return refused(f"debootstrap failed: {done.stdout.splitlines()[-1]}")
        subprocess.run(["tar", "-C", root, *_TAR, "-c", "."], stdout=archive, check=True)
        archive.seek(0)
        client.api.import_image_from_stream(archive, repository=NAME, tag=TAG)
    return 0


def refused(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201  # a script
    return 6


if __name__ == "__main__":
    sys.exit(main())
