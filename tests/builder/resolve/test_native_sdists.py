"""Sdists that have to be compiled, told by the wheels beside them."""

import pytest
from packaging.utils import canonicalize_name

from builder.errors import NoCompatibleArtifactError
from builder.model import Compiling, FormatControl, Preference
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


COMPILING = Compiling(default=True)


def test_where_compiling_is_allowed_the_sdist_is_the_last_resort() -> None:
    """Nothing better is there."""
    index = index_of(MACOS, "a-1.tar.gz")

    assert files(solve(index, "a", compiling=COMPILING)) == ["a-1.tar.gz"]


def test_an_older_wheel_goes_before_compiling() -> None:
    """And so does an older sdist that may be pure."""
    newer = (MACOS.replace("-1-", "-3-"), "a-3.tar.gz")
    wheel = index_of(*newer, "a-1-py3-none-any.whl")

    assert files(solve(wheel, "a", compiling=COMPILING)) == ["a-1-py3-none-any.whl"]
    assert files(solve(wheel, "a>1", compiling=COMPILING)) == ["a-3.tar.gz"]


def test_a_better_version_that_contradicts_others_is_not_replaced_by_compiling() -> None:
    """What has to be compiled is only looked at when the ranges leave nothing else."""
    index = index_of(MACOS, "a-1.tar.gz", "a-2-py3-none-any.whl")
    index.add("b-1-py3-none-any.whl", requires=["a<2"])

    assert files(solve(index, "a", "b", compiling=COMPILING)) == ["a-1.tar.gz", "b-1-py3-none-any.whl"]


def test_the_newest_is_compiled_where_that_is_preferred() -> None:
    """Who wants the newest wants that too."""
    index = index_of(MACOS.replace("-1-", "-2-"), "a-2.tar.gz", "a-1-py3-none-any.whl")
    found = solve(index, "a", compiling=COMPILING, preference=Preference.NEWEST)

    assert files(found) == ["a-2.tar.gz"]


def test_compiling_can_be_forbidden_for_one_project() -> None:
    """As it can be allowed for one."""
    index = index_of(MACOS, "a-1.tar.gz")
    others = frozenset({canonicalize_name("a")})
    with pytest.raises(NoCompatibleArtifactError):
        solve(index, "a", compiling=Compiling(default=True, others=others))

    assert files(solve(index, "a", compiling=Compiling(default=False, others=others))) == ["a-1.tar.gz"]
