"""Which version and which file is chosen."""

from datetime import UTC, datetime

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from builder.errors import (
    NoCompatibleArtifactError,
)
from builder.model import FormatControl, Preference
from builder.testing import MemoryIndex
from factories.requests import ask_all, files, index_of, pinned, solve
from factories.targets import make_target

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
    index = index_of(
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
    index = index_of("x-1.0-py3-none-any.whl", "x-2.0.tar.gz")

    assert pinned(solve(index, "x", preference=preference)) == {"x": version}


def test_a_project_with_only_sdists_is_taken_newest_first() -> None:
    """docopt and its kind."""
    index = index_of("docopt-0.6.1.tar.gz", "docopt-0.6.2.tar.gz")

    assert files(solve(index, "docopt")) == ["docopt-0.6.2.tar.gz"]


def test_format_control_rules_out_wheels_or_sdists() -> None:
    """`--no-binary x` takes the sdist, `--only-binary :all:` never does."""
    index = index_of("x-1.0-py3-none-any.whl", "x-1.0.tar.gz", "y-1.0.tar.gz")
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
    index = index_of("x-1.0-py3-none-any.whl", "x-2.0b1-py3-none-any.whl", "only_pre-1.0rc1-py3-none-any.whl")

    assert list(pinned(solve(index, requirement, **options)).values()) == [version]


def test_a_constraint_that_names_a_prerelease_asks_for_it() -> None:
    """Constraints count like requirements once the project is needed."""
    index = index_of("x-1.0-py3-none-any.whl", "x-2.0b1-py3-none-any.whl")
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
    index = index_of(*(f"x-{version}-py3-none-any.whl" for version in ("1.0", "1.5", "2.0")))
    preferred = {canonicalize_name("x"): Version("1.5")}

    assert pinned(solve(index, "x", preferred=preferred)) == {"x": "1.5"}
    assert pinned(solve(index, "x>1.5", preferred=preferred)) == {"x": "2.0"}


def test_only_the_first_candidates_of_a_page_are_looked_at_closely() -> None:
    """A page of a thousand versions costs one metadata file."""
    index = index_of(*(f"x-1.{minor}-py3-none-any.whl" for minor in range(1000)))
    solve(index, "x")

    assert set(index.asked_metadata) == {"x-1.999-py3-none-any.whl"}
