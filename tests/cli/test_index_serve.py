"""`lbuild index serve`: installers install from it, additions are seen, and it ends in good order."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from factories.commands import SCRIPT, Room, members
from factories.wheels import write_wheel

TAG = "cp313-cp313-manylinux_2_17_x86_64"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    process: subprocess.Popen[str]
    url: str
    index_url: str

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(self.url + path.removeprefix("/"), timeout=30) as answer:
            content: bytes = answer.read()
        return content

    def end(self, number: int) -> tuple[int, str]:
        """The exit status after a signal, and what was said on stderr."""
        self.process.send_signal(number)
        _, stderr = self.process.communicate(timeout=30)
        return self.process.returncode, stderr


@contextmanager
def served(room: Room, *words: str) -> Iterator[Running]:
    command = ("index", "serve", "wheels", "--port", "0", "--json", *words)
    with room.start(*command, index=False, cache=False) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Running(process=process, url=told["url"], index_url=told["index_url"])
        finally:
            process.kill()


@pytest.fixture
def wheels(room: Room) -> Path:
    """An index of two projects, one of which needs the other."""
    write_wheel(room.folder, "demo", "1.0", requires_dist=["helper>=2"])
    write_wheel(room.folder, "helper", "2.0", {"helper/data.bin": os.urandom(200_000)}, tag=TAG)
    added = room.lbuild("index", "add", *room.folder.glob("*.whl"), "--index", "wheels", index=False)
    assert added.status == 0, added.stderr
    return room.folder / "wheels"


def test_lbuild_uv_and_pip_install_from_it(room: Room, wheels: Path, tmp_path: Path) -> None:
    target = ("--target", str(tmp_path / "installed"))
    platform = ("--python-version", "3.13")
    uv = (
        str(SCRIPT.with_name("uv")),
        "pip",
        "install",
        "-q",
        *platform,
        "--python-platform",
        "x86_64-manylinux_2_28",
    )
    pip = (sys.executable, "-m", "pip", "install", "-q", "--only-binary", ":all:", *platform)
    pip += ("--platform", "manylinux_2_17_x86_64")
    with served(room) as running:
        built = room.lbuild("demo", "-o", "b.zip", "--prebuilt-index", running.index_url, "--runtime", "3.13")
        assert built.status == 0, built.stderr
        for tool in (uv, pip):
            command = [*tool, *target, "--index-url", running.index_url, "--no-cache-dir", "demo"]
            environment = {**room.environ, "UV_CACHE_DIR": str(tmp_path / "uv"), "UV_NO_CONFIG": "1"}
            done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            there = {path.name for path in (tmp_path / "installed").iterdir()}
            assert {"demo.py", "helper", "demo-1.0.dist-info", "helper-2.0.dist-info"} <= there
            for path in sorted((tmp_path / "installed").rglob("*"), reverse=True):
                path.unlink() if path.is_file() else path.rmdir()
    assert {"demo.py", "helper/data.bin"} <= set(members(room.folder / "b.zip"))


def test_an_addition_is_seen_while_it_serves(room: Room, wheels: Path) -> None:
    with served(room) as running:
        assert b"later" not in running.get("/simple/")
        later = write_wheel(room.folder, "later", "1.0")
        assert room.lbuild("index", "add", later, "--index", "wheels", index=False).status == 0
        assert b"later" in running.get("/simple/")
        assert running.get(f"/files/later/{later.name}") == later.read_bytes()
        assert b"/project/later/" in running.get("/")
        yanked = room.lbuild("index", "yank", later.name, "--index", "wheels", index=False, cache=False)
        assert yanked.status == 0, yanked.stderr
        assert b"data-yanked" in running.get("/simple/later/")
        assert b"yanked" in running.get("/project/later/")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_good_order(room: Room, wheels: Path, number: int) -> None:
    with served(room) as running:
        running.get("/")
        status, stderr = running.end(number)
    assert status == 0
    assert "Traceback" not in stderr
    assert f"installers use {running.index_url}" in stderr


def test_requests_are_told_only_when_asked_for(room: Room, wheels: Path) -> None:
    with served(room, "-v") as running:
        running.get("/simple/demo/")
        _, told = running.end(signal.SIGTERM)
    assert ' 127.0.0.1 "GET /simple/demo/" 200 ' in told
    with served(room, "-q") as running:
        running.get("/simple/demo/")
        assert running.end(signal.SIGTERM) == (0, "")


def test_what_cannot_be_served(room: Room, wheels: Path) -> None:
    nowhere = room.lbuild("index", "serve", "nowhere", index=False, cache=False)
    assert (nowhere.status, nowhere.codes) == (2, ["not-a-prebuilt-index"])
    assert "it does not exist" in nowhere.stderr
    room.write("notes.txt", "")
    file = room.lbuild("index", "serve", "notes.txt", index=False, cache=False)
    assert (file.status, file.codes) == (2, ["not-a-prebuilt-index"])
    assert "it is no folder" in file.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        busy = room.lbuild("index", "serve", "wheels", "--port", port, index=False, cache=False)
    assert (busy.status, busy.codes) == (6, ["cannot-listen"])
    assert "--port 0" in busy.stderr
    assert room.lbuild("index", "serve", "wheels", "--port", "99999", index=False, cache=False).status == 2
