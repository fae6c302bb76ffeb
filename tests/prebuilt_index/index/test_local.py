"""Indexes in folders, and `--find-links`."""

import json
import os
from pathlib import Path

import pytest

from factories.indexes import DEMO, make_client
from factories.wheels import make_wheel
from manylinux.errors import UsageError
from prebuilt_index.errors import NotAnIndexError, ProjectNotFoundError
from prebuilt_index.index.filenames import belongs_to, guessed_project
from prebuilt_index.index.local import LocalIndex
from servers import faults
from servers.index_server import IndexServer

WHEEL = "demo-1.0-py3-none-any.whl"
CORPORA = Path(os.environ.get("LBUILD_CORPORA", Path(__file__).parents[4] / "shared" / "corpora"))


def make_tree(root: Path, page: str, name: str = "index.html") -> Path:
    """An index at `root` with this page of demo."""
    (root / "demo").mkdir(parents=True)
    (root / "demo" / name).write_text(page)
    return root


@pytest.mark.parametrize("as_url", [False, True])
def test_reads_a_tree_of_html_pages(tmp_path: Path, as_url: bool) -> None:
    """PEP 503 in a folder, named by path or by URL, spaces and all."""
    root = make_tree(tmp_path / "in dex", f'<a href="../../files/{WHEEL}">x</a>')
    with make_client(tmp_path / "store", root.as_uri() if as_url else str(root)) as client:
        page = client.page(DEMO)

    assert page.files[0].url == (tmp_path / "files" / WHEEL).as_uri()
    assert page.index == root.as_uri()


def test_reads_a_tree_of_json_pages(tmp_path: Path) -> None:
    """PEP 691 in a folder; it wins over HTML beside it."""
    entry = {"filename": WHEEL, "url": f"../../files/{WHEEL}", "hashes": {}, "size": 5}
    document = {"meta": {"api-version": "1.1"}, "name": "demo", "files": [entry]}
    root = make_tree(tmp_path / "simple", json.dumps(document), "index.json")
    (root / "demo" / "index.html").write_text("<a href='demo-2.0.zip'>x</a>")
    page = LocalIndex(root).page(DEMO)

    assert page is not None
    assert [(file.filename, file.size) for file in page.files] == [(WHEEL, 5)]


def test_a_folder_without_a_page_lists_its_own_files(tmp_path: Path) -> None:
    """Those of the project, by name."""
    folder = tmp_path / "simple" / "demo"
    folder.mkdir(parents=True)
    for name in (WHEEL, "demo-0.9.tar.gz", "other-1.0.tar.gz", "notes.txt"):
        (folder / name).write_bytes(b"12345")
    page = LocalIndex(tmp_path / "simple").page(DEMO)

    assert page is not None
    assert [(file.filename, file.size) for file in page.files] == [("demo-0.9.tar.gz", 5), (WHEEL, 5)]


def test_an_absent_project_falls_through_and_an_absent_index_does_not(tmp_path: Path) -> None:
    """A folder that is not there is a mistake, not an empty index."""
    make_tree(tmp_path / "simple", "")
    with (
        make_client(tmp_path / "store", str(tmp_path / "simple")) as client,
        pytest.raises(ProjectNotFoundError),
    ):
        client.page("other")
    with make_client(tmp_path / "store", str(tmp_path / "gone")) as client, pytest.raises(UsageError):
        client.page(DEMO)


def test_local_pages_are_read_anew(tmp_path: Path) -> None:
    """Their stamps change with them, and are never fresh."""
    root = make_tree(tmp_path / "simple", '<a href="demo-1.0.zip">x</a>')
    index = LocalIndex(root)
    before = index.stamp(DEMO)
    (root / "demo" / "index.html").write_text('<a href="demo-2.0.zip">x</a>')

    assert before.fresh_until == 0.0
    assert index.stamp(DEMO).digest != before.digest


@pytest.mark.parametrize("page", ["[]", "{}", '{"meta": {"api-version": "2.0"}}'])
def test_a_broken_local_page_is_refused(tmp_path: Path, page: str) -> None:
    """As one from a server would be."""
    with pytest.raises(NotAnIndexError):
        LocalIndex(make_tree(tmp_path, page, "index.json")).page(DEMO)


@pytest.mark.parametrize(
    ("filename", "project", "expected"),
    [
        (WHEEL, "demo", True),
        ("My_Tool-1.0-py3-none-any.whl", "my-tool", True),
        ("my_tool-1.0.tar.gz", "my-tool", True),
        ("my-tool-1.0.tar.gz", "my-tool", True),
        ("my-tool-1.0.tar.gz", "my", True),
        ("my-tool-1.0.zip", "tool", False),
        ("demo.tar.gz", "demo", False),
        ("demo-1.0.exe", "demo", False),
        ("-1.0.tar.gz", "demo", False),
    ],
)
def test_files_belong_to_projects_by_name(filename: str, project: str, expected: bool) -> None:
    """Names are compared normalized; an sdist's may be read in two ways."""
    assert belongs_to(filename, project) is expected


def test_projects_are_guessed_from_names() -> None:
    """Good enough for a hint."""
    assert [guessed_project(name) for name in (WHEEL, "my-tool-1.0.tar.gz")] == ["demo", "my-tool"]


# -- find-links --------------------------------------------------------------------------------------------


def test_find_links_stand_before_the_indexs_files(tmp_path: Path) -> None:
    """As in pip; both are offered."""
    (tmp_path / WHEEL).write_bytes(b"12345")
    (tmp_path / "other-1.0.zip").write_bytes(b"")
    with IndexServer() as server:
        server.add("demo", "demo-2.0.tar.gz", b"sdist")
        with make_client(tmp_path / "store", server, find_links=(str(tmp_path),)) as client:
            page = client.page(DEMO)
            stamp = client.stamps([DEMO])[DEMO]

    assert list(page.filenames) == [WHEEL, "demo-2.0.tar.gz"]
    assert [file.filename for file in page.files] == list(page.filenames)
    assert (page.files[0].url, page.files[0].size) == ((tmp_path / WHEEL).as_uri(), 5)
    assert page.index == server.index_url
    assert stamp.digest == page.digest


@pytest.mark.parametrize("form", ["folder", "folder-url", "page", "page-url", "file", "file-url"])
def test_find_links_may_take_any_form(tmp_path: Path, form: str) -> None:
    """A folder, an HTML page or a file, by path or `file:` URL, and no index at all."""
    files = tmp_path / "with space"
    files.mkdir()
    (files / WHEEL).write_bytes(b"")
    (tmp_path / "links.html").write_text(f'<a href="with%20space/{WHEEL}">x</a>')
    place = {"folder": files, "page": tmp_path / "links.html", "file": files / WHEEL}[form.partition("-")[0]]
    location = place.as_uri() if form.endswith("-url") else str(place)
    with make_client(tmp_path / "store", find_links=(location,)) as client:
        page = client.page(DEMO)

    assert [file.url for file in page.files] == [(files / WHEEL).as_uri()]


def test_find_links_may_be_a_page_on_a_server(tmp_path: Path) -> None:
    """Of any projects; kept like a page of an index."""
    anchors = "".join(f'<a href="{name}">x</a>' for name in (WHEEL, "other-1.0.zip"))
    with IndexServer() as server:
        server.fail(
            lambda request, reply: faults.Reply(headers={"Content-Type": "text/html"}, body=anchors.encode())
        )
        for offline in (False, True):
            with make_client(tmp_path, find_links=(f"{server.url}/links/",), offline=offline) as client:
                urls = [client.page(name).files[0].url for name in ("demo", "other")]

            assert urls == [f"{server.url}/links/{WHEEL}", f"{server.url}/links/other-1.0.zip"]
        assert server.paths() == ["/links/"]


def test_a_find_links_page_without_files_is_refused(tmp_path: Path) -> None:
    """A login page in its place must not look like an empty list."""
    with IndexServer() as server:
        server.fail(faults.captive_portal())
        with make_client(tmp_path, find_links=(server.url,)) as client, pytest.raises(NotAnIndexError):
            client.page(DEMO)


def test_an_absent_find_links_folder_is_said(tmp_path: Path) -> None:
    """It names the path."""
    with (
        make_client(tmp_path / "store", find_links=(str(tmp_path / "gone"),)) as client,
        pytest.raises(UsageError) as caught,
    ):
        client.page(DEMO)

    assert "gone" in caught.value.summary


def test_a_find_links_page_may_list_what_is_not_there(tmp_path: Path) -> None:
    """The file is missed by whoever wants it, and only then; one that comes changes the stamp."""
    page = tmp_path / "links.html"
    page.write_text(f'<a href="{WHEEL}">x</a>')
    stamps = []
    for _ in range(2):
        with make_client(tmp_path / "store", find_links=(str(page),)) as client:
            stamps.append(client.page(DEMO).digest)
        (tmp_path / WHEEL).write_bytes(b"x")

    assert stamps[0] != stamps[1]


@pytest.mark.parametrize("promised", ["", f"#sha256={'0' * 64}"])
def test_a_listed_file_that_is_not_there_is_said(tmp_path: Path, promised: str) -> None:
    """A local page may be older than its folder."""
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "index.html").write_text(f'<a href="{WHEEL}{promised}">x</a>')
    with make_client(tmp_path / "store", str(tmp_path)) as client:
        file = client.page(DEMO).files[0]
        for ask in (client.core_metadata, client.download):
            with pytest.raises(UsageError, match="cannot be read"):
                ask(file)


def test_a_changed_find_links_file_changes_the_stamp(tmp_path: Path) -> None:
    """By size or time; other projects' files do not count."""
    links = tmp_path / "links"
    links.mkdir()
    stamps = []
    for name, content in ((WHEEL, make_wheel("demo", "1.0")), ("other-1.0.zip", b"x"), (WHEEL, b"another")):
        (links / name).write_bytes(content)
        with make_client(tmp_path / "store", find_links=(str(links),)) as client:
            stamps.append(client.stamps([DEMO])[DEMO].digest)

    assert stamps[0] == stamps[1] != stamps[2]


# -- pip's own test indexes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "project", "filenames", "yanked"),
    [
        ("simple", "simple", ["simple-1.0.tar.gz"], 0),
        ("in dex", "simple", ["simple-1.0.tar.gz"], 0),
        ("yanked", "simple", [f"simple-{n}.0.tar.gz" for n in (1, 2, 3)], 1),
        ("yanked_all", "simple", [f"simple-{n}.0.tar.gz" for n in (1, 2, 3)], 3),
        ("pre", "bar", ["bar-1.0.tar.gz", "bar-2.0b1.tar.gz", "bar-2.0.dev1.tar.gz"], 0),
        ("dev", "bar", ["bar-1.0.tar.gz", "bar-2.0.dev1.tar.gz"], 0),
        (
            "datarequire",
            "fakepackage",
            [f"fakepackage-{v}.tar.gz" for v in ("1.0.0", "2.6.0", "2.7.0", "3.3.0", "9.9.9")],
            0,
        ),
        (
            "invalid-version",
            "invalid-version",
            [f"invalid_version-{v}-py3-none-any.whl" for v in ("2010i", "1.0")],
            0,
        ),
    ],
)
def test_reads_pips_test_indexes(index: str, project: str, filenames: list[str], yanked: int) -> None:
    """Trees that pip itself is tested with."""
    root = CORPORA / "pip-indexes" / index
    if not root.is_dir():
        pytest.skip("no corpora: set LBUILD_CORPORA")
    page = LocalIndex(root).page(project)

    assert page is not None
    assert [file.filename for file in page.files] == filenames
    assert sum(file.yanked is not None for file in page.files) == yanked


def test_reads_what_pips_test_index_requires_of_python() -> None:
    """Entities decoded; nonsense passed on for the resolver to judge."""
    root = CORPORA / "pip-indexes" / "datarequire"
    if not root.is_dir():
        pytest.skip("no corpora: set LBUILD_CORPORA")
    page = LocalIndex(root).page("fakepackage")

    assert page is not None
    assert [file.requires_python for file in page.files] == [None, "<2.7", ">=2.7,<3", ">=3.3", "><X.y.z"]
