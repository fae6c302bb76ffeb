"""An index that lbuild wrote, read by lbuild, pip and uv: from a folder, a plain web server and a bucket."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from factories.commands import Room, members, only
from factories.prebuilt import built
from prebuilt_index.publish.bucket import Bucket
from prebuilt_index.publish.folder import Folder
from prebuilt_index.publish.publishing import publish
from prebuilt_index.tree.upkeep import set_yanked
from servers.buckets import moto_storage

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
UV = Path(sys.executable).with_name("uv")


@contextmanager
def served(root: Path) -> Iterator[str]:
    """`python -m http.server` of a folder."""

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=root))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/simple/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def in_a_folder(root: Path) -> Iterator[str]:
    yield f"{(root / 'simple').as_uri()}/"


@contextmanager
def in_another_folder(root: Path) -> Iterator[str]:
    there = root.with_name("published")
    publish(root, Folder(there))
    yield f"{(there / 'simple').as_uri()}/"


@contextmanager
def in_a_bucket(root: Path) -> Iterator[str]:
    pytest.importorskip("moto")
    with moto_storage() as storage:
        with only({**storage.environ, "HOME": str(root.parent), "PATH": os.environ["PATH"]}):
            publish(root, Bucket(storage.bucket, "team/index"))
        yield f"{storage.url}/{storage.bucket}/team/index/simple/"


PLACES = {
    "folder": in_a_folder,
    "published folder": in_another_folder,
    "web server": served,
    "bucket": in_a_bucket,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Plain, local, yanked wheels, one for other Pythons; and what they need, built twice."""
    root = tmp_path_factory.mktemp("index") / "built"
    built(root, "Demo.Kit", "1.0", {"demo.py": b"it = 'plain'\n"}, requires_dist=["dep>=1"])
    local = {"demo.py": b"it = 'local'\n"}
    built(root, "Demo.Kit", "1.0+opt.1", local, requires_dist=["dep>=1"], requires_python=">=3.8,<4")
    built(root, "Demo.Kit", "2.0", {"demo.py": b"it = 'yanked'\n"})
    built(root, "Demo.Kit", "3.0", {"demo.py": b"it = 'of the future'\n"}, requires_python=">=3.99")
    for build in (None, "1", "2"):
        built(root, "dep", "1.5", {"dep.py": f"build = {build}\n".encode()}, build=build)
    set_yanked(root, lambda entry: "2.0" in entry.filename, 'a "reason" & <more>')
    return root


def with_pip(room: Room, url: str, target: Path, *words: str) -> None:
    command = [sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "-q"]
    command += ["--no-cache-dir", "--target", str(target), "--index-url", url, *words]
    _run(command, {**room.environ, "PIP_CONFIG_FILE": os.devnull})


def with_uv(room: Room, url: str, target: Path, *words: str) -> None:
    if not UV.exists():
        pytest.skip("uv is not installed beside this Python")
    command = [str(UV), "pip", "install", "-q", "--no-config", "--no-cache", "--python", sys.executable]
    _run([*command, "--target", str(target), "--default-index", url, *words], room.environ)


def _run(command: list[str], environ: object) -> None:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)  # type: ignore[call-overload]  # a mapping
    assert done.returncode == 0, done.stderr


def with_lbuild(room: Room, url: str, target: Path, *words: str) -> None:
    """As the only index, and into a folder, as the others."""
    done = room.lbuild(*words, "-o", target, "--index-url", url, index=False)
    assert done.status == 0, done.stderr


def with_prebuilt(room: Room, url: str, target: Path, *words: str) -> None:
    """Beside the index of the room, which has nothing."""
    done = room.lbuild(*words, "-o", target, "--prebuilt-index", url)
    assert done.status == 0, done.stderr


INSTALLERS = {"pip": with_pip, "uv": with_uv, "lbuild": with_lbuild, "--prebuilt-index": with_prebuilt}
Install = Callable[..., None]


@pytest.mark.parametrize("place", PLACES)
def test_every_installer_reads_it(room: Room, root: Path, place: str) -> None:
    """They take the local version before the plain one, and the higher build tag; nothing yanked."""
    with PLACES[place](root) as url:
        for name, install in INSTALLERS.items():
            target = room.folder / name.strip("-")
            install(room, url, target, "demo-kit")
            found = (target / "demo.py").read_bytes(), (target / "dep.py").read_bytes()
            assert (name, *found) == (name, b"it = 'local'\n", b"build = 2\n")


@pytest.mark.parametrize("place", ["folder", "web server"])
def test_who_names_a_yanked_version_gets_it(room: Room, root: Path, place: str) -> None:
    with PLACES[place](root) as url:
        for name, install in INSTALLERS.items():
            target = room.folder / name.strip("-")
            install(room, url, target, "demo-kit==2.0")
            assert (name, (target / "demo.py").read_bytes()) == (name, b"it = 'yanked'\n")


def test_a_lock_of_it_is_built_by_url(room: Room, root: Path) -> None:
    with served(root) as url:
        done = room.lbuild("lock", "demo-kit", "-o", "pylock.toml", "--prebuilt-index", url)
        assert done.status == 0, done.stderr
        text = (room.folder / "pylock.toml").read_text()
        base = url.removesuffix("simple/")
        assert f'url = "{base}files/demo-kit/demo_kit-1.0%2Bopt.1-py3-none-any.whl"' in text
        built_of_it = room.lbuild("pylock.toml", "-o", "b.zip", index=False)
        assert built_of_it.status == 0, built_of_it.stderr
    assert members(room.folder / "b.zip")["demo.py"] == b"it = 'local'\n"
