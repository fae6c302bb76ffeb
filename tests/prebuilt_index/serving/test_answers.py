"""What a client gets over the wire: pages in both forms, files and their parts, and no more than that."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest

from factories.served import Prebuilt
from factories.serving import Serving, serving

JSON = "application/vnd.pypi.simple.v1+json"
SECRET = b"not of the index"


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Prebuilt:
    folder = tmp_path_factory.mktemp("answers")
    index = Prebuilt(folder / "index")
    (folder / "secret-1.0-py3-none-any.whl").write_bytes(SECRET)
    for number in range(6):  # a page that is worth compressing
        index.add("demo", f"1.{number}")
    return index


@pytest.fixture(scope="module")
def wheel(index: Prebuilt) -> str:
    return index.add("Demo.Two", "1.0+lambda.1", files={"demo_two.py": os.urandom(100_000)})


@pytest.fixture(scope="module")
def server(index: Prebuilt, wheel: str) -> Iterator[Serving]:
    with serving(index.root) as server:
        yield server


def place(filename: str) -> str:
    return f"/files/demo-two/{filename.replace('+', '%2B')}"


# -- pages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("project", [None, "demo"])
@pytest.mark.parametrize(
    ("accept", "file", "answered"),
    [
        (JSON, "index.json", JSON),
        ("text/html", "index.html", "text/html"),
        ("application/vnd.pypi.simple.v1+html", "index.html", "application/vnd.pypi.simple.v1+html"),
        ("*/*", "index.html", "text/html"),
    ],
)
def test_pages_are_the_bytes_of_the_index(
    server: Serving, index: Prebuilt, project: str | None, accept: str, file: str, answered: str
) -> None:
    path = "/simple/" if project is None else f"/simple/{project}/"
    reply = server.get(path, Accept=accept)
    assert (reply.status, reply.headers["content-type"]) == (200, answered)
    assert reply.body == index.page(project, file)
    assert reply.headers["vary"] == "Accept, Accept-Encoding"
    assert reply.headers["cache-control"] == "no-cache"


def test_the_format_may_stand_in_the_query(server: Serving, index: Prebuilt) -> None:
    reply = server.get(f"/simple/demo/?format={JSON.replace('+', '%2B')}", Accept="text/html")
    assert reply.body == index.page("demo", "index.json")
    assert server.get("/simple/demo/?format=xml").status == 400


def test_a_page_may_be_asked_for_as_on_a_static_host(server: Serving, index: Prebuilt) -> None:
    assert server.get("/simple/demo/index.json").headers["content-type"] == JSON
    assert server.get("/simple/index.html", Accept="image/png").body == index.page(None, "index.html")


def test_a_form_that_is_not_had_is_406_and_says_which_are(server: Serving) -> None:
    reply = server.get("/simple/", Accept="application/vnd.pypi.simple.v2+json")
    assert reply.status == 406
    assert JSON in reply.body.decode()


def test_pages_are_compressed_for_those_who_take_it(server: Serving, index: Prebuilt) -> None:
    reply = server.get("/simple/demo/", Accept=JSON, Accept_Encoding="gzip")
    assert reply.headers["content-encoding"] == "gzip"
    assert gzip.decompress(reply.body) == index.page("demo", "index.json")
    assert len(reply.body) < len(index.page("demo", "index.json")) // 2
    plain = server.get("/simple/demo/", Accept=JSON)
    assert "content-encoding" not in plain.headers
    assert plain.headers["etag"] != reply.headers["etag"]
    assert server.get("/simple/demo/", Accept=JSON, Accept_Encoding="gzip").body == reply.body


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_page_that_is_known_is_not_sent_again(server: Serving, encoding: str) -> None:
    first = server.get("/simple/demo/", Accept_Encoding=encoding)
    again = server.get("/simple/demo/", Accept_Encoding=encoding, If_None_Match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["vary"] == first.headers["vary"]
    since = server.get(
        "/simple/demo/", Accept_Encoding=encoding, If_Modified_Since=first.headers["last-modified"]
    )
    assert since.status == 304


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/simple", "/simple/"),
        ("/simple/demo", "/simple/demo/"),
        ("/simple/Demo_Two/", "/simple/demo-two/"),
        ("/simple/DEMO.two?format=text/html", "/simple/demo-two/?format=text/html"),
        ("/project/Demo_Two", "/project/demo-two/"),
    ],
)
def test_other_spellings_are_redirected(server: Serving, path: str, place: str) -> None:
    reply = server.get(path)
    assert (reply.status, reply.headers["location"]) == (301, place)


# -- files -------------------------------------------------------------------------------------------------


def test_a_wheel_is_whole_and_may_be_kept_for_ever(server: Serving, index: Prebuilt, wheel: str) -> None:
    reply = server.get(place(wheel), Accept_Encoding="gzip")
    assert reply.body == index.wheel(wheel)
    assert reply.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert reply.headers["content-type"] == "application/octet-stream"
    assert reply.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in reply.headers
    parsedate_to_datetime(reply.headers["last-modified"])


def test_what_pages_promise_of_a_file_holds(server: Serving) -> None:
    listed = json.loads(server.get("/simple/demo-two/", Accept=JSON).body)["files"][0]
    path = listed["url"].removeprefix("../..")
    reply = server.get(path)
    assert hashlib.sha256(reply.body).hexdigest() == listed["hashes"]["sha256"]
    metadata = server.get(f"{path}.metadata")
    assert hashlib.sha256(metadata.body).hexdigest() == listed["core-metadata"]["sha256"]
    assert metadata.headers["cache-control"].endswith("immutable")


def test_an_entry_is_asked_for_again_for_it_tells_of_yanking(server: Serving, wheel: str) -> None:
    reply = server.get(f"{place(wheel)}.entry.json")
    assert json.loads(reply.body)["filename"] == wheel
    assert reply.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "ranges", ["bytes=0-0", "bytes=1000-1999", "bytes=50000-", "bytes=-7", "bytes=0-999999999"]
)
def test_parts(server: Serving, index: Prebuilt, wheel: str, ranges: str) -> None:
    whole = index.wheel(wheel)
    reply = server.get(place(wheel), Range=ranges)
    first, _, rest = reply.headers["content-range"].removeprefix("bytes ").partition("-")
    last, _, size = rest.partition("/")
    assert (reply.status, int(size)) == (206, len(whole))
    assert reply.body == whole[int(first) : int(last) + 1]
    assert int(reply.headers["content-length"]) == len(reply.body) > 0


def test_a_part_that_is_not_there(server: Serving, index: Prebuilt, wheel: str) -> None:
    reply = server.get(place(wheel), Range="bytes=99999999-")
    assert reply.status == 416
    assert reply.headers["content-range"] == f"bytes */{len(index.wheel(wheel))}"


def test_several_parts_get_the_whole(server: Serving, index: Prebuilt, wheel: str) -> None:
    reply = server.get(place(wheel), Range="bytes=0-1,5-6")
    assert (reply.status, reply.body) == (200, index.wheel(wheel))


def test_a_download_goes_on_only_with_the_same_file(server: Serving, index: Prebuilt, wheel: str) -> None:
    etag = server.get(place(wheel), method="HEAD").headers["etag"]
    assert server.get(place(wheel), Range="bytes=5-", If_Range=etag).status == 206
    assert server.get(place(wheel), Range="bytes=5-", If_Range='"other"').status == 200
    assert server.get(place(wheel), If_Match='"other"').status == 412
    assert server.get(place(wheel), If_None_Match=etag).status == 304


@pytest.mark.parametrize("path", ["/", "/simple/", "/simple/demo/", "/project/demo/", "/nothing"])
def test_head_says_what_get_would(server: Serving, path: str) -> None:
    got, head = server.get(path), server.get(path, method="HEAD")
    assert head.body == b""
    for name in ("content-length", "content-type", "etag"):
        assert head.headers.get(name) == got.headers.get(name)
    assert head.status == got.status


def test_head_of_a_file_and_of_its_part(server: Serving, index: Prebuilt, wheel: str) -> None:
    head = server.get(place(wheel), method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == f"{len(index.wheel(wheel))}"
    part = server.get(place(wheel), method="HEAD", Range="bytes=0-9")
    assert (part.status, part.headers["content-length"], part.body) == (206, "10", b"")


# -- refusals ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_an_index_is_only_read(server: Serving, method: str) -> None:
    reply = server.get("/simple/", method=method, body=b"name=demo" if method == "POST" else None)
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret-1.0-py3-none-any.whl",
        "/files/../../secret-1.0-py3-none-any.whl",
        "/files/demo/../../../secret-1.0-py3-none-any.whl",
        "/files/%2e%2e/secret-1.0-py3-none-any.whl",
        "/files/..%2f..%2fsecret-1.0-py3-none-any.whl",
        "/files/demo/..%2f..%2f..%2fsecret-1.0-py3-none-any.whl",
        "/files/demo/%252e%252e%252fsecret-1.0-py3-none-any.whl",
        "/files/demo/..%5c..%5csecret-1.0-py3-none-any.whl",
        "//secret-1.0-py3-none-any.whl",
        "/files//etc/passwd",
        "/files/demo//etc/passwd",
        "/files/demo/" + "a" * 5000 + "-1.0-py3-none-any.whl",
        "/simple/..%2f..%2f/",
        "/simple/%2e%2e/",
    ],
)
def test_hostile_paths_lead_nowhere(server: Serving, path: str) -> None:
    reply = server.get(path)
    assert reply.status == 404
    assert SECRET not in reply.body


@pytest.mark.parametrize(
    "path", ["/%00", "/files/demo/demo-1.0-py3-none-any.whl%00.txt", "/simple/%0d%0aX:%20y/", "/%ff"]
)
def test_paths_that_are_none(server: Serving, path: str) -> None:
    reply = server.get(path)
    assert reply.status == 400
    assert "x" not in reply.headers
