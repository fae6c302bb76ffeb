"""The `lbuild` command in a room of its own: a folder, a cache, an empty pip configuration, an index."""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.cli.command import outcome
from factories.wheels import make_wheel, wheel_filename
from servers.index_server import IndexServer

SCRIPT = Path(os.environ.get("LBUILD_SCRIPT") or Path(sys.executable).with_name("lbuild"))
"""The installed command; `LBUILD_SCRIPT` names another, for a work tree that is not the installed one."""
NOWHERE = "http://127.0.0.1:9/simple/"
"""The index of the rooms' pip configuration: nothing beyond loopback is ever asked by mistake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one run of `lbuild` ended with."""

    status: int
    stdout: str
    stderr: str

    @property
    def codes(self) -> list[str]:
        """The codes of the errors that were told."""
        return re.findall(r"^error\[([a-z-]+)\]: ", self.stderr, re.MULTILINE)

    @property
    def report(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document = json.loads(self.stdout)
        assert isinstance(document, dict)
        return document

    @property
    def versions(self) -> dict[str, str]:
        """Project to version, of a run with `--json`."""
        return {package["name"]: package["version"] for package in self.report["packages"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """One user's world. `index` is what `--index-url` of every run names, unless a run says otherwise."""

    folder: Path
    """The current folder of every run."""
    cache: Path
    index: IndexServer
    environ: Mapping[str, str] = field(default_factory=dict)
    bytecode: str | None = "none"
    """What `--bytecode` of every build says, unless a run says otherwise; None: nothing, so the default."""

    def lbuild(self, *words: str | Path, index: bool = True, cache: bool = True) -> Outcome:
        """Run the command in this process."""
        stdout, stderr = io.StringIO(), io.StringIO()
        with chdir(self.folder), only(self.environ), redirect_stdout(stdout), redirect_stderr(stderr):
            status = outcome(self._arguments(words, index, cache))
        return Outcome(status=status, stdout=stdout.getvalue(), stderr=stderr.getvalue())

    def start(
        self, *words: str | Path, index: bool = True, cache: bool = True, **options: Any
    ) -> subprocess.Popen[str]:
        """Start the installed command as a process of its own."""
        settings: dict[str, Any] = {
            "cwd": self.folder,
            "env": dict(self.environ),
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "encoding": "utf-8",
        }
        return subprocess.Popen([SCRIPT, *self._arguments(words, index, cache)], **settings | options)

    def process(self, *words: str | Path, index: bool = True, cache: bool = True, **options: Any) -> Outcome:
        """Run the installed command as a process of its own."""
        with self.start(*words, index=index, cache=cache, **options) as process:
            stdout, stderr = process.communicate(timeout=60)
        return Outcome(status=process.returncode, stdout=stdout or "", stderr=stderr or "")

    def write(self, name: str, *lines: str) -> Path:
        """A text file in the current folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return path

    def offer(self, name: str, version: str, files: Mapping[str, bytes] | None = None, **options: Any) -> str:
        """The index lists such a wheel, see `make_wheel`; its file name."""
        return offer(self.index, name, version, files, **options)

    def names(self) -> list[str]:
        """What lies in the current folder, hidden files too."""
        return sorted(os.listdir(self.folder))

    def _arguments(self, words: tuple[str | Path, ...], index: bool, cache: bool) -> list[str]:
        arguments = [str(word) for word in words]
        arguments += ["--index-url", self.index.index_url] if index else []
        if self.bytecode and "-o" in arguments and "--bytecode" not in arguments and arguments[0] != "lock":
            place = arguments.index("-o")  # whatever stands after it may be swallowed
            arguments[place:place] = ["--bytecode", self.bytecode]
        return [*arguments, "--cache-dir", str(self.cache)] if cache else arguments


def offer(
    index: IndexServer,
    name: str,
    version: str,
    files: Mapping[str, bytes] | None = None,
    **options: Any,
) -> str:
    """`index` lists such a wheel, see `make_wheel`; its file name."""
    content = make_wheel(name, version, files, **options)
    filename = wheel_filename(name, version, options.get("tag", "py3-none-any"), options.get("build"))
    index.add(name, filename, content)
    return filename


class only:  # noqa: N801  # reads as a verb: with only(these variables)
    """The process has these environment variables and no others inside the block."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __enter__(self) -> None:
        self._before = dict(os.environ)
        self._become(self._environ)

    def __exit__(self, *_: object) -> None:
        self._become(self._before)

    def _become(self, environ: Mapping[str, str]) -> None:
        os.environ.clear()
        os.environ.update(environ)


def on_a_terminal(
    room: Room, variables: dict[str, str], *words: str, index: bool = True, cache: bool = True
) -> str:
    """Everything a user sees of this run."""
    import pty

    ours, theirs = pty.openpty()
    environ = {**room.environ, **variables}
    streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with room.start(*words, index=index, cache=cache, env=environ, **streams) as process:
        os.close(theirs)
        seen = b""
        with suppress(OSError):  # Linux: the terminal's other side is closed
            while chunk := os.read(ours, 4096):
                seen += chunk
        process.wait(timeout=30)
    os.close(ours)
    return seen.decode()


def members(path: Path) -> dict[str, bytes]:
    """The files of a zip that every byte of which reads well."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def tree(folder: Path) -> dict[str, bytes]:
    """The files below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


MakeRoom = Callable[[IndexServer], Room]


def make_room(folder: Path, home: Path, answers: Path, index: IndexServer) -> Room:
    """A room in `folder`; its cache begins with what pip answered in `home`, found in the cache `answers`."""
    work, cache = folder / "work", folder / "cache"
    work.mkdir()
    shutil.copytree(answers, cache)
    return Room(folder=work, cache=cache, index=index, environ=environment(home))


def environment(home: Path) -> dict[str, str]:
    """The variables of a user who has configured nothing."""
    return {
        "HOME": str(home),
        "PIP_CONFIG_FILE": str(home / "pip.conf"),
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        # Of a second checkout, whose modules go before those of the one that is installed.
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
    }
