"""Which version and which file is chosen."""

from datetime import UTC, datetime

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.errors import (
    InvalidRequirementError,
    MissingHashError,
    NoCompatibleArtifactError,
    ResolutionImpossibleError,
)
from builder.model import FormatControl, Preference
from builder.testing import MemoryIndex
from factories.requests import ask, ask_all, ask_direct, files, pinned, solve
from factories.targets import make_target
from prebuilt_index.artefacts import ProjectStatus
from prebuilt_index.errors import ProjectNotFoundError, QuarantinedProjectError

NUMPY = {
    "2.2.6": ["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", "cp313-cp313-manylinux_2_17_x86_64"],
    "2.4.6": ["cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64", "cp313-cp313-manylinux_2_28_x86_64"],
    "2.5.5": ["cp312-cp312-manylinux_2_28_x86_64", "cp313-cp313-manylinux_2_28_x86_64"],
}


def numpy_index() -> MemoryIndex:
    """numpy as it stands: newer versions need a newer glibc, then a newer Python."""
    index = MemoryIndex()
    for version, tags in NUMPY.items():
        requires_python = ">=3.12" if version == "2.5.5" else ">=3.10"
        index.add(f"numpy-{version}.tar.gz", requires_python=requires_python)
        for tag in tags:
            index.add(f"numpy-{version}-{tag}.whl", requires_python=requires_python)
    return index


def simple_index(*filenames: str) -> MemoryIndex:
    index = MemoryIndex()
    for filename in filenames:
        index.add(filename)
    return index


# -- files and versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("runtime", "version"), [("python3.11", "2.2.6"), ("python3.13", "2.5.5")])
def test_takes_the_newest_version_with_a_wheel_for_the_runtime(runtime: str, version: str) -> None:
    """A version none of whose wheels load is passed over, whatever its sdist says."""
    resolution = solve(numpy_index(), "numpy", target=make_target(runtime))

    assert pinned(resolution) == {"numpy": version}


def test_skips_say_what_was_newer_and_why() -> None:
    """One line for each kind of reason, the newest version of each."""
    target = make_target("python3.11")
    resolution = solve(numpy_index(), "numpy", target=target)
    skips = [(str(skip.taken), str(skip.skipped), skip.reason) for skip in resolution.skips]

    assert skips == [
        ("2.2.6", "2.5.5", f"it needs Python >=3.12, python3.11 has {target.runtime.python_release}"),
        ("2.2.6", "2.4.6", "python3.11 has glibc 2.26, its wheels need 2.27"),
    ]


def test_best_file_is_the_most_specific_then_the_highest_build() -> None:
    """A native wheel goes before a pure one, build 10 before build 9, and the sdist last."""
    index = simple_index(
        "x-1-py3-none-any.whl",
        "x-1.tar.gz",
        "x-1-9-cp313-cp313-manylinux_2_17_x86_64.whl",
        "x-1-10-cp313-cp313-manylinux_2_17_x86_64.whl",
        "x-1-cp313-abi3-manylinux_2_17_x86_64.whl",
    )

    assert files(solve(index, "x")) == ["x-1-10-cp313-cp313-manylinux_2_17_x86_64.whl"]


@pytest.mark.parametrize(("preference", "version"), [(Preference.WHEELS, "1.0"), (Preference.NEWEST, "2.0")])
def test_preference_weighs_a_wheel_against_a_newer_sdist(preference: Preference, version: str) -> None:
    """By default an older version with a wheel goes before a newer one without."""
    index = simple_index("x-1.0-py3-none-any.whl", "x-2.0.tar.gz")

    assert pinned(solve(index, "x", preference=preference)) == {"x": version}


def test_a_project_with_only_sdists_is_taken_newest_first() -> None:
    """docopt and its kind."""
    index = simple_index("docopt-0.6.1.tar.gz", "docopt-0.6.2.tar.gz")

    assert files(solve(index, "docopt")) == ["docopt-0.6.2.tar.gz"]


def test_format_control_rules_out_wheels_or_sdists() -> None:
    """`--no-binary x` takes the sdist, `--only-binary :all:` never does."""
    index = simple_index("x-1.0-py3-none-any.whl", "x-1.0.tar.gz", "y-1.0.tar.gz")
    no_binary = FormatControl(no_binary=frozenset({"x"}))
    only_binary = FormatControl(only_binary=frozenset({":all:"}))

    assert files(solve(index, "x", format_control=no_binary)) == ["x-1.0.tar.gz"]
    with pytest.raises(NoCompatibleArtifactError):
        solve(index, "y", format_control=only_binary)


@pytest.mark.parametrize(
    ("requirement", "options", "version"),
    [
        ("x", {}, "1.0"),
        ("x>=2.0b1", {}, "2.0b1"),
        ("x", {"allow_prereleases": True}, "2.0b1"),
        ("only-pre", {}, "1.0rc1"),
    ],
)
def test_prereleases_are_taken_when_asked_for_or_alone(
    requirement: str, options: dict[str, bool], version: str
) -> None:
    """As packaging filters them."""
    index = simple_index(
        "x-1.0-py3-none-any.whl", "x-2.0b1-py3-none-any.whl", "only_pre-1.0rc1-py3-none-any.whl"
    )

    assert list(pinned(solve(index, requirement, **options)).values()) == [version]


def test_a_constraint_that_names_a_prerelease_asks_for_it() -> None:
    """Constraints count like requirements once the project is needed."""
    index = simple_index("x-1.0-py3-none-any.whl", "x-2.0b1-py3-none-any.whl")
    resolution = solve(index, "x", constraints=ask_all("x>=2.0b1", "unused==9", source="constraints.txt"))

    assert pinned(resolution) == {"x": "2.0b1"}


def test_a_yanked_version_is_taken_only_when_pinned_and_warned_about() -> None:
    """PEP 592."""
    index = MemoryIndex()
    index.add("x-1.0-py3-none-any.whl")
    index.add("x-2.0-py3-none-any.whl", yanked="broken")

    assert pinned(solve(index, "x")) == {"x": "1.0"}
    resolution = solve(index, "x==2.0")
    assert pinned(resolution) == {"x": "2.0"}
    assert resolution.warnings == ("`x 2.0` is yanked: broken",)


def test_exclude_newer_and_excluded_files_do_not_exist() -> None:
    """A file without an upload time is as good as not there."""
    index = MemoryIndex()
    index.add("x-1.0-py3-none-any.whl", upload_time=datetime(2026, 1, 1, tzinfo=UTC))
    index.add("x-1.1-py3-none-any.whl", upload_time=datetime(2026, 1, 2, tzinfo=UTC))
    index.add("x-2.0-py3-none-any.whl", upload_time=datetime(2026, 2, 1, tzinfo=UTC))
    index.add("x-3.0-py3-none-any.whl")
    resolution = solve(
        index,
        "x",
        exclude_newer=datetime(2026, 2, 1, tzinfo=UTC),
        excluded={"x-1.1-py3-none-any.whl": "its libraries need `libfoo.so.1`"},
    )
    skips = [(str(skip.skipped), skip.reason) for skip in resolution.skips]

    assert pinned(resolution) == {"x": "1.0"}
    assert skips == [
        ("3.0", "it has no upload time, which `--exclude-newer` needs"),
        ("1.1", "it is excluded: its libraries need `libfoo.so.1`"),
    ]


def test_preferred_versions_are_kept_while_they_satisfy() -> None:
    """An older lock decides where the requirements leave a choice."""
    index = simple_index(*(f"x-{version}-py3-none-any.whl" for version in ("1.0", "1.5", "2.0")))
    preferred = {canonicalize_name("x"): Version("1.5")}

    assert pinned(solve(index, "x", preferred=preferred)) == {"x": "1.5"}
    assert pinned(solve(index, "x>1.5", preferred=preferred)) == {"x": "2.0"}


def test_only_the_first_candidates_of_a_page_are_looked_at_closely() -> None:
    """A page of a thousand versions costs one metadata file."""
    index = simple_index(*(f"x-1.{minor}-py3-none-any.whl" for minor in range(1000)))
    solve(index, "x")

    assert set(index.asked_metadata) == {"x-1.999-py3-none-any.whl"}


# -- dependencies --------------------------------------------------------------------------------------------


def test_markers_and_requires_python_are_the_targets() -> None:
    """A dependency for aarch64 comes along on arm64 alone, one for Windows never."""
    index = simple_index("arm-1-py3-none-any.whl", "win-1-py3-none-any.whl")
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
    index = simple_index("fast-1-py3-none-any.whl", "tls-1-py3-none-any.whl", "unused-1-py3-none-any.whl")
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
    resolution = solve(simple_index("a-1-py3-none-any.whl"), "a[none]")

    assert resolution.warnings == ("`a 1` has no extra `none`",)


def test_what_was_given_up_leaves_nothing_behind() -> None:
    """A version that is tried and dropped brings none of its dependencies into the resolution."""
    index = simple_index("old-1-py3-none-any.whl", "c-1-py3-none-any.whl", "c-2-py3-none-any.whl")
    index.add("a-2-py3-none-any.whl", requires=["old", "c<2"])
    index.add("a-1-py3-none-any.whl", requires=["c"])
    resolution = solve(index, "a", "c>=2")

    assert pinned(resolution) == {"a": "1", "c": "2"}
    assert resolution.skips[0].reason == "it requires c<2, and c 2 is needed"


def test_a_version_whose_metadata_nobody_can_follow_is_passed_over() -> None:
    """Invalid requirements of other versions do not stop a resolution; the skip says which line it is."""
    index = simple_index("b-1-py3-none-any.whl")
    index.add("x-3-py3-none-any.whl", requires=["b (>=1,<="])
    index.add("x-2-py3-none-any.whl", metadata=b"Name: other\nVersion: 2\n\n")
    index.add("x-1-py3-none-any.whl", requires=["b (>=1)"])
    resolution = solve(index, "x")

    assert pinned(resolution) == {"b": "1", "x": "1"}
    assert resolution.skips[0].reason == "it has the invalid requirement `b (>=1,<=` in its metadata"


def test_a_missing_project_is_only_an_error_when_nothing_else_is_left() -> None:
    """A version that needs it is passed over."""
    index = simple_index("a-1-py3-none-any.whl")
    index.add("a-2-py3-none-any.whl", requires=["gone"])

    assert pinned(solve(index, "a")) == {"a": "1"}
    with pytest.raises(ProjectNotFoundError) as caught:
        solve(index, "a>=2")
    assert caught.value.evidence == ("a 2 requires gone (via requirements.txt:1)",)


def test_hard_backtracking_ends() -> None:
    """Twenty versions that each pull the other way: found without trying every pair."""
    index = simple_index(*(f"base-{version}-py3-none-any.whl" for version in range(20)))
    for version in range(20):
        index.add(f"up-{version}-py3-none-any.whl", requires=[f"base=={version}"])
        index.add(f"down-{version}-py3-none-any.whl", requires=[f"base=={19 - version}"])

    assert pinned(solve(index, "up", "down<=3")) == {"base": "16", "down": "3", "up": "16"}


def test_two_resolutions_ask_ahead() -> None:
    """Pages and metadata of a whole level are announced before the first of them is waited for."""
    index = simple_index("c-1-py3-none-any.whl", "d-1-py3-none-any.whl")
    index.add("a-1-py3-none-any.whl", requires=["c"])
    index.add("b-1-py3-none-any.whl", requires=["d"])
    solve(index, "a", "b")

    assert index.hinted_pages[:2] == ["a", "b"]
    assert index.hinted_metadata == [f"{name}-1-py3-none-any.whl" for name in "abcd"]


# -- direct references ---------------------------------------------------------------------------------------


def test_a_direct_reference_wins_over_the_index() -> None:
    """Also for what others require of the project, as long as the version is in their range."""
    index = simple_index("a-9-py3-none-any.whl")
    index.add("b-1-py3-none-any.whl", requires=["a>=1"])
    index.add_direct("https://host.example/a-2.dev1-py3-none-any.whl", "a-2.dev1-py3-none-any.whl")
    resolution = solve(index, ask_direct("https://host.example/a-2.dev1-py3-none-any.whl"), "b")

    assert pinned(resolution) == {"a": "2.dev1", "b": "1"}
    assert "a" not in index.asked_pages


def test_a_direct_reference_outside_the_others_range_is_a_conflict() -> None:
    """The index is not consulted instead."""
    index = simple_index("a-9-py3-none-any.whl")
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
    index = simple_index("a-9-py3-none-any.whl", "b-1-py3-none-any.whl")
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


# -- hashes, status ------------------------------------------------------------------------------------------


def test_hashes_restrict_the_files() -> None:
    """Of two files that load, the one whose hash is written down; a hash no index gives is left to fetch."""
    index = MemoryIndex()
    index.add("x-1-cp313-cp313-manylinux_2_17_x86_64.whl", hashes={"sha256": "aa"})
    index.add("x-1-py3-none-any.whl", hashes={"sha256": "bb"})
    index.add("y-1-py3-none-any.whl", hashes={})
    resolution = solve(
        index,
        ask("x==1", hashes=frozenset({"sha256:bb", "sha256:cc"})),
        ask("y==1", hashes=frozenset({"sha256:dd"})),
    )

    assert files(resolution) == ["x-1-py3-none-any.whl", "y-1-py3-none-any.whl"]
    assert resolution.pins[1].file.hashes == {"sha256": "dd"}
    with pytest.raises(NoCompatibleArtifactError, match="can be used"):
        solve(index, ask("x==1", hashes=frozenset({"sha256:ee"})))


def test_required_hashes_are_required_of_every_pin() -> None:
    """Also of what only another package requires; and the version must be named."""
    index = simple_index("b-1-py3-none-any.whl")
    index.add("a-1-py3-none-any.whl", requires=["b"], hashes={"sha256": "aa"})
    hashed = ask("a==1", hashes=frozenset({"sha256:aa"}))

    with pytest.raises(MissingHashError) as caught:
        solve(index, hashed, require_hashes=True)
    assert caught.value.evidence == ("`b==1`, required by a 1",)
    with pytest.raises(MissingHashError, match="names no version"):
        solve(index, "a", require_hashes=True)


def test_project_status_is_told_or_stops() -> None:
    """PEP 792."""
    index = simple_index("old-1-py3-none-any.whl", "bad-1-py3-none-any.whl")
    index.set_status("old", ProjectStatus.DEPRECATED, "use new")
    index.set_status("bad", ProjectStatus.QUARANTINED, "malware")

    assert solve(index, "old").warnings == ("`old` is deprecated: use new",)
    with pytest.raises(QuarantinedProjectError) as caught:
        solve(index, "bad")
    assert caught.value.evidence == ("reason given: malware", "requirements.txt:1 requires bad")
