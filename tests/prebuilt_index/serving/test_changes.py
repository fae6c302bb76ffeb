"""An index that changes while it is served, and things in its folder that are not of it."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from factories.served import Prebuilt
from factories.serving import Serving, serving

JSON = "application/vnd.pypi.simple.v1+json"
SECRET = b"not of the index"


@pytest.fixture
def index(tmp_path: Path) -> Prebuilt:
    (tmp_path / "secret-1.0-py3-none-any.whl").write_bytes(SECRET)
    index = Prebuilt(tmp_path / "index")
    index.add("demo", "1.0")
    return index


@pytest.fixture
def wheel(index: Prebuilt) -> str:
    return index.add("demo-two", "1.0")


@pytest.fixture
def server(index: Prebuilt, wheel: str) -> Iterator[Serving]:
    with serving(index.root) as server:
        yield server


def test_what_is_put_in_later_is_there_at_once(server: Serving, index: Prebuilt) -> None:
    before = server.get("/simple/", Accept=JSON)
    filename = index.add("later", "1.0")
    after = server.get("/simple/", Accept=JSON, If_None_Match=before.headers["etag"])
    assert {"name": "later"} in json.loads(after.body)["projects"]
    assert server.get(f"/files/later/{filename}").body == index.wheel(filename)
    assert b'href="/project/later/"' in server.get("/").body
    index.add("later", "1.1")
    assert b"<h2>1.1</h2>" in server.get("/project/later/").body


def test_an_empty_file(server: Serving, index: Prebuilt, wheel: str) -> None:
    (index.root / "files/demo-two" / wheel).write_bytes(b"")
    reply = server.get(f"/files/demo-two/{wheel}")
    assert (reply.status, reply.body, reply.headers["content-length"]) == (200, b"", "0")


def test_links_that_leave_the_index_lead_nowhere(server: Serving, index: Prebuilt, tmp_path: Path) -> None:
    wheels = index.root / "files/demo"
    (wheels / "out-1.0-py3-none-any.whl").symlink_to(tmp_path / "secret-1.0-py3-none-any.whl")
    (wheels / "loop-1.0-py3-none-any.whl").symlink_to("loop-1.0-py3-none-any.whl")
    (wheels / "gone-1.0-py3-none-any.whl").symlink_to("nowhere")
    (index.root / "files/outside").symlink_to(tmp_path, target_is_directory=True)
    (index.root / "simple/outside").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "index.html").write_bytes(SECRET)
    for path in (
        "/files/demo/out-1.0-py3-none-any.whl",
        "/files/demo/loop-1.0-py3-none-any.whl",
        "/files/demo/gone-1.0-py3-none-any.whl",
        "/files/outside/secret-1.0-py3-none-any.whl",
        "/simple/outside/",
    ):
        assert server.get(path).status == 404, path
    assert b"outside" not in server.get("/").body


def test_a_link_inside_the_index_is_followed(server: Serving, index: Prebuilt, wheel: str) -> None:
    (index.root / "files/demo/same-1.0-py3-none-any.whl").symlink_to(f"../demo-two/{wheel}")
    assert server.get("/files/demo/same-1.0-py3-none-any.whl").body == index.wheel(wheel)


def test_only_regular_files_are_handed_out(server: Serving, index: Prebuilt) -> None:
    (index.root / "files/demo/folder-1.0-py3-none-any.whl").mkdir()
    os.mkfifo(index.root / "files/demo/pipe-1.0-py3-none-any.whl")
    for name in ("folder", "pipe"):
        assert server.get(f"/files/demo/{name}-1.0-py3-none-any.whl").status == 404


def test_nothing_but_wheels_and_pages_is_handed_out(server: Serving, index: Prebuilt) -> None:
    (index.root / ".lbuild/secret").write_bytes(SECRET)
    (index.root / "files/demo/notes.txt").write_bytes(SECRET)
    for path in ("/.lbuild/secret", "/.lbuild/lock", "/files/demo/notes.txt", "/files/demo/", "/files/"):
        assert server.get(path).status == 404


def test_what_the_disk_refuses_is_503_and_told(
    server: Serving, wheel: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("prebuilt_index.serving.folder.os.open", refuse)
        reply = server.get(f"/files/demo-two/{wheel}")
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")
    assert server.faults == [f"'/files/demo-two/{wheel}': Permission denied"]


def test_no_client_can_write_a_line_of_the_log_itself(server: Serving) -> None:
    server.get("/%0a127.0.0.1%20forged%1b[31m", User_Agent='evil" 200 \x9b2J')
    (line,) = server.told
    assert "\n" not in line
    assert "\x1b" not in line
    assert r'"GET /\n127.0.0.1 forged\x1b[31m" 400' in line
    assert r"evil\" 200 \x9b2J" in line
