"""Prebuilt indexes beside a project's own: what is offered, in which order, and what is left aside."""

from pathlib import Path

import pytest

from factories.indexes import DEMO, make_client
from factories.prebuilt import built, built_all
from factories.wheels import make_wheel, wheel_filename
from manylinux.errors import LbuildError, NetworkError
from prebuilt_index.artefacts import ProjectPage
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError
from prebuilt_index.index.client import IndexClient
from prebuilt_index.index.prebuilt import share_a_version
from servers import faults
from servers.index_server import IndexServer

NAME = "demo-{}-py3-none-any.whl"


def offered(page: ProjectPage) -> list[tuple[str, bool]]:
    """Version and whether it is prebuilt, of each file in order."""
    assert [file.filename for file in page.files] == list(page.filenames)
    return [(file.filename.split("-")[1], file.prebuilt) for file in page.files]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return built_all(tmp_path / "built", [("demo", "1.0"), ("demo", "2.0+opt")])


def client_of(tmp_path: Path, *prebuilt: Path | IndexServer, own: IndexServer | None = None) -> IndexClient:
    places = [each.index_url if isinstance(each, IndexServer) else str(each / "simple") for each in prebuilt]
    return make_client(tmp_path / "store", *([own] if own else []), prebuilt=tuple(places))


def test_its_files_stand_before_those_of_the_own_index(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own:
        for version in ("1.0", "3.0"):
            own.add("demo", NAME.format(version), make_wheel("demo", version, {"x.py": b"own"}))
        own.add("other", "other-1.0-py3-none-any.whl", make_wheel("other", "1.0"))
        with client_of(tmp_path, root, own=own) as client:
            page, other = client.page(DEMO), client.page("other")
    assert offered(page) == [("1.0", True), ("2.0+opt", True), ("1.0", False), ("3.0", False)]
    assert offered(other) == [("1.0", False)]
    assert (page.prebuilt, other.prebuilt) == ([NAME.format("1.0"), NAME.format("2.0+opt")], ())
    assert page.left_aside == ""


def test_the_very_same_file_is_offered_once(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own:
        own.add("demo", NAME.format("1.0"), make_wheel("demo", "1.0"))
        with client_of(tmp_path, root, own=own) as client:
            assert offered(client.page(DEMO)) == [("1.0", True), ("2.0+opt", True)]


def test_it_offers_what_no_other_index_knows(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own, client_of(tmp_path, root, own=own) as client:
        assert offered(client.page(DEMO)) == [("1.0", True), ("2.0+opt", True)]
        with pytest.raises(ProjectNotFoundError) as caught:
            client.page("unknown")
    assert any(root.as_uri() in line for line in caught.value.evidence)


def test_without_any_other_index_it_is_enough(tmp_path: Path, root: Path) -> None:
    with client_of(tmp_path, root) as client:
        assert offered(client.page(DEMO)) == [("1.0", True), ("2.0+opt", True)]


def test_a_project_without_a_version_in_common_is_left_aside(tmp_path: Path, root: Path) -> None:
    """Whoever registers publicly what only the prebuilt index has gains nothing."""
    with IndexServer() as own:
        own.add("demo", NAME.format("99.0"), make_wheel("demo", "99.0"))
        with client_of(tmp_path, root, own=own) as client:
            page = client.page(DEMO)
    assert offered(page) == [("1.0", True), ("2.0+opt", True)]
    assert page.left_aside == own.index_url


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (["demo-1.0-py3-none-any.whl"], ["demo-1.0.tar.gz"], True),
        (["demo-1.0+opt-py3-none-any.whl"], ["demo-1.0-cp313-cp313-win_amd64.whl"], True),
        (["demo-1.0-py3-none-any.whl"], ["demo-1.0.0-py3-none-any.whl"], True),
        (["demo-1.0rc1-py3-none-any.whl"], ["demo-1.0-py3-none-any.whl"], False),
        (["demo-1.0-py3-none-any.whl"], ["demo-1.0.1-py3-none-any.whl", "demo-11.0.tar.gz"], False),
        (["demo-1.0-py3-none-any.whl"], [], False),
    ],
)
def test_versions_in_common(ours: list[str], theirs: list[str], expected: bool) -> None:
    assert share_a_version(ours, theirs) is expected


def test_of_several_the_first_that_lists_a_project_counts(tmp_path: Path, root: Path) -> None:
    second = built_all(tmp_path / "second", [("demo", "5.0"), ("other", "1.0")])
    with client_of(tmp_path, root, second) as client:
        assert offered(client.page(DEMO)) == [("1.0", True), ("2.0+opt", True)]
        assert offered(client.page("other")) == [("1.0", True)]


def test_pinned_projects_come_from_their_index_alone(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own:
        own.add("demo", NAME.format("1.0"), b"x")
        place = str(root / "simple")
        with make_client(tmp_path / "a", own, prebuilt=(place,), pins={DEMO: own.index_url}) as client:
            assert offered(client.page(DEMO)) == [("1.0", False)]
        with make_client(tmp_path / "b", own, prebuilt=(place,), pins={DEMO: place}) as client:
            assert offered(client.page(DEMO)) == [("1.0", True), ("2.0+opt", True)]


@pytest.mark.parametrize("fault", [faults.status(403), faults.status(500), faults.captive_portal()])
@pytest.mark.parametrize("failing", ["prebuilt", "own"])
def test_an_index_that_fails_stops_everything(tmp_path: Path, fault: faults.Fault, failing: str) -> None:
    with IndexServer() as prebuilt, IndexServer() as own:
        for server in (prebuilt, own):
            server.add("demo", NAME.format("1.0"), b"x")
        (prebuilt if failing == "prebuilt" else own).fail(fault)
        with client_of(tmp_path, prebuilt, own=own) as client:
            for ask in (client.page, lambda project: client.stamps([project])):
                with pytest.raises(LbuildError) as caught:
                    ask(DEMO)
                assert isinstance(caught.value, NetworkError)


def test_a_project_its_own_index_has_quarantined_is_refused(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own:
        own.add("demo", NAME.format("1.0"), b"x")
        own.fail(faults.quarantined("malware"))
        with client_of(tmp_path, root, own=own) as client, pytest.raises(QuarantinedProjectError):
            client.page(DEMO)


def test_the_stamp_is_that_of_the_page(tmp_path: Path, root: Path) -> None:
    """Otherwise a remembered resolution would never stand, or stand too long."""
    empty = tmp_path / "empty"
    (empty / "simple/demo").mkdir(parents=True)
    with IndexServer() as own, IndexServer() as remote:
        own.add("demo", NAME.format("1.0"), b"x")
        own.add("other", "other-1.0-py3-none-any.whl", b"x")
        remote.add("demo", NAME.format("1.0"), b"y")
        for number, prebuilt in enumerate((root, empty, remote)):
            for asked in (own, None):
                with client_of(tmp_path / f"{number}{asked}", prebuilt, own=asked) as client:
                    for project in (DEMO, "other", "unknown"):
                        stamp = client.stamps([project])[project]
                        try:
                            page = client.page(project)
                        except ProjectNotFoundError:
                            assert not stamp.known or not page_has_files(prebuilt)
                            continue
                        assert (stamp.known, stamp.digest) == (True, page.digest)
                        assert stamp.fresh_until == page.fresh_until


def page_has_files(prebuilt: Path | IndexServer) -> bool:
    return isinstance(prebuilt, IndexServer) or prebuilt.name != "empty"


def test_a_new_wheel_changes_the_stamp(tmp_path: Path, root: Path) -> None:
    with IndexServer() as own:
        own.add("demo", NAME.format("1.0"), b"x")
        with client_of(tmp_path, root, own=own) as client:
            before = client.stamps([DEMO])[DEMO]
        built(root, "demo", "3.0")
        with client_of(tmp_path, root, own=own) as client:
            after = client.stamps([DEMO])[DEMO]
    assert before.digest != after.digest
    assert wheel_filename("demo", "3.0") == NAME.format("3.0")
