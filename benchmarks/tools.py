"""The ways to make the zip that are compared: lbuild, and what a user would do today."""

import shutil
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
PYTHON = "3.13"
PLATFORM = "x86_64-manylinux_2_34"


class Tool:
    """A way to make the zip, with its own cache, app and output below `home`."""

    name = ""

    def __init__(self, home: Path, stack: str) -> None:
        self.home = home / self.name.replace(" ", "")
        self.home.mkdir()
        self.requirements = HERE / "stacks" / f"{stack}.txt"
        self.app = self.home / "app"
        shutil.copytree(HERE / "app", self.app)
        self.output = self.home / "bundle.zip"
        self._caches = 0

    @property
    def cache(self) -> Path:
        return self.home / f"cache-{self._caches}"

    def forget(self) -> None:
        """There is no cache any more.

        The old one stays until the end: ext4 looks twice at each inode that was freed shortly before,
        and making a file takes a millisecond instead of 25 microseconds where thousands were.
        """
        self._caches += 1

    def edit(self) -> None:
        """One of the app's files has changed."""
        (self.app / "app.py").write_text(f"STAMP = {time.time_ns()}\n")

    def clear(self) -> None:
        """What the last run made is gone."""
        self.output.unlink(missing_ok=True)

    def bundle(self) -> list[list[str]]:
        """The commands that make the zip."""
        raise NotImplementedError

    def resolve(self) -> list[list[str]]:
        """The command that only chooses versions."""
        raise NotImplementedError


class UvAndZip(Tool):
    """uv into a folder, the app copied beside, everything zipped."""

    name = "uv + zip"

    def clear(self) -> None:
        super().clear()
        shutil.rmtree(self.home / "packages", ignore_errors=True)

    def bundle(self) -> list[list[str]]:
        packages = str(self.home / "packages")
        install = [*self._uv("install"), "--no-installer-metadata", "--no-compile-bytecode"]
        install += ["--target", packages, "-r", str(self.requirements)]
        zipping = ["sh", "-c", f"cd '{packages}' && zip -qr '{self.output}' ."]
        return [install, ["cp", "-r", f"{self.app}/.", packages], zipping]

    def resolve(self) -> list[list[str]]:
        return [[*self._uv("compile"), str(self.requirements)]]

    def _uv(self, command: str) -> list[str]:
        uv = str(Path(sys.executable).with_name("uv"))
        settings = ["--quiet", "--no-config", "--cache-dir", str(self.cache), "--only-binary", ":all:"]
        # Without an interpreter named, uv looks for one on the whole machine, which can take seconds.
        settings += ["--python", sys.executable, "--no-python-downloads"]
        return [uv, "pip", command, *settings, "--python-version", PYTHON, "--python-platform", PLATFORM]


class Lbuild(Tool):
    """The tool this repository is about."""

    name = "lbuild"

    def bundle(self) -> list[list[str]]:
        # Like for like: the peer leaves nothing out and compiles nothing.
        plain = ["--slim", "none", "--bytecode", "none"]
        return [[*self._lbuild(), "-o", str(self.output), "--source", str(self.app), *plain]]

    def resolve(self) -> list[list[str]]:
        return [[*self._lbuild(), "--dry-run"]]

    def _lbuild(self) -> list[str]:
        lbuild = str(Path(sys.executable).with_name("lbuild"))
        return [
            lbuild,
            str(self.requirements),
            "--runtime",
            f"python{PYTHON}",
            "--cache-dir",
            str(self.cache),
        ]
