"""What a path asks for, and that nothing else gets through."""

import pytest

from prebuilt_index.serving.routes import (
    FrontPage,
    IndexedFile,
    Kind,
    Moved,
    Nothing,
    PersonsPage,
    Route,
    SimplePage,
    route,
)

WHEEL = "demo-1.0+lambda-1-cp313-cp313-manylinux_2_17_x86_64.whl"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/", FrontPage()),
        ("/simple/", SimplePage(project=None)),
        ("/simple/index.json", SimplePage(project=None, name="index.json")),
        ("/simple/my-project/", SimplePage(project="my-project")),
        ("/simple/my-project/index.html", SimplePage(project="my-project", name="index.html")),
        ("/project/my-project/", PersonsPage(project="my-project")),
        (f"/files/demo/{WHEEL}", IndexedFile(path=f"files/demo/{WHEEL}", kind=Kind.WHEEL)),
        (
            f"/files/demo/{WHEEL}.metadata",
            IndexedFile(path=f"files/demo/{WHEEL}.metadata", kind=Kind.METADATA),
        ),
        (
            f"/files/demo/{WHEEL}.entry.json",
            IndexedFile(path=f"files/demo/{WHEEL}.entry.json", kind=Kind.ENTRY),
        ),
    ],
)
def test_what_the_index_has(path: str, expected: Route) -> None:
    assert route(path) == expected


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/simple", "/simple/"),
        ("/project", "/"),
        ("/project/", "/"),
        ("/simple/my-project", "/simple/my-project/"),
        ("/simple/My_Project/", "/simple/my-project/"),
        ("/simple/my..project", "/simple/my-project/"),
        ("/project/My.Project", "/project/my-project/"),
    ],
)
def test_other_spellings_lead_to_the_one_place(path: str, place: str) -> None:
    assert route(path) == Moved(path=place)


@pytest.mark.parametrize(
    "path",
    [
        "/..",
        "/../etc/passwd",
        "/simple/../files",
        "/simple/..",
        "/simple/../",
        "/simple//",
        "/simple/-x/",
        "/simple/x_/",
        "/simple/C:/",
        "/simple/a\\b/",
        "/simple/é/",
        "/simple/x/index.txt",
        "/simple/X/index.json",
        f"/simple/{'x' * 300}/",
        "/files/",
        "/files/demo/",
        f"/files/Demo/{WHEEL}",
        f"/files/../{WHEEL}",
        f"/files//{WHEEL}",
        f"/files/demo/../{WHEEL}",
        f"/files/demo/{WHEEL}/",
        f"/files/demo/..-{WHEEL}",
        "/files/demo/demo-1.0.tar.gz",
        f"/files/demo/{WHEEL}.metadata.metadata",
        f"/files/demo/{WHEEL}.part",
        "/files/demo/~demo-1.0-py3-none-any.whl",
        "/files/demo/demo-1.0-py3-none-any.whl:stream",
        "/.lbuild/lock",
        "//etc/passwd",
        "x",
        "",
        f"/files/demo/demo-{'1' * 5000}-py3-none-any.whl",
    ],
)
def test_nothing_else_gets_through(path: str) -> None:
    assert route(path) is Nothing.NOT_FOUND


@pytest.mark.parametrize("path", ["/\0", "/simple/a\0b/", "/a\r\nb", "/\x7f", "/simple/\u202e/"])
def test_what_cannot_be_seen_is_no_path(path: str) -> None:
    assert route(path) is Nothing.MALFORMED
