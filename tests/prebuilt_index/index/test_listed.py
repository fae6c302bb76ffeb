"""A prebuilt index on a server is asked for its list, and then only for what is on it."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from factories.indexes import DEMO, make_client
from factories.prebuilt import built, built_all
from manylinux.errors import LbuildError
from prebuilt_index.errors import IndexRefusedError, NotAnIndexError, OfflineError, ProjectNotFoundError
from prebuilt_index.index.client import IndexClient
from prebuilt_index.simple.project_list import names_from_html, names_from_json
from prebuilt_index.simple.rendering import projects_as_html, projects_as_json
from servers import faults
from servers.index_server import IndexServer, Reply, Request


@dataclass
class Bucket:
    """A server of a folder as object storage is one: who asks for what is not there is refused."""

    server: IndexServer
    root: Path
    missing: int = 403
    form: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, request: Request, _: Reply) -> Reply:
        path = self.root / request.path.partition("?")[0].lstrip("/")
        kind = "application/octet-stream"
        if request.path.endswith("/"):
            path /= f"index.{self.form}"
            kind = "text/html" if self.form == "html" else "application/vnd.pypi.simple.v1+json"
        if not path.is_file():
            return Reply(status=self.missing)
        body = path.read_bytes()
        if request.headers.get("if-none-match") == '"tag"':
            return Reply(status=304, headers=self.headers)
        return Reply(body=body, headers={"content-type": kind, **self.headers})

    def paths(self) -> list[str]:
        return self.server.paths()


@contextmanager
def bucket(root: Path, **options: object) -> Iterator[Bucket]:
    with IndexServer() as server:
        made = Bucket(server, root, **options)  # type: ignore[arg-type]  # any field
        server.fail(made.answer, on="*")
        yield made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return built_all(tmp_path / "built", [("demo", "1.0"), ("other", "1.0")])


def client_of(tmp_path: Path, made: Bucket, **settings: object) -> IndexClient:
    return make_client(tmp_path / "store", prebuilt=(made.server.index_url,), **settings)


@pytest.mark.parametrize("form", ["json", "html"])
def test_only_projects_on_the_list_are_asked_for(tmp_path: Path, root: Path, form: str) -> None:
    with bucket(root, form=form) as made, IndexServer() as own:
        own.add("elsewhere", "elsewhere-1.0-py3-none-any.whl", b"x")
        settings = {"prebuilt": (made.server.index_url,)}
        with make_client(tmp_path / "store", own, **settings) as client:
            assert len(client.page(DEMO).files) == 1
            assert len(client.page("elsewhere").files) == 1
            with pytest.raises(ProjectNotFoundError):
                client.page("unknown")
        assert [path for path in made.paths() if "elsewhere" in path or "unknown" in path] == []
        assert made.paths().count("/simple/demo/") == 1


def test_a_fresh_list_is_not_asked_for_again(tmp_path: Path, root: Path) -> None:
    with bucket(root, headers={"cache-control": "max-age=60"}) as made:
        for _ in range(2):
            with client_of(tmp_path, made) as client:
                client.stamps([DEMO, "other"])
        assert sorted(made.paths()) == ["/simple/", "/simple/demo/", "/simple/other/"]


def test_a_stale_list_is_asked_whether_it_changed(tmp_path: Path, root: Path) -> None:
    with bucket(root, headers={"etag": '"tag"'}) as made:
        for _ in range(2):
            with client_of(tmp_path, made) as client:
                assert len(client.page(DEMO).files) == 1
        assert made.paths() == ["/simple/", "/simple/demo/"] * 2


def test_a_project_that_was_just_published_is_found(tmp_path: Path, root: Path) -> None:
    """A list that says no is asked for again, however fresh, before a run fails."""
    with bucket(root, headers={"cache-control": "max-age=60"}) as made:
        with client_of(tmp_path, made) as client, pytest.raises(ProjectNotFoundError):
            client.page("new")
        built(root, "new", "1.0")
        with client_of(tmp_path, made) as client:
            assert len(client.page("new").files) == 1


def test_offline_what_is_in_the_store_serves(tmp_path: Path, root: Path) -> None:
    with bucket(root) as made:
        with client_of(tmp_path, made, offline=True) as client, pytest.raises(OfflineError):
            client.page(DEMO)
        with client_of(tmp_path, made) as client:
            client.page(DEMO)
        before = len(made.paths())
        with client_of(tmp_path, made, offline=True) as client:
            assert len(client.page(DEMO).files) == 1
        assert len(made.paths()) == before


def test_a_server_without_a_list_is_asked_for_each(tmp_path: Path) -> None:
    with IndexServer() as server:
        server.fail(faults.status(404), on="/simple/")
        server.add("demo", "demo-1.0-py3-none-any.whl", b"x")
        with make_client(tmp_path / "store", prebuilt=(server.index_url,)) as client:
            assert len(client.page(DEMO).files) == 1
            with pytest.raises(ProjectNotFoundError):
                client.page("unknown")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=403), IndexRefusedError),
        (Reply(body=b"<p>log in", headers={"content-type": "text/html"}), NotAnIndexError),
        (Reply(body=b"{}", headers={"content-type": "application/json"}), NotAnIndexError),
        (
            Reply(body=b"{}", headers={"content-type": "application/vnd.pypi.simple.v1+json"}),
            NotAnIndexError,
        ),
    ],
)
def test_what_is_no_list_stops_everything(tmp_path: Path, reply: Reply, error: type[LbuildError]) -> None:
    with IndexServer() as server:
        server.fail(lambda request, _: reply, on="/simple/")
        with make_client(tmp_path / "store", prebuilt=(server.index_url,)) as client:
            for ask in (client.page, lambda project: client.stamps([project])):
                with pytest.raises(error):
                    ask(DEMO)


def test_lists_are_read_as_they_are_written() -> None:
    names = frozenset({"a", "b-c", "d1"})
    assert names_from_json(projects_as_json(names), page_url="u") == names  # type: ignore[arg-type]  # names
    assert names_from_html(projects_as_html(names), page_url="u") == names  # type: ignore[arg-type]  # names
    assert names_from_html(projects_as_html(()), page_url="u") == frozenset()
    assert names_from_json(projects_as_json(()), page_url="u") == frozenset()


def test_names_of_other_servers_are_normalized() -> None:
    html = b'<a href="/x/foo-bar/"> Foo.Bar </a><a href="b_c/">b_<b>c</b></a>'
    assert names_from_html(html, page_url="u") == {"foo-bar", "b-c"}


def test_a_page_of_other_links_is_no_list() -> None:
    html = b'<a href="/simple/demo/">demo</a><a href="/login">Log in here</a>'
    assert names_from_html(html, page_url="u") is None
    assert names_from_html(b'<a href="http://[/demo/">demo</a>', page_url="u") is None
    said = b'<meta name="pypi:repository-version" content="1.0">' + html
    assert names_from_html(said, page_url="u") == {"demo"}


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"meta": {"api-version": "2.0"}, "projects": []},
        {"meta": {"api-version": "1.0"}, "projects": [{}]},
        {"meta": {}, "projects": []},
        {"meta": {"api-version": "1.0"}, "projects": {}},
        [],
    ],
)
def test_json_of_something_else_is_refused(form: object) -> None:
    with pytest.raises(NotAnIndexError):
        names_from_json(json.dumps(form).encode(), page_url="http://index.example/")


def test_endless_tags_are_refused() -> None:
    with pytest.raises(NotAnIndexError):
        names_from_html(b"<a " + b"x" * 200_000, page_url="http://index.example/")
    with pytest.raises(NotAnIndexError):
        names_from_html(b'<meta name="pypi:repository-version" content="2.0">', page_url="http://i.example/")
