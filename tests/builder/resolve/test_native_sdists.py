"""Sdists that have to be compiled, told by the wheels beside them."""

import pytest

from builder.errors import NoCompatibleArtifactError
from builder.model import FormatControl
from factories.requests import files, index_of, solve

MACOS = "a-1-cp313-cp313-macosx_14_0_arm64.whl"


def test_an_sdist_beside_wheels_for_single_platforms_is_not_built() -> None:
    """Minutes of compiling would end in the same refusal."""
    index = index_of(MACOS, "a-1.tar.gz")

    with pytest.raises(NoCompatibleArtifactError) as caught:
        solve(index, "a")

    assert any("has to be compiled" in line for line in caught.value.evidence)
    assert index.asked_metadata == []


def test_an_older_version_that_can_be_used_goes_before_it() -> None:
    """The search does not end at the first project that is not offered for the target."""
    index = index_of(MACOS.replace("-1-", "-2-"), "a-2.tar.gz", "a-1-py3-none-any.whl")

    assert files(solve(index, "a")) == ["a-1-py3-none-any.whl"]


def test_a_version_without_wheels_is_like_the_others() -> None:
    """numpy 1.10.0.post2 is no more pure than its neighbours."""
    with pytest.raises(NoCompatibleArtifactError):
        solve(index_of(MACOS.replace("-1-", "-2-"), "a-1.tar.gz"), "a<2")


@pytest.mark.parametrize(
    "beside",
    [(), ("a-1-py2-none-any.whl",), (MACOS, "a-1-cp39-none-any.whl"), ("a-2-py3-none-any.whl",)],
    ids=["nothing", "another Python", "platforms and any", "a pure neighbour"],
)
def test_other_sdists_are_built(beside: tuple[str, ...]) -> None:
    """Nothing shows that they hold anything to compile."""
    assert files(solve(index_of(*beside, "a-1.tar.gz"), "a<2")) == ["a-1.tar.gz"]


def test_who_forbids_wheels_gets_the_sdist() -> None:
    """Whatever comes of building it."""
    control = FormatControl(no_binary=frozenset({"a"}))

    assert files(solve(index_of(MACOS, "a-1.tar.gz"), "a", format_control=control)) == ["a-1.tar.gz"]
