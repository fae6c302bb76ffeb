"""Pages of remote indexes: asked for once, kept as their headers allow, believed only if they are pages."""

import time
from pathlib import Path

import pytest

from factories.indexes import DEMO, make_client
from prebuilt_index.errors import IndexUnreachableError, NotAnIndexError, OfflineError, ProjectNotFoundError
from prebuilt_index.index.freshness import SILENT_WINDOW
from prebuilt_index.index.page_cache import PageCache, PageHead, digest_of
from prebuilt_index.index.source import Stamp
from prebuilt_index.store import Store
from servers import faults
from servers.index_server import HTML, JSON, IndexServer, Reply

WHEEL = "demo-1.0-py3-none-any.whl"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def test_asks_for_json_and_falls_back_to_html(tmp_path: Path) -> None:
    """The index chooses among what is accepted; both give the same files."""
    for speaks_json in (True, False):
        with IndexServer(speaks_json=speaks_json) as server:
            server.add("demo", WHEEL, b"wheel", requires_python=">=3.9")
            with make_client(tmp_path / str(speaks_json), server) as client:
                page = client.page(DEMO)
            (file,) = page.files

            assert "application/vnd.pypi.simple.v1+json," in server.requests[0].headers["accept"]
            assert file.url == f"{server.url}/files/{WHEEL}"
            assert file.requires_python == ">=3.9"
            assert len(file.hashes["sha256"]) == 64
            assert page.index == server.index_url


def test_a_page_is_asked_for_once(tmp_path: Path) -> None:
    """However often it is needed."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server) as client:
            pages = [client.page(DEMO) for _ in range(3)]

        assert pages[0] is pages[2]
        assert server.paths() == ["/simple/demo/"]


@pytest.mark.parametrize(
    ("says", "seconds"),
    [({}, SILENT_WINDOW), ({"max_age": 50}, 50), ({"max_age": 50, "validators": True}, 50)],
)
def test_a_kept_page_lasts_as_long_as_its_headers_say(
    tmp_path: Path, says: dict[str, bool], seconds: float
) -> None:
    """Within that time nothing is asked; after it, the server is."""
    clock = Clock()
    with IndexServer(**says) as server:  # type: ignore[arg-type]  # a table of keyword arguments
        server.add("demo", WHEEL, b"wheel")
        for later, requests in ((0, 1), (seconds - 1, 1), (2, 2)):
            clock.now += later
            with make_client(tmp_path, server, clock=clock) as client:
                page = client.page(DEMO)

            assert len(server.requests) == requests
            assert page.fresh_until > clock.now


def test_an_unchanged_page_is_not_sent_again(tmp_path: Path) -> None:
    """With a validator the question is whether it changed; a 304 renews what is kept."""
    clock = Clock()
    with IndexServer(validators=True) as server:
        server.add("demo", WHEEL, b"wheel")
        digests = []
        for _ in range(3):
            clock.now += 10
            with make_client(tmp_path, server, clock=clock) as client:
                digests.append(client.page(DEMO).digest)
        server.add("demo", "demo-2.0.tar.gz", b"sdist")
        with make_client(tmp_path, server, clock=clock) as client:
            changed = client.page(DEMO)

        asked = ["if-none-match" in request.headers for request in server.requests]

    assert asked == [False, True, True, True]
    assert len(set(digests)) == 1
    assert list(changed.filenames) == [WHEEL, "demo-2.0.tar.gz"]
    assert changed.digest != digests[0]


def test_no_page_is_asked_conditionally_when_its_body_is_gone(tmp_path: Path) -> None:
    """A 304 would leave nothing to read."""
    with IndexServer(validators=True) as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server) as client:
            client.page(DEMO)
        for path in (tmp_path / "pages-v1").rglob("*"):
            if path.is_file() and path.stat().st_size > 500:
                path.write_bytes(b"damaged")
        with make_client(tmp_path, server) as client:
            page = client.page(DEMO)

        assert list(page.filenames) == [WHEEL]
        assert len(server.requests) == 2


def test_a_clock_set_back_makes_pages_stale(tmp_path: Path) -> None:
    """A page from the future may be any age."""
    clock = Clock()
    with IndexServer(max_age=1000) as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server, clock=clock) as client:
            client.page(DEMO)
        clock.now -= 100_000
        with make_client(tmp_path, server, clock=clock) as client:
            client.page(DEMO)

        assert len(server.requests) == 2


def test_refresh_asks_once_for_each_page(tmp_path: Path) -> None:
    """However fresh; but not twice in one run."""
    with IndexServer(max_age=1000) as server:
        server.add("demo", WHEEL, b"wheel")
        for _ in range(2):
            with make_client(tmp_path, server, refresh=True) as client:
                client.page(DEMO)
                client.stamps([DEMO])

        assert len(server.requests) == 2


def test_offline_uses_what_is_kept_however_old(tmp_path: Path) -> None:
    """And says so when that is nothing."""
    clock = Clock()
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server, clock=clock) as client:
            client.page(DEMO)
        clock.now += 10**9
        with make_client(tmp_path, server, clock=clock, offline=True) as client:
            page = client.page(DEMO)
            with pytest.raises(OfflineError, match="`other`"):
                client.page("other")

        assert list(page.filenames) == [WHEEL]
        assert len(server.requests) == 1


def test_absence_is_kept_too(tmp_path: Path) -> None:
    """A warm run must not ask every index again for what another one has."""
    with IndexServer() as first, IndexServer() as second:
        second.add("demo", "demo-1.0-py3-none-any.whl", b"")
        for offline in (False, False, True):
            with make_client(tmp_path, first, second, offline=offline) as client:
                client.page(DEMO)

        assert len(first.requests) == 1


def test_absence_everywhere_is_asked_again_before_it_is_told(tmp_path: Path) -> None:
    """Once a run, and not when lbuild may not go online."""
    with IndexServer() as server:
        for offline in (False, False, True):
            with (
                make_client(tmp_path, server, offline=offline) as client,
                pytest.raises(ProjectNotFoundError),
            ):
                client.page(DEMO)

        assert len(server.requests) == 2


def test_a_stamp_is_the_pages_digest(tmp_path: Path) -> None:
    """Cold it asks, warm it reads a record; both agree with the page."""
    with IndexServer(max_age=100) as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server) as client:
            cold = client.stamps([DEMO])[DEMO]
        with make_client(tmp_path, server) as client:
            warm = client.stamps([DEMO])[DEMO]
            page = client.page(DEMO)

        assert cold == warm == Stamp(known=True, digest=page.digest, fresh_until=page.fresh_until)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(status=304), Reply(headers={"Content-Type": JSON}, body=b"unreadable")],
    ids=["304", "200"],
)
def test_the_stamp_of_a_page_that_is_as_it_was_needs_no_reading(tmp_path: Path, reply: Reply) -> None:
    """Whether the index says so or sends the same bytes again; and what cannot be read shows it."""
    with IndexServer() as server:
        url = f"{server.index_url}demo/"
        head = PageHead(
            known=True,
            url=url,
            content_type=JSON,
            digest=digest_of(b"unreadable"),
            fetched_at=0.0,
            fresh_until=0.0,
            etag='"1"',
        )
        PageCache(Store.open(tmp_path)).keep(url, head, b"unreadable")
        server.fail(lambda request, right: reply)
        with make_client(tmp_path, server) as client:
            stamp = client.stamps([DEMO])[DEMO]

        assert stamp.digest == head.digest
        assert stamp.fresh_until > time.time()
        assert server.requests[0].headers["if-none-match"] == '"1"'


def test_a_stamp_of_what_is_no_page_is_an_error_and_not_kept(tmp_path: Path) -> None:
    """A login page in place of a stale page is no new state of it."""
    clock = Clock()
    with IndexServer(max_age=100) as server:
        server.add("demo", WHEEL, b"wheel")
        with make_client(tmp_path, server, clock=clock) as client:
            before = client.page(DEMO)
        clock.now += 1000
        server.fail(faults.captive_portal())
        with make_client(tmp_path, server, clock=clock) as client:
            with pytest.raises(NotAnIndexError):
                client.stamps([DEMO])
            with pytest.raises(NotAnIndexError):
                client.page(DEMO)
        with make_client(tmp_path, server, clock=clock, offline=True) as client:
            kept = client.page(DEMO)

    assert kept.digest == before.digest


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.captive_portal(), NotAnIndexError),
        (faults.html_as_json(), NotAnIndexError),
        (faults.status(500), IndexUnreachableError),
        (faults.api_version("2.0"), NotAnIndexError),
        (faults.cut(10), IndexUnreachableError),
    ],
)
def test_what_is_no_page_is_never_kept(tmp_path: Path, fault: faults.Fault, error: type[Exception]) -> None:
    """The next healthy answer counts."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        server.fail(fault, times=4)
        with make_client(tmp_path, server) as client, pytest.raises(error):
            client.page(DEMO)
        server.heal()
        with make_client(tmp_path, server) as client:
            page = client.page(DEMO)

        assert list(page.filenames) == [WHEEL]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/json",
        "application/vnd.pypi.simple.v2+json",
        "image/png",
        ";;;",
        "\N{MIDDLE DOT}",
    ],
)
def test_another_content_type_is_no_index(tmp_path: Path, content_type: str) -> None:
    """The error names it."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        server.fail(faults.content_type(content_type))
        with make_client(tmp_path, server) as client, pytest.raises(NotAnIndexError, match="content type"):
            client.page(DEMO)


def test_an_empty_page_is_an_index_when_it_says_so(tmp_path: Path) -> None:
    """By type or by version; plain HTML without files could be anything."""
    version = b'<meta name="pypi:repository-version" content="1.0">'
    with IndexServer(speaks_json=False) as server:
        server.add_project("demo")
        with (
            make_client(tmp_path / "plain", server) as client,
            pytest.raises(NotAnIndexError, match="no links"),
        ):
            client.page(DEMO)
        server.fail(faults.body(version))
        with make_client(tmp_path / "declared", server) as client:
            declared = client.page(DEMO)
        server.fail(faults.body(b""))
        server.fail(faults.content_type(HTML))
        with make_client(tmp_path / "typed", server) as client:
            typed = client.page(DEMO)

        assert list(declared.files) == list(typed.files) == []


def test_relative_urls_start_where_the_redirect_led(tmp_path: Path) -> None:
    """The page's own place counts, not the one that was asked for; kept pages remember it."""
    with IndexServer() as other, IndexServer() as server:
        other.add("demo", WHEEL, b"wheel")
        server.fail(faults.redirect(other.url + "{path}"))
        for _ in range(2):
            with make_client(tmp_path, server) as client:
                page = client.page(DEMO)

            assert page.files[0].url == f"{other.url}/files/{WHEEL}"
        assert len(server.requests) == 1


def test_an_index_url_may_have_a_query(tmp_path: Path) -> None:
    """Some indexes take a token there; it goes along and is not shown."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        with (
            make_client(tmp_path, f"{server.url}/simple?token=secret") as client,
            pytest.raises(ProjectNotFoundError) as caught,
        ):
            client.page("other")

        assert server.paths() == ["/simple/other/?token=secret"]
        assert "secret" not in "".join(caught.value.evidence)


def test_nothing_in_the_store_holds_credentials(tmp_path: Path) -> None:
    """Neither names nor contents of its files."""
    with IndexServer() as server:
        server.add("demo", WHEEL, b"wheel")
        server.fail(faults.wants("user", "secret"))
        with make_client(tmp_path, server.index_url.replace("://", "://user:secret@")) as client:
            page = client.page(DEMO)
            client.download(page.files[0])

    content = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"secret" not in content
    assert b"dXNlcjpzZWNyZXQ" not in content
    assert "secret" not in page.index + page.files[0].url
