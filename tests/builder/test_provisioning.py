"""What builds require, resolved for the Python that builds, and fetched."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builder.errors import SdistBuildError
from builder.facts import World
from builder.provisioning import Wheelhouse
from factories.commands import offer
from factories.indexes import make_client
from factories.targets import make_target
from manylinux.backends.building_python import BuildingPython
from manylinux.target import Target
from prebuilt_index.store import Store
from servers.index_server import IndexServer


@pytest.fixture
def index() -> Iterator[IndexServer]:
    with IndexServer() as server:
        yield server


@pytest.fixture
def wheelhouse(index: IndexServer, tmp_path: Path) -> Iterator[Wheelhouse]:
    def none() -> None:
        raise AssertionError("nothing is to be built")

    world = World(lambda: make_client(tmp_path / "store", index), none, ())  # type: ignore[arg-type]  # it raises
    with Store.open(tmp_path / "store") as store:
        yield Wheelhouse(world=lambda: world, store=store)
    world.close()


@pytest.fixture
def place() -> Target:
    """A machine that builds for arm64: it is another one, with a newer glibc than Lambda's."""
    python = BuildingPython(path=Path("python3.12"), version="3.12.1", machine="x86_64", glibc=(2, 36))
    return python.place(make_target("python3.12", "arm64"))


def test_wheels_are_for_the_machine_that_builds(
    index: IndexServer, wheelhouse: Wheelhouse, place: Target
) -> None:
    """Not for the target; what they require comes too."""
    offer(index, "ninja", "1.0", tag="py3-none-manylinux_2_17_aarch64")
    here = offer(index, "ninja", "1.0", tag="py3-none-manylinux_2_35_x86_64", requires_dist=["more"])
    more = offer(index, "more", "2.0")
    supplied = wheelhouse.supply(["ninja>=1", "absent; python_version < '3'"], place)

    assert [each.filename for each in supplied] == [more, here]
    assert all(each.path.is_file() for each in supplied)


def test_the_same_question_is_asked_once(index: IndexServer, wheelhouse: Wheelhouse, place: Target) -> None:
    """Most builds require the same."""
    offer(index, "setuptools", "80.0")
    first = wheelhouse.supply(["setuptools"], place)
    asked = len(index.requests)

    assert wheelhouse.supply(["setuptools"], place) == first
    assert len(index.requests) == asked


@pytest.mark.parametrize(
    ("requirement", "evidence"),
    [
        ("sdist-only", "No file of `sdist-only`"),
        ("a b c", "Expected"),
        ("x @ https://files.example/x-1.0.tar.gz", "only wheels are taken by URL"),
    ],
)
def test_what_is_no_wheel_is_refused(
    requirement: str, evidence: str, index: IndexServer, wheelhouse: Wheelhouse, place: Target
) -> None:
    """A build requirement that is built has build requirements; somewhere that has to end."""
    index.add("sdist-only", "sdist_only-1.0.tar.gz", b"")
    with pytest.raises(SdistBuildError) as error:
        wheelhouse.supply([requirement], place)

    assert any(evidence in line for line in error.value.evidence), error.value.evidence
