"""The servers that are compared: each a process on loopback that hands out the same wheels."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a server has a project's page and one of its files."""

    page: str
    file: str
    process: int
    """Its id."""

    def peak(self) -> int:
        """The most memory it was given, bytes; 0 where the system does not tell."""
        try:
            lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


_WEIGH = """
import re, sys
from importlib.metadata import PackageNotFoundError, distribution
seen, wanted = {}, sys.argv[1:]
while wanted:
    name = re.split(r"[^A-Za-z0-9._-]", wanted.pop())[0].lower()
    try:
        found = distribution(name)
    except PackageNotFoundError:
        continue
    if name not in seen:
        seen[name] = sum(found.locate_file(f).stat().st_size for f in found.files if f.suffix != ".pyc")
        wanted += [each for each in found.requires or () if "extra ==" not in each]
print(len(seen), sum(seen.values()))
"""


def weigh(python: str, *names: str) -> tuple[int, int]:
    """Packages, and bytes without bytecode, that these installed distributions and what they need come to."""
    said = subprocess.run([python, "-c", _WEIGH, *names], capture_output=True, text=True, check=True).stdout
    packages, size = map(int, said.split())
    return packages, size


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One way to serve an index."""

    name: str
    command: tuple[str, ...]
    """`{port}`, `{index}` (a prebuilt index) and `{wheels}` (a folder of the same wheels) are filled in."""
    page: str = "/simple/{project}/"
    file: str = "/files/{project}/{filename}"
    packages: tuple[str, ...] = ()
    """What it is made of, besides Python."""


def compared(peers: str) -> list[Server]:
    """lbuild, and what a team would use today; `peers` has `pypiserver[cache]` and gunicorn."""
    pypiserver = (peers, "-m", "pypiserver", "run", "-p", "{port}", "-i", "127.0.0.1")
    package = "/packages/{filename}"
    plain = ("--server", "wsgiref", "--backend", "simple-dir")
    tuned = ("--server", "gunicorn", "--backend", "cached-dir")
    return [
        Server(
            name="lbuild index serve",
            command=(sys.executable, "-m", "builder", "index", "serve", "{index}", "-q", "--port", "{port}"),
        ),
        Server(name="pypiserver", command=(*pypiserver, *plain, "{wheels}"), file=package),
        Server(name="pypiserver[cache], gunicorn", command=(*pypiserver, *tuned, "{wheels}"), file=package),
        Server(
            name="python -m http.server",
            command=(sys.executable, "-m", "http.server", "{port}", "-b", "127.0.0.1", "-d", "{index}"),
        ),
    ]


def candidates(peers: str) -> list[Server]:
    """The libraries that could carry lbuild's server, each in a few lines; `peers` has them all."""
    made_of = {
        "http.server": (),
        "waitress": ("waitress", "werkzeug"),
        "cheroot": ("cheroot", "werkzeug"),
        "uvicorn": ("uvicorn", "starlette"),
        "aiohttp": ("aiohttp",),
        "granian": ("granian", "werkzeug"),
    }
    script = str(_HERE / "candidates.py")
    return [
        Server(name=name, command=(peers, script, name, "{index}", "{port}"), packages=packages)
        for name, packages in made_of.items()
    ]


@contextmanager
def running(server: Server, *, index: Path, wheels: Path, project: str, filename: str) -> Iterator[Served]:
    """The server, answering."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    filled = {"port": f"{port}", "index": str(index), "wheels": str(wheels)}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [part.format(**filled) for part in server.command], stdout=quiet, stderr=quiet, env=os.environ
    )
    try:
        _await(port, process, server.name)
        named = {"project": project, "filename": filename}
        host = f"http://127.0.0.1:{port}"
        yield Served(
            page=host + server.page.format(**named),
            file=host + server.file.format(**named),
            process=process.pid,
        )
    finally:
        process.terminate()
        process.wait(30)


def _await(port: int, process: subprocess.Popen[bytes], name: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    sys.exit(f"{name} does not answer (exit status {process.poll()})")
