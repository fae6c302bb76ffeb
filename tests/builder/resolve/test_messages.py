"""What a person reads when there is no resolution. Messages are the product: each is written out whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from builder.model import FormatControl
from builder.testing import MemoryIndex
from factories.requests import ask, ask_all, solve
from factories.targets import make_target
from manylinux.errors import NoSolutionError

TARGET = make_target("python3.11")
RELEASE = TARGET.runtime.python_release


def add_versions(
    index: MemoryIndex, name: str, *versions: str, tags: str = "py3-none-any", **facts: object
) -> None:
    for version in versions:
        index.add(f"{name}-{version}-{tags}.whl", **facts)  # type: ignore[arg-type]  # passed on as they came


def told(index: MemoryIndex, *requests: object, **options: object) -> str:
    """The error as the terminal shows it."""
    with pytest.raises(NoSolutionError) as caught:
        solve(index, *requests, target=TARGET, **options)  # type: ignore[arg-type]  # passed on as they came
    error = caught.value
    lines = [f"error[{error.code}]: {error.summary}", *(f"  {line}" for line in error.evidence)]
    return "\n".join([*lines, *([f"hint: {error.hint}"] if error.hint else [])]) + "\n"


def contradictory_pins() -> str:
    index = MemoryIndex()
    add_versions(index, "numpy", "1.26.4", "2.2.6")
    return told(index, "numpy==1.26.4", "six", "numpy==2.2.6")


def contradiction_down_the_chain() -> str:
    index = MemoryIndex()
    add_versions(index, "urllib3", "1.26.20", "2.5.0")
    add_versions(index, "sdk", "1.26.0", requires=["core>=1"])
    for minor in range(29, 34):
        add_versions(index, "core", f"1.{minor}", requires=["urllib3<1.27"])
    return told(index, "sdk", "urllib3>=2")


def two_packages_in_lockstep() -> str:
    """Every sdk wants its own core, every core an old urllib3: found without trying every pair."""
    index = MemoryIndex()
    add_versions(index, "urllib3", "1.26.20", "2.5.0")
    for minor in range(300):
        add_versions(index, "core", f"1.{minor}", requires=["urllib3<2"])
        add_versions(index, "sdk", f"1.{minor}", requires=[f"core>=1.{minor},<1.{minor + 9}"])
    return told(index, "sdk", "core<1.200", "urllib3>=2")


def extras_that_exclude_each_other() -> str:
    index = MemoryIndex()
    add_versions(index, "b", "1", "2")
    add_versions(index, "a", "1", requires=["b==1; extra == 'x'", "b==2; extra == 'y'"], extras=["x", "y"])
    return told(index, "a[x,y]")


def constraint_in_the_way() -> str:
    index = MemoryIndex()
    add_versions(index, "urllib3", "1.26.20", "2.5.0")
    return told(index, "urllib3>=2", constraints=ask_all("six", "urllib3<2", source="constraints.txt"))


def no_such_version() -> str:
    index = MemoryIndex()
    add_versions(index, "numpy", "1.9.9", "1.10.0", "2.0")
    return told(index, "numpy==1.9.99")


def no_such_range() -> str:
    index = MemoryIndex()
    add_versions(index, "numpy", "1.9.9", "2.0")
    return told(index, "numpy>2")


def glibc_too_old() -> str:
    index = MemoryIndex()
    for python in ("cp311-cp311", "cp312-cp312", "cp313-cp313"):
        for platform in ("manylinux_2_28_x86_64", "manylinux_2_28_aarch64", "macosx_11_0_arm64", "win_amd64"):
            add_versions(index, "numpy", "2.4.6", tags=f"{python}-{platform}")
    return told(index, "numpy==2.4.6", strict_tags=True)


def several_versions_none_usable() -> str:
    index = MemoryIndex()
    add_versions(index, "x", *(f"1.{minor}" for minor in range(12)), tags="cp310-cp310-win_amd64")
    add_versions(index, "x", "2.0", "2.1", requires_python=">=3.12")
    add_versions(index, "x", "3.0", tags="cp311-cp311-manylinux_2_34_x86_64")
    return told(index, "x", strict_tags=True)


def only_another_architecture() -> str:
    index = MemoryIndex()
    add_versions(index, "x", "1.0", tags="py3-none-manylinux_2_17_aarch64")
    add_versions(index, "y", "1.0", requires=["x"])
    return told(index, "y")


def another_architecture_or_runtime() -> str:
    index = MemoryIndex()
    index.add("x-1.0-cp311-cp311-manylinux_2_17_aarch64.whl")
    index.add("x-1.0-cp312-cp312-manylinux_2_17_x86_64.whl")
    return told(index, "x")


def every_version_yanked() -> str:
    index = MemoryIndex()
    add_versions(index, "x", "1.0", "1.1", yanked="leaks")
    return told(index, "x")


def all_too_new() -> str:
    index = MemoryIndex()
    for day in (5, 6, 7):
        add_versions(index, "x", f"1.{day}", upload_time=datetime(2026, 11, day, tzinfo=UTC))
    return told(index, "x", exclude_newer=datetime(2026, 11, 1, tzinfo=UTC))


def sdist_ruled_out() -> str:
    index = MemoryIndex()
    index.add("x-1.0.tar.gz")
    return told(index, "x", format_control=FormatControl(only_binary=frozenset({":all:"})))


def wrong_hash() -> str:
    index = MemoryIndex()
    index.add("x-1.0-py3-none-any.whl", hashes={"sha256": "bb"})
    return told(index, ask("x==1.0", 7, hashes=frozenset({"sha256:aa"})))


def missing_down_the_chain() -> str:
    index = MemoryIndex()
    add_versions(index, "a", "1.0", "1.1", requires=["b"])
    add_versions(index, "b", "1.0", requires=["nowhere>=2"])
    return told(index, "a")


def faulty_metadata() -> str:
    index = MemoryIndex()
    add_versions(index, "x", "1", "2", "3", requires=["y ("])
    return told(index, ask("x", None, "command line"))


MESSAGES: dict[Callable[[], str], str] = {
    contradictory_pins: """
        error[resolution-impossible]: No version of `numpy` satisfies every requirement
          requirements.txt:1 requires numpy==1.26.4
          requirements.txt:3 requires numpy==2.2.6
        hint: Loosen or drop one of them
    """,
    contradiction_down_the_chain: """
        error[resolution-impossible]: No version of `urllib3` satisfies every requirement
          requirements.txt:2 requires urllib3>=2
          each of core 1.29 to 1.33 (5 versions) requires urllib3<1.27 (via sdk 1.26.0, requirements.txt:1)
        hint: Loosen or drop one of them
    """,
    two_packages_in_lockstep: """
        error[resolution-impossible]: No version of `urllib3` satisfies every requirement
          requirements.txt:3 requires urllib3>=2
          each of core 1.0 to 1.199 (200 versions) requires urllib3<2 (via requirements.txt:2)
        hint: Loosen or drop one of them
    """,
    extras_that_exclude_each_other: """
        error[resolution-impossible]: No version of `b` satisfies every requirement
          a 1 requires b==1 (via requirements.txt:1)
          a 1 requires b==2 (via requirements.txt:1)
        hint: Loosen or drop one of them
    """,
    constraint_in_the_way: """
        error[resolution-impossible]: No version of `urllib3` satisfies every requirement
          requirements.txt:1 requires urllib3>=2
          constraints.txt:2 constrains urllib3<2
        hint: Loosen or drop one of them
    """,
    no_such_version: """
        error[resolution-impossible]: No version of `numpy` matches `numpy==1.9.99`
          requirements.txt:1 requires numpy==1.9.99
        hint: The nearest versions are 1.9.9 and 1.10.0
    """,
    no_such_range: """
        error[resolution-impossible]: No version of `numpy` matches `numpy>2`
          requirements.txt:1 requires numpy>2
        hint: There are versions from 1.9.9 to 2.0
    """,
    glibc_too_old: """
        error[no-compatible-artifact]: No file of `numpy` 2.4.6 can be used on `python3.11/x86_64`
          requirements.txt:1 requires numpy==2.4.6
          1 wheel: needs glibc 2.28, the runtime has 2.26
          2 wheels: built for other Pythons
          3 wheels: built for aarch64
          6 wheels: built for other systems
        hint: There is a file for `python3.12`, `python3.13`: choose with `--runtime`
    """,
    several_versions_none_usable: f"""
        error[no-compatible-artifact]: No file of `x` can be used on `python3.11/x86_64`
          requirements.txt:1 requires x
          3.0: python3.11 has glibc 2.26, its wheels need 2.34
          2.0 and 2.1: it needs Python >=3.12, python3.11 has {RELEASE}
          1.0 to 1.11 (12 versions): its wheel is built for Windows
        hint: There is a file for `python3.12` and newer: choose with `--runtime`
    """,
    only_another_architecture: """
        error[no-compatible-artifact]: No file of `x` 1.0 can be used on `python3.11/x86_64`
          y 1.0 requires x (via requirements.txt:1)
          1 wheel: built for aarch64
        hint: There is a file for `arm64`: choose with `--arch arm64`
    """,
    another_architecture_or_runtime: """
        error[no-compatible-artifact]: No file of `x` 1.0 can be used on `python3.11/x86_64`
          requirements.txt:1 requires x
          1 wheel: built for CPython 3.12
          1 wheel: built for aarch64
        hint: There is a file for `python3.12`: choose with `--runtime`; `--arch arm64` has one too
    """,
    every_version_yanked: """
        error[no-compatible-artifact]: No file of `x` can be used on `python3.11/x86_64`
          requirements.txt:1 requires x
          1.0 and 1.1: it is yanked: leaks
        hint: A yanked version is only taken when it is pinned with `==`
    """,
    all_too_new: """
        error[no-compatible-artifact]: No file of `x` can be used on `python3.11/x86_64`
          requirements.txt:1 requires x
          1.5 to 1.7 (3 versions): it was uploaded on 2026-11-07, not before 2026-11-01
        hint: Move `--exclude-newer` to a later day
    """,
    sdist_ruled_out: """
        error[no-compatible-artifact]: No file of `x` 1.0 can be used on `python3.11/x86_64`
          requirements.txt:1 requires x
          1.0: only wheels are allowed
        hint: Loosen `--only-binary` or `--no-binary` for this project
    """,
    wrong_hash: """
        error[no-compatible-artifact]: No file of `x` 1.0 can be used on `python3.11/x86_64`
          requirements.txt:7 requires x==1.0
          1.0: none of its usable files has a hash that is asked for
          expected sha256:aa
          the index gives sha256:bb for `x-1.0-py3-none-any.whl`
        hint: Check the hashes in the requirements against those the index gives
    """,
    missing_down_the_chain: """
        error[project-not-found]: No index knows `nowhere`
          b 1.0 requires nowhere>=2 (via a 1.1, requirements.txt:1)
    """,
    faulty_metadata: """
        error[no-compatible-artifact]: No version of `x` can be used on `python3.11/x86_64`
          each of x 1 to 3 (3 versions) has the invalid requirement `y (` in its metadata (via command line)
    """,
}


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case.__name__)
def test_message(case: Callable[[], str]) -> None:
    """Summary, evidence, hint, to the letter."""
    assert case() == dedent(MESSAGES[case]).lstrip("\n")
