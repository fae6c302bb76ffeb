"""A service of small wheels from an index of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deployers.serverless.service import Service
from factories.commands import offer
from servers.index_server import IndexServer

HEAD = ("frameworkVersion: '4'", "plugins: [serverless-lbuild]")
PROVIDER = (
    "provider:",
    "  name: aws",
    "  runtime: python3.13",
    "  region: eu-central-1",
    "  deploymentMethod: direct",
)
MakeService = Callable[..., Service]


@pytest.fixture
def index() -> Iterator[IndexServer]:
    """An index with two projects, of which one needs the other."""
    with IndexServer() as server:
        offer(server, "base", "1.0", {"base/__init__.py": b"value = 1\n", "base/tests/test_it.py": b""})
        offer(server, "tool", "1.0", requires_dist=["base"])
        yield server


@pytest.fixture
def make_service(tmp_path: Path, variables: dict[str, str], index: IndexServer) -> MakeService:
    """Makes a service: lines that follow its provider in serverless.yml, and files by name."""

    def make(*lines: str, name: str = "shop", plugins: str = "serverless-lbuild", **more: str) -> Service:
        configuration = tmp_path / "pip.conf"
        configuration.write_text(f"[global]\nindex-url = {index.index_url}\n", encoding="utf-8")
        without_index = {name: value for name, value in variables.items() if not name.startswith("PIP_")}
        environ = {
            **without_index,
            "PIP_CONFIG_FILE": str(configuration),
            "LBUILD_CACHE_DIR": str(tmp_path / "cache"),
            **more,
        }
        service = Service(folder=tmp_path / "shop", variables=environ)
        head = [line.replace("serverless-lbuild", plugins) for line in HEAD]
        service.write("serverless.yml", f"service: {name}", *head, *PROVIDER, *lines)
        service.write("requirements.txt", "tool")
        service.write("handler.py", "import tool")
        return service

    return make
