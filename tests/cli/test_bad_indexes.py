"""Indexes that misbehave: each fault has its error, nothing is lost, and a healed index serves the next."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from factories.commands import Room, members, offer
from factories.refusals import demand_recovery, demand_refusal, stock
from factories.wheels import make_wheel
from servers import faults
from servers.index_server import Fault, IndexServer, closed_port_url

PAGES = {
    "a login page": (faults.captive_portal(), "not-an-index", ["text/html", "login page"]),
    "a login page that calls itself JSON": (faults.html_as_json(), "not-an-index", ["not valid JSON"]),
    "a later API": (faults.api_version("2.0"), "not-an-index", ["2.0"]),
    "no permission": (faults.status(403), "index-refused", ["403"]),
    "no credentials": (faults.status(401), "index-refused", ["401"]),
    "a page that is cut": (faults.truncated(40), "not-an-index", ["not valid JSON"]),
}


@pytest.mark.parametrize(("fault", "code", "told"), PAGES.values(), ids=PAGES)
def test_a_page_that_is_none_is_refused(room: Room, fault: Fault, code: str, told: Sequence[str]) -> None:
    """The message has the page's URL; nothing of the answer stays in the cache."""
    stock(room)
    room.index.fail(fault, on="/simple/*")

    demand_refusal(
        room, "demo", status=3, code=code, told=[f"`{room.index.index_url}demo/`", *told], once=True
    )
    room.index.heal()
    demand_recovery(room)


def test_an_index_that_fails_is_asked_again_and_then_given_up(room: Room) -> None:
    """A 5xx may pass; four of them do not."""
    stock(room)
    room.index.fail(faults.status(503), on="/simple/*")

    demand_refusal(
        room,
        "demo",
        status=3,
        code="index-unreachable",
        told=[f"`{room.index.index_url}demo/` answered 503 (4 tries)"],
        once=True,
    )
    room.index.heal()
    demand_recovery(room)


def test_a_passing_fault_is_not_noticed(room: Room) -> None:
    """One bad answer among good ones changes nothing but the time."""
    stock(room)
    room.index.fail(faults.status(502), times=1)
    room.index.fail(faults.cut(20), on="/files/demo*", times=1)

    demand_recovery(room)


def test_an_index_that_is_not_there_is_told_with_its_address(room: Room) -> None:
    """Nothing listens on the port."""
    stock(room)
    nowhere = closed_port_url()
    outcome = room.lbuild("demo", "-o", "b.zip", "--index-url", nowhere, index=False)

    assert (outcome.status, outcome.codes) == (3, ["index-unreachable"])
    assert f"`{nowhere}demo/` refused the connection" in outcome.stderr
    assert "hint: " in outcome.stderr
    assert room.names() == []
    demand_recovery(room)


FILES = {
    "a file that is cut each time": (faults.cut(0), 3, "index-unreachable"),
    "a file that is not there": (faults.status(404), 3, "bad-answer"),
    "a truncated file": (faults.truncated(300), 4, "hash-mismatch"),
    "a file with one other bit": (faults.bit_flipped(60), 4, "hash-mismatch"),
    "a file that is too long": (faults.longer(b"more"), 4, "hash-mismatch"),
    "a login page for a file": (faults.captive_portal(), 4, "hash-mismatch"),
}


@pytest.mark.parametrize(("fault", "status", "code"), FILES.values(), ids=FILES)
def test_a_file_that_is_not_what_was_promised_is_refused(
    room: Room, fault: Fault, status: int, code: str
) -> None:
    """Its URL or name is told, and no byte of it is used or kept."""
    stock(room)
    metadata = b"Metadata-Version: 2.1\nName: lone\nVersion: 1.0\n\n"
    content = make_wheel("lone", "1.0", metadata=metadata)
    room.index.add("lone", "lone-1.0-py3-none-any.whl", content, metadata=metadata)
    room.index.fail(fault, on="/files/*.whl")

    demand_refusal(
        room, "lone", status=status, code=code, told=["lone-1.0-py3-none-any.whl"], once=status == 3
    )
    room.index.heal()
    demand_recovery(room, "demo", "lone")


def test_a_file_that_changed_after_the_resolution_is_refused(room: Room) -> None:
    """The warm resolution promises a hash, and the file on the server has another."""
    metadata = b"Metadata-Version: 2.1\nName: lone\nVersion: 1.0\n\n"
    content = make_wheel("lone", "1.0", metadata=metadata)
    room.index.add("lone", "lone-1.0-py3-none-any.whl", content, metadata=metadata)
    planned = room.lbuild("lone", "--dry-run")
    room.index.replace("lone-1.0-py3-none-any.whl", make_wheel("lone", "1.0", {"evil.py": b""}), after=0)

    assert planned.status == 0
    demand_refusal(room, "lone", status=4, code="hash-mismatch", told=["lone-1.0-py3-none-any.whl"])


def test_a_wheel_that_calls_itself_otherwise_is_not_used(room: Room) -> None:
    """Its METADATA names another project than its file name."""
    room.index.add(
        "evil",
        "evil-1.0-py3-none-any.whl",
        make_wheel("evil", "1.0", metadata=b"Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n\n"),
    )
    outcome = room.lbuild("evil", "-o", "b.zip")

    assert (outcome.status, outcome.codes) == (1, ["no-compatible-artifact"])
    assert "evil 1.0 calls itself `numpy`" in outcome.stderr
    assert room.names() == []


def both(room: Room, second: IndexServer) -> tuple[str, ...]:
    """The options that ask the room's index first, and `second` then."""
    return ("--extra-index-url", room.index.index_url, "--index-url", second.index_url)


@pytest.mark.parametrize("fault", [faults.status(500), faults.status(403), faults.captive_portal()])
def test_an_index_that_fails_never_lets_the_next_one_answer(room: Room, fault: Fault) -> None:
    """Otherwise a public project would stand in for a private one while its server is down."""
    with IndexServer() as public:
        offer(public, "private", "9.0")
        room.index.fail(fault, on="/simple/*")
        outcome = room.lbuild("private", "-o", "b.zip", *both(room, public), index=False)

        assert outcome.status == 3
        assert public.paths() == []
        assert room.names() == []


def test_a_true_404_lets_the_next_index_answer(room: Room) -> None:
    """The first index that knows a project is the only one whose files count."""
    with IndexServer() as public:
        offer(public, "demo", "9.0")
        offer(public, "dep", "9.0")
        room.offer("demo", "1.0", requires_dist=["dep"])
        outcome = room.lbuild("demo", "-o", "b.zip", "--json", *both(room, public), index=False)

    assert outcome.versions == {"demo": "1.0", "dep": "9.0"}
    assert b"9.0" in members(room.folder / "b.zip")["dep.py"]


def test_an_index_of_files_that_do_not_answer_is_given_up(room: Room, tmp_path: Path) -> None:
    """A listed file on a port where nobody listens."""
    stock(room)
    url = closed_port_url().removesuffix("simple/") + "lone-1.0-py3-none-any.whl"
    room.index.add("lone", "lone-1.0-py3-none-any.whl", make_wheel("lone", "1.0"), url=url)

    demand_refusal(room, "lone", status=3, code="index-unreachable", told=[url], once=True)
    demand_recovery(room)


@pytest.mark.parametrize("speaks_json", [True, False], ids=["json", "html"])
def test_a_file_that_its_index_lists_wrongly_is_passed_over_and_told(room: Room, speaks_json: bool) -> None:
    """An older version serves instead; where there is none, the reason stands in the error."""
    wheel = make_wheel("lone", "2.0")
    with IndexServer(speaks_json=speaks_json) as index:
        offer(index, "demo", "1.0", requires_dist=["lone"])
        offer(index, "lone", "1.0")
        index.add("lone", "lone-2.0-py3-none-any.whl", wheel, hashes={"sha256": "00"})
        main = ("--index-url", index.index_url)
        outcome = room.lbuild("demo", "--dry-run", "--json", *main, index=False)
        refused = room.lbuild("lone==2.0", "-o", "b.zip", *main, index=False)

    assert outcome.versions == {"demo": "1.0", "lone": "1.0"}
    assert (refused.status, refused.codes) == (1, ["no-compatible-artifact"])
    assert "is listed without a usable hash" in refused.stderr
