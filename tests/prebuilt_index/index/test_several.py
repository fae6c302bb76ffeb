"""Several indexes: the first that knows a project wins, and a failing one stops everything."""

import time
from pathlib import Path

import pytest

from factories.indexes import DEMO, HASTY, make_client
from factories.patience import FOR_EVER
from factories.wheels import make_wheel
from manylinux.errors import ExitStatus, LbuildError
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError
from servers import faults
from servers.index_server import IndexServer, closed_port_url

PRIVATE = "demo-1.0-py3-none-any.whl"
PUBLIC = "demo-99.0-py3-none-any.whl"


def test_the_first_index_that_knows_a_project_wins(tmp_path: Path) -> None:
    """Even with an older version: a public project must not replace a private one."""
    with IndexServer() as private, IndexServer() as public:
        private.add("demo", PRIVATE, b"private")
        public.add("demo", PUBLIC, b"public")
        public.add("other", "other-1.0.tar.gz", b"public")
        with make_client(tmp_path, private, public) as client:
            demo, other = client.page(DEMO), client.page("other")

        assert list(demo.filenames) == [PRIVATE]
        assert demo.index == private.index_url
        assert other.index == public.index_url
        assert public.paths() == ["/simple/other/"]


def test_an_index_that_lists_no_file_still_knows_the_project(tmp_path: Path) -> None:
    """An empty page of the right type claims the name."""
    with IndexServer() as private, IndexServer() as public:
        private.add_project("demo")
        public.add("demo", PUBLIC, b"public")
        with make_client(tmp_path, private, public) as client:
            page = client.page(DEMO)

        assert list(page.files) == []
        assert public.requests == []


@pytest.mark.parametrize(
    "fault",
    [
        faults.status(401),
        faults.status(403),
        faults.status(410),
        faults.status(429),
        faults.status(500),
        faults.status(503),
        faults.unasked_304(),
        faults.captive_portal(),
        faults.html_as_json(),
        faults.api_version("2.0"),
        faults.cut(3),
        faults.hang(FOR_EVER),
        faults.redirect("file:///"),
        faults.content_type("text/plain"),
    ],
)
def test_a_failing_private_index_stops_everything(tmp_path: Path, fault: faults.Fault) -> None:
    """pip installs the public 99.0 in most of these cases; the public index is not even asked here."""
    with IndexServer() as private, IndexServer() as public:
        private.add("demo", PRIVATE, b"private")
        private.fail(fault)
        public.add("demo", PUBLIC, b"public")
        with make_client(tmp_path, private, public, policy=HASTY) as client:
            for ask in (client.page, lambda project: client.stamps([project])):
                with pytest.raises(LbuildError) as caught:
                    ask(DEMO)

                assert caught.value.status is ExitStatus.NETWORK
        assert public.requests == []


def test_an_unreachable_private_index_stops_everything(tmp_path: Path) -> None:
    """As does one that answers wrongly."""
    with IndexServer() as public:
        public.add("demo", PUBLIC, b"public")
        with make_client(tmp_path, closed_port_url(), public) as client, pytest.raises(LbuildError):
            client.page(DEMO)

        assert public.requests == []


def test_a_pinned_project_comes_from_its_index_alone(tmp_path: Path) -> None:
    """Neither the order of indexes nor find-links matters to it, and no other index is asked."""
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / PUBLIC).write_bytes(make_wheel("demo", "99.0"))
    with IndexServer() as first, IndexServer() as pinned:
        first.add("demo", PUBLIC, b"first")
        pinned.add("demo", PRIVATE, b"pinned")
        options = {"pins": {DEMO: pinned.index_url}, "find_links": (str(tmp_path / "links"),)}
        with make_client(tmp_path / "store", first, **options) as client:
            page = client.page(DEMO)
            with pytest.raises(ProjectNotFoundError):
                client.page("other")

        assert list(page.filenames) == [PRIVATE]
        assert first.paths() == ["/simple/other/"]
        assert pinned.paths() == ["/simple/demo/"]


def test_an_unknown_project_is_told_with_who_was_asked(tmp_path: Path) -> None:
    """Every index in order, without credentials."""
    with IndexServer() as first, IndexServer() as second:
        urls = (first.index_url.replace("://", "://user:secret@"), second.index_url)
        with make_client(tmp_path, *urls) as client, pytest.raises(ProjectNotFoundError) as caught:
            client.page(DEMO)

    assert caught.value.evidence == (f"asked: {first.index_url}", f"asked: {second.index_url}")
    assert caught.value.hint


@pytest.mark.parametrize(("name", "meant"), [("sklearn", "scikit-learn"), ("cv2", "opencv-python-headless")])
def test_import_names_lead_to_their_project(tmp_path: Path, name: str, meant: str) -> None:
    """What people import is often not what they must ask for."""
    with (
        IndexServer() as server,
        make_client(tmp_path, server) as client,
        pytest.raises(ProjectNotFoundError) as caught,
    ):
        client.page(name)

    assert f"`{meant}`" in (caught.value.hint or "")


def test_a_local_index_lists_close_names(tmp_path: Path) -> None:
    """Its folders are at hand."""
    for name in ("requests", "flask", "requests-toolbelt"):
        (tmp_path / "simple" / name).mkdir(parents=True)
    with (
        make_client(tmp_path / "store", str(tmp_path / "simple")) as client,
        pytest.raises(ProjectNotFoundError) as caught,
    ):
        client.page("reqeusts")

    assert "`requests`" in (caught.value.hint or "")


def test_without_any_index_the_error_says_so(tmp_path: Path) -> None:
    """`--no-index` and nothing else."""
    with make_client(tmp_path) as client, pytest.raises(ProjectNotFoundError) as caught:
        client.page(DEMO)

    assert "--find-links" in caught.value.evidence[0]


def test_a_quarantined_project_is_told_with_its_reason(tmp_path: Path) -> None:
    """Not `no versions`: someone has found malware in it."""
    with IndexServer() as server:
        server.add("demo", PRIVATE, b"wheel")
        server.fail(faults.quarantined("contains malware"))
        with make_client(tmp_path, server) as client, pytest.raises(QuarantinedProjectError) as caught:
            client.page(DEMO)

    assert caught.value.status is ExitStatus.NO_SOLUTION
    assert "reason: contains malware" in caught.value.evidence


def test_stamps_agree_with_pages_over_several_indexes(tmp_path: Path) -> None:
    """What was found second is fresh no longer than the first index's absence."""
    with IndexServer(max_age=10) as first, IndexServer(max_age=5000) as second:
        second.add("demo", PRIVATE, b"wheel")
        with make_client(tmp_path, first, second) as client:
            page = client.page(DEMO)
            stamp = client.stamps([DEMO])[DEMO]

    assert (stamp.digest, stamp.fresh_until) == (page.digest, page.fresh_until)
    assert stamp.fresh_until - time.time() < 1000  # an absence says nothing of its age: ten minutes


def test_a_page_is_looked_at_again_while_local_files_may_join_it(tmp_path: Path) -> None:
    """A folder can get a file of the project at any moment, however fresh the index's page is."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with IndexServer(max_age=5000) as server:
        server.add("demo", PRIVATE, b"wheel")
        with make_client(tmp_path / "store", server, find_links=(str(folder),)) as client:
            fresh_until = client.page(DEMO).fresh_until
            stamp = client.stamps([DEMO])[DEMO]

    assert fresh_until == stamp.fresh_until == 0.0
