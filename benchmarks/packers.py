"""The ways to make a small zip of one lock: lbuild's, and what users do today."""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.size_stacks import RUNTIME, pins_of
from benchmarks.tools import PLATFORM

NONE, SAFE, SIZE = "lbuild --slim none", "lbuild", "lbuild --optimize size"


def program(name: str) -> str | None:
    """The program of this environment, or else of the machine."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


class Packer:
    """A way to make the zip of a lock; all it writes lies in a folder of its own."""

    def __init__(self, name: str, home: Path, lock: Path) -> None:
        self.name = name
        self.home = home
        self.lock = lock
        self.output = home / "bundle.zip"
        home.mkdir()

    def steps(self) -> list[list[str]]:
        """The commands that make the zip, with nothing in any cache."""
        raise NotImplementedError


class Lbuild(Packer):
    """The tool this repository is about."""

    def __init__(self, name: str, home: Path, lock: Path, options: Sequence[str]) -> None:
        super().__init__(name, home, lock)
        self.cache = home / "cache"
        self._options = options

    def steps(self) -> list[list[str]]:
        lbuild = program("lbuild")
        assert lbuild is not None
        words = [str(self.lock), "-o", str(self.output), "--cache-dir", str(self.cache)]
        # Without slimming one stack is larger than Lambda takes.
        return [[lbuild, *words, "--no-limit", "--bytecode", "none", *self._options]]


class UvAndZip(Packer):
    """uv into a folder, then zip."""

    def steps(self) -> list[list[str]]:
        uv = program("uv")
        assert uv is not None
        pins = self.home / "requirements.txt"
        pins.write_text("".join(f"{pin}\n" for pin in pins_of(self.lock)))
        packages = self.home / "packages"
        install = [uv, "pip", "install", "--quiet", "--no-config", "--cache-dir", str(self.home / "cache")]
        install += ["--python", sys.executable, "--python-version", RUNTIME.removeprefix("python")]
        install += ["--python-platform", PLATFORM, "--only-binary", ":all:", "--no-deps"]
        install += ["--no-installer-metadata", "--target", str(packages), "-r", str(pins)]
        return [install, ["sh", "-c", f"cd '{packages}' && zip -qr '{self.output}' ."]]


class Serverless(Packer):
    """osls (Serverless Framework 3, maintained) with serverless-python-requirements and `slim: true`."""

    def __init__(self, name: str, home: Path, lock: Path, modules: Path, python: Path) -> None:
        super().__init__(name, home, lock)
        self._modules = modules
        self._python = python

    def steps(self) -> list[list[str]]:
        (self.home / "requirements.txt").write_text("".join(f"{pin}\n" for pin in pins_of(self.lock)))
        (self.home / "app.py").write_text("def handler(event, context):\n    pass\n")
        (self.home / "serverless.yml").write_text(json.dumps(self._service()))
        (self.home / "node_modules").symlink_to(self._modules)
        osls = self._modules / ".bin" / "osls"
        pack = [
            "env",
            "AWS_ACCESS_KEY_ID=none",
            "AWS_SECRET_ACCESS_KEY=none",
            f"XDG_CACHE_HOME={self.home}/cache",
        ]
        made = self.home / ".serverless" / "small.zip"
        return [[*pack, str(osls), "package"], ["cp", str(made), str(self.output)]]

    def _service(self) -> dict[str, object]:
        """JSON is YAML."""
        settings = {
            "slim": True,
            "pythonBin": str(self._python),
            "useDownloadCache": False,
            "useStaticCache": False,
            "pipCmdExtraArgs": ["--no-deps", "--only-binary=:all:"],
        }
        return {
            "service": "small",
            "provider": {"name": "aws", "runtime": RUNTIME},
            "plugins": ["serverless-python-requirements"],
            "custom": {"pythonRequirements": settings},
            "package": {"patterns": ["!**", "app.py"]},
            "functions": {"main": {"handler": "app.handler"}},
        }
