"""Files that are pointed at instead of chosen."""

import pytest

from builder.errors import (
    InvalidRequirementError,
    NoCompatibleArtifactError,
    ResolutionImpossibleError,
)
from builder.model import Request
from builder.testing import MemoryIndex
from factories.requests import ask, ask_direct, index_of, pinned, solve
from manylinux.errors import NoSolutionError
from prebuilt_index.artefacts import IndexFile
from prebuilt_index.errors import HashMismatchError


def test_a_direct_reference_wins_over_the_index() -> None:
    """Also for what others require of the project, as long as the version is in their range."""
    index = index_of("a-9-py3-none-any.whl")
    index.add("b-1-py3-none-any.whl", requires=["a>=1"])
    index.add_direct("https://host.example/a-2.dev1-py3-none-any.whl", "a-2.dev1-py3-none-any.whl")
    resolution = solve(index, ask_direct("https://host.example/a-2.dev1-py3-none-any.whl"), "b")

    assert pinned(resolution) == {"a": "2.dev1", "b": "1"}
    assert "a" not in index.asked_pages


def test_a_direct_reference_outside_the_others_range_is_a_conflict() -> None:
    """The index is not consulted instead."""
    index = index_of("a-9-py3-none-any.whl")
    index.add_direct("file:///src/a/", "a-1-py3-none-any.whl")

    with pytest.raises(ResolutionImpossibleError):
        solve(index, ask("a @ file:///src/a/"), "a>=2")


def test_two_direct_references_for_one_project_conflict() -> None:
    """The same one twice does not."""
    index = MemoryIndex()
    for reference in ("file:///src/a/", "file:///other/a/"):
        index.add_direct(reference, "a-1-py3-none-any.whl")

    assert pinned(solve(index, "a @ file:///src/a/", ask_direct("file:///src/a/"))) == {"a": "1"}
    with pytest.raises(ResolutionImpossibleError) as caught:
        solve(index, "a @ file:///src/a/", "a @ file:///other/a/")
    assert caught.value.summary == "`a` is asked for from 2 places"


def test_a_constraint_may_be_a_direct_reference() -> None:
    """It decides where the project comes from once somebody needs it, and is not built before."""
    index = index_of("a-9-py3-none-any.whl", "b-1-py3-none-any.whl")
    index.add_direct("https://host.example/a.whl", "a-1-py3-none-any.whl")
    constraint = ask("a @ https://host.example/a.whl")

    assert pinned(solve(index, "a", constraints=[constraint])) == {"a": "1"}
    assert pinned(solve(index, "b", constraints=[ask("z @ https://host.example/unknown.whl")])) == {"b": "1"}


def test_a_package_may_point_at_a_url_but_not_at_this_machine() -> None:
    """What an index hands out has no business with local files; a local project has."""
    index = MemoryIndex()
    index.add_direct("https://host.example/b.whl", "b-1-py3-none-any.whl")
    index.add_direct("file:///etc/", "c-1-py3-none-any.whl")
    index.add_direct("file:///src/", "mine-1-py3-none-any.whl", requires=["c @ file:///etc/"])
    index.add("good-1-py3-none-any.whl", requires=["b @ https://host.example/b.whl ; python_version > '3'"])
    index.add("bad-1-py3-none-any.whl", requires=["c @ file:///etc/"])

    assert pinned(solve(index, "good")) == {"b": "1", "good": "1"}
    assert pinned(solve(index, ask_direct("file:///src/"))) == {"c": "1", "mine": "1"}
    with pytest.raises(NoCompatibleArtifactError):
        solve(index, "bad")


def test_a_direct_wheel_must_load_on_the_target_and_be_of_the_named_project() -> None:
    """Two different mistakes, two errors."""
    index = MemoryIndex()
    index.add_direct("file:///a.whl", "a-1-cp313-cp313-win_amd64.whl")
    index.add_direct("file:///b.whl", "b-1-py3-none-any.whl")

    with pytest.raises(NoCompatibleArtifactError, match="does not load"):
        solve(index, ask_direct("file:///a.whl"))
    with pytest.raises(InvalidRequirementError, match="another project, `b`"):
        solve(index, "c @ file:///b.whl")


URL = "https://host.example/a-1.tar.gz"
RIGHT, WRONG = f"sha256:{'0' * 64}", f"sha256:{'1' * 64}"


class CheckingIndex(MemoryIndex):
    """An index that, as the world does, refuses a direct file without one of the request's hashes."""

    def direct(self, request: Request) -> IndexFile:
        if request.hashes and RIGHT not in request.hashes:
            raise HashMismatchError("not the file that was asked for")
        return super().direct(request)


def checking_index() -> CheckingIndex:
    """One sdist that a URL stands for, with the right hash."""
    index = CheckingIndex()
    index.add_direct(URL, "a-1-py3-none-any.whl", exact=f"{URL}#sha256={'0' * 64}")
    return index


@pytest.mark.parametrize("hashes", [(None, WRONG), (RIGHT, WRONG), (WRONG, RIGHT)])
def test_every_request_for_a_file_has_its_hashes_checked(hashes: tuple[str | None, ...]) -> None:
    """A file that one line accepts is not thereby accepted for the next."""
    requests = [
        ask(f"a @ {URL}", line, hashes=frozenset({each} if each else ())) for line, each in enumerate(hashes)
    ]

    with pytest.raises(HashMismatchError):
        solve(checking_index(), *requests)


@pytest.mark.parametrize(("digest", "accepted"), [(RIGHT, True), (WRONG, False)])
def test_a_constraint_s_hashes_hold_for_a_direct_file(digest: str, accepted: bool) -> None:
    """They are those of the source, not of the wheel that is built of it."""
    constraint = ask("a", source="constraints.txt", hashes=frozenset({digest}))

    if accepted:
        assert pinned(solve(checking_index(), f"a @ {URL}", constraints=[constraint])) == {"a": "1"}
    else:
        with pytest.raises(ResolutionImpossibleError):
            solve(checking_index(), f"a @ {URL}", constraints=[constraint])


@pytest.mark.parametrize(
    "url", ["file:///src/a/", "FILE:///src/a/", "git+file:///src/a", "git+FILE:///src/a"]
)
def test_an_index_s_package_may_not_ask_for_files_of_this_machine(url: str) -> None:
    """However the scheme is written."""
    index = MemoryIndex()
    index.add("b-1-py3-none-any.whl", requires=[f"a @ {url}"])
    index.add_direct(url, "a-1-py3-none-any.whl")

    with pytest.raises(NoSolutionError):
        solve(index, "b")
