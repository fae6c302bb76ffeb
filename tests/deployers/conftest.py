"""What tests of deployers share: the `lbuild` command as users have it, and AWS as moto plays it."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deployers.aws import Aws
from deployers.tools import ROOT, environment_of
from factories.clouds import Cloud, opened_cloud
from factories.commands import SCRIPT, Room


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for PATH with `lbuild`, and nothing else of lbuild's environment."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "lbuild").symlink_to(SCRIPT)
    return folder


@pytest.fixture(scope="session")
def variables(commands: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a user: his home is empty, his packages come from the configured index."""
    kept = ("LANG", "TMPDIR", "LBUILD_CACHE_DIR", "PIP_CONFIG_FILE", "PIP_INDEX_URL")
    pip_configurations = ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    found = {name: os.environ[name] for name in (*kept, *pip_configurations) if name in os.environ}
    home = tmp_path_factory.mktemp("home")
    for place in (".config/pip/pip.conf", ".pip/pip.conf"):
        configured = Path.home() / place
        if configured.is_file():
            (home / place).parent.mkdir(parents=True)
            shutil.copy(configured, home / place)
    cache = os.environ.get("LBUILD_CACHE_DIR") or str(tmp_path_factory.mktemp("cache"))
    return {
        **found,
        "HOME": str(home),
        "LBUILD_CACHE_DIR": cache,
        "PATH": os.pathsep.join([str(commands), "/usr/local/bin", "/usr/bin", "/bin"]),
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An AWS of moto's: loopback, a port of its own, gone at the end."""
    command = [environment_of("moto") / "moto_server", "-H", "127.0.0.1", "-p", "0"]
    said = tmp_path_factory.mktemp("moto") / "log"
    with said.open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            yield Aws(endpoint=_address(said), python=environment_of("moto") / "python")
        finally:
            process.terminate()


def _address(log: Path) -> str:
    """Where it listens, as it says."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if found := re.search(r"Running on (http://127\.0\.0\.1:\d+)", log.read_text(errors="replace")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"moto_server did not begin to listen: {log.read_text(errors='replace')}")


@pytest.fixture
def example(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the example of this name: `@pytest.mark.parametrize("example", ["sam"], indirect=True)`."""
    goal = tmp_path / request.param
    built = shutil.ignore_patterns(".aws-sam", ".chalice/deployments", "*.zip", "__pycache__", ".terraform*")
    shutil.copytree(ROOT / "examples" / request.param, goal, ignore=built)
    return goal


@pytest.fixture
def cloud(room: Room, moto: Aws) -> Iterator[Cloud]:
    """A room whose AWS is moto's, with nothing in it that has the cloud's name."""
    pytest.importorskip("boto3")
    with opened_cloud(room, moto.endpoint) as found:
        yield found
