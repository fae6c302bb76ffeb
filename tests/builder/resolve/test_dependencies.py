"""What comes along with what was asked for."""

import pytest

from factories.requests import index_of, pinned, solve
from factories.targets import make_target
from prebuilt_index.errors import ProjectNotFoundError


def test_markers_and_requires_python_are_the_targets() -> None:
    """A dependency for aarch64 comes along on arm64 alone, one for Windows never."""
    index = index_of("arm-1-py3-none-any.whl", "win-1-py3-none-any.whl")
    index.add(
        "x-1-py3-none-any.whl",
        requires=["arm; platform_machine == 'aarch64'", "win; sys_platform == 'win32'"],
    )
    index.add("x-2-py3-none-any.whl", metadata=b"Name: x\nVersion: 2\nRequires-Python: >=3.99\n\n")
    x86, arm = (solve(index, "x", target=make_target("python3.13", each)) for each in ("x86_64", "arm64"))

    assert pinned(x86) == {"x": "1"}
    assert pinned(arm) == {"arm": "1", "x": "1"}
    assert x86.skips[0].reason.startswith("it needs Python >=3.99, python3.13 has 3.13")


def test_extras_bring_their_requirements_however_late_they_are_asked_for() -> None:
    """An extra a dependency asks of a project that is already pinned; `all` that names other extras."""
    index = index_of("fast-1-py3-none-any.whl", "tls-1-py3-none-any.whl", "unused-1-py3-none-any.whl")
    index.add(
        "a-1-py3-none-any.whl",
        requires=[
            "fast; extra == 'fast'",
            "tls; extra == 'TLS'",
            "a[fast,tls]; extra == 'all'",
            "unused; extra == 'x'",
        ],
        extras=["fast", "TLS", "all", "x"],
    )
    index.add("b-1-py3-none-any.whl", requires=["a[all]"])
    resolution = solve(index, "a", "b")
    pins = {pin.name: pin for pin in resolution.pins}

    assert pinned(resolution) == {"a": "1", "b": "1", "fast": "1", "tls": "1"}
    assert pins["a"].extras == {"all"}
    assert pins["a"].dependencies == ("fast", "tls")
    assert pins["a"].required_by == ("b 1", "requirements.txt:1")
    assert pins["fast"].required_by == ("a 1",)


def test_an_unknown_extra_is_a_warning() -> None:
    """As pip has it."""
    resolution = solve(index_of("a-1-py3-none-any.whl"), "a[none]")

    assert resolution.warnings == ("`a 1` has no extra `none`",)


def test_what_was_given_up_leaves_nothing_behind() -> None:
    """A version that is tried and dropped brings none of its dependencies into the resolution."""
    index = index_of("old-1-py3-none-any.whl", "c-1-py3-none-any.whl", "c-2-py3-none-any.whl")
    index.add("a-2-py3-none-any.whl", requires=["old", "c<2"])
    index.add("a-1-py3-none-any.whl", requires=["c"])
    resolution = solve(index, "a", "c>=2")

    assert pinned(resolution) == {"a": "1", "c": "2"}
    assert resolution.skips[0].reason == "it requires c<2, and c 2 is taken"


def test_a_version_whose_requirement_no_index_can_meet_says_so() -> None:
    """Nobody else needs what is taken then."""
    index = index_of("c-1-py3-none-any.whl")
    index.add("a-2-py3-none-any.whl", requires=["c>=2"])
    index.add("a-1-py3-none-any.whl", requires=["c"])
    resolution = solve(index, "a")

    assert pinned(resolution) == {"a": "1", "c": "1"}
    assert resolution.skips[0].reason == "it requires c>=2, and no index has such a version: c 1 is taken"


def test_a_version_whose_metadata_nobody_can_follow_is_passed_over() -> None:
    """Invalid requirements of other versions do not stop a resolution; the skip says which line it is."""
    index = index_of("b-1-py3-none-any.whl")
    index.add("x-3-py3-none-any.whl", requires=["b (>=1,<="])
    index.add("x-2-py3-none-any.whl", metadata=b"Name: other\nVersion: 2\n\n")
    index.add("x-1-py3-none-any.whl", requires=["b (>=1)"])
    resolution = solve(index, "x")

    assert pinned(resolution) == {"b": "1", "x": "1"}
    assert resolution.skips[0].reason == "it has the invalid requirement `b (>=1,<=` in its metadata"


@pytest.mark.parametrize("line", ["b>={}", "b; python_version > '{}'"])
def test_a_number_that_python_will_not_read_is_as_bad(line: str) -> None:
    """Of more than 4,300 digits: a ValueError of Python's own, later than at the parsing."""
    index = index_of("b-1-py3-none-any.whl", "x-1-py3-none-any.whl")
    index.add("x-2-py3-none-any.whl", requires=[line.format("1" * 5000)])

    assert pinned(solve(index, "x"))["x"] == "1"


def test_a_missing_project_is_only_an_error_when_nothing_else_is_left() -> None:
    """A version that needs it is passed over."""
    index = index_of("a-1-py3-none-any.whl")
    index.add("a-2-py3-none-any.whl", requires=["gone"])

    assert pinned(solve(index, "a")) == {"a": "1"}
    with pytest.raises(ProjectNotFoundError) as caught:
        solve(index, "a>=2")
    assert caught.value.evidence == ("a 2 requires gone (via requirements.txt:1)",)


def test_hard_backtracking_ends() -> None:
    """Twenty versions that each pull the other way: found without trying every pair."""
    index = index_of(*(f"base-{version}-py3-none-any.whl" for version in range(20)))
    for version in range(20):
        index.add(f"up-{version}-py3-none-any.whl", requires=[f"base=={version}"])
        index.add(f"down-{version}-py3-none-any.whl", requires=[f"base=={19 - version}"])

    assert pinned(solve(index, "up", "down<=3")) == {"base": "16", "down": "3", "up": "16"}


def test_two_resolutions_ask_ahead() -> None:
    """Pages and metadata of a whole level are announced before the first of them is waited for."""
    index = index_of("c-1-py3-none-any.whl", "d-1-py3-none-any.whl")
    index.add("a-1-py3-none-any.whl", requires=["c"])
    index.add("b-1-py3-none-any.whl", requires=["d"])
    solve(index, "a", "b")

    assert index.hinted_pages[:2] == ["a", "b"]
    assert index.hinted_metadata == [f"{name}-1-py3-none-any.whl" for name in "abcd"]


def test_two_packages_in_lockstep_are_not_tried_in_every_pair() -> None:
    """Hundreds of versions, each of which wants its own range of the other's: boto3 and botocore."""
    index = index_of("tls-1-py3-none-any.whl", "tls-2-py3-none-any.whl", "core-0.1-py3-none-any.whl")
    index.add("sdk-0.1-py3-none-any.whl", requires=["core<1"])
    for minor in range(200):
        index.add(f"core-1.{minor}-py3-none-any.whl", requires=["tls<2"])
        index.add(f"sdk-1.{minor}-py3-none-any.whl", requires=[f"core>=1.{minor},<1.{minor + 1}"])
    resolution = solve(index, "sdk", "core<1.150", "tls>=2")

    assert pinned(resolution) == {"core": "0.1", "sdk": "0.1", "tls": "2"}
    assert len(index.asked_metadata) < 500
